/* GEMM microtiles for AVX2 + FMA; the main one is 6 x 16.
 *
 * Sixteen ymm registers: 12 accumulators, 2 for a row of b, 2 for broadcasts of a. Per k step: 12
 * fma on two pipes and 8 loads on two or three ports, so the FMA pipes are the limit. 12 chains
 * cover the latency of 4 cycles (5 on older cores, which need 10).
 */
#ifndef SV_GEMM_AVX2_H
#define SV_GEMM_AVX2_H

#include "lanes_avx2.h"

#define GEMM_VARIANTS
#define GEMM_KINDS(K)         K(1, 12) K(2, 6) K(3, 4) K(4, 3) K(8, 1)
#define GEMM_PACKING_KINDS(K) K(2, 6) K(4, 3)
enum { GEMM_MAIN = 2, GEMM_FLAT = 4, PEAK_CHAINS = 6 };
static const unsigned char gemm_next[16] = {0, 1, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

#include "../x86/gemm_ymm.h"

#endif
