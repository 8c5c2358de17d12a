/* GEMM inner loop in plain C: a 4 x 16 microtile. */
#ifndef SV_GEMM_GENERIC_H
#define SV_GEMM_GENERIC_H

#include "../core/gemm_context.h"
#include "lanes_generic.h"

#define GEMM_TOKEN int

#define GEMM_KINDS(K) K(2, 4)
enum { GEMM_MAIN = 2, GEMM_FLAT = 2, PEAK_CHAINS = 1 };
static const unsigned char gemm_next[16] = {0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

V16_INLINE void gemm_chains(const int H, const int W, const struct gemm_context *x, const float *a,
                            const float *b, v16 *acc)
{
    (void)W;
    for (size_t p = 0; p < x->k; p++)
        for (int i = 0; i < H; i++)
            for (int j = 0; j < 16; j++)
                acc[i].f[j] =
                    fmaf(a[(size_t)i * x->rs + p * x->cs], b[p * x->bs + (size_t)j], acc[i].f[j]);
}

#endif
