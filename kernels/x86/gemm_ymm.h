/* GEMM inner loop over ymm registers, for AVX2 and for AVX-512 with 256-bit vectors. Their
 * GEMM_KINDS list the microtiles that fill 16 and 32 registers. */
#ifndef SV_GEMM_YMM_H
#define SV_GEMM_YMM_H

#include "../core/gemm_context.h"
#include "lanes_ymm.h"

#define GEMM_TOKEN __m256

/* All k steps over the accumulators c. adjacent: rs is 1. */
V16_INLINE void gemm_steps(const int H, const int W, const bool adjacent,
                           const struct gemm_context *x, const float *a, const float *b, __m256 *c)
{
    const size_t rs = adjacent ? 1 : x->rs, cs = x->cs, bp = x->bp, bs = x->bs, step = x->step;
    const size_t ahead = x->ahead;
    const float *row[5], *next = x->next; /* every third row; the two after it by index */
    GEMM_UNROLL
    for (int r = 0; r < 5; r++) row[r] = a + (3 * r < H ? 3 * (size_t)r : 0) * rs;
    GEMM_ROLL
    for (size_t p = x->k; p; p--) {
        __m256 bw[16];
        GEMM_UNROLL
        for (int w = 0; w < W; w++) bw[w] = _mm256_loadu_ps(b + (size_t)(w / 2) * bp + w % 2 * 8);
        _mm_prefetch((const char *)next, _MM_HINT_T1);
        if (adjacent) gemm_fetch_a(H, a, ahead);
        GEMM_UNROLL
        for (int i = 0; i < H; i++) {
            const __m256 ai =
                _mm256_broadcast_ss(adjacent ? a + i : &row[i / 3][(size_t)(i % 3) * rs]);
            GEMM_UNROLL
            for (int w = 0; w < W; w++) c[i * W + w] = _mm256_fmadd_ps(ai, bw[w], c[i * W + w]);
        }
        if (adjacent)
            GEMM_ADVANCE(a, cs);
        else
            GEMM_UNROLL for (int r = 0; r < 5; r++) GEMM_ADVANCE(row[r], cs);
        GEMM_ADVANCE(b, bs);
        GEMM_ADVANCE(next, step);
    }
}

V16_INLINE void gemm_chains(const int H, const int W, const struct gemm_context *x, const float *a,
                            const float *b, v16 *acc)
{
    const int V = (W + 1) / 2;
    __m256 c[32];
    GEMM_UNROLL
    for (int i = 0; i < H; i++) GEMM_UNROLL
    for (int w = 0; w < W; w++)
        c[i * W + w] = w % 2 ? acc[i * V + w / 2].hi : acc[i * V + w / 2].lo;
    if (x->rs == 1)
        gemm_steps(H, W, true, x, a, b, c);
    else
        gemm_steps(H, W, false, x, a, b, c);
    GEMM_UNROLL
    for (int i = 0; i < H; i++) {
        GEMM_UNROLL
        for (int v = 0; v < V; v++) {
            acc[i * V + v].lo = c[i * W + 2 * v];
            acc[i * V + v].hi = 2 * v + 1 < W ? c[i * W + 2 * v + 1] : _mm256_setzero_ps();
        }
    }
}

#endif
