/* GEMM microtiles for AVX-512 with 256-bit vectors; the main one is 14 x 16, with 28 of 32 ymm
 * registers as accumulators. */
#ifndef SV_GEMM_AVX512VL_H
#define SV_GEMM_AVX512VL_H

#include "lanes_avx512vl.h"

#define GEMM_VARIANTS
#define GEMM_KINDS(K)         K(1, 14) K(2, 14) K(3, 9) K(4, 7) K(8, 3) K(16, 1)
#define GEMM_PACKING_KINDS(K) K(2, 14) K(4, 7)
enum { GEMM_MAIN = 2, GEMM_FLAT = 4, PEAK_CHAINS = 12 };
static const unsigned char gemm_next[16] = {0, 1, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

#include "../x86/gemm_ymm.h"

#endif
