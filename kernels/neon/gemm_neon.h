/* GEMM microtiles for 64-bit Arm: mainly 6 x 16, and 3 x 32 for a short k.
 *
 * 32 q registers: 24 accumulators; of the two operands of a k step the smaller one is held in at
 * most 4, and the other streams through 2. Per k step: 24 fma and 8 to 14 loads, so the FMA pipes,
 * two or four, are the limit. 24 chains cover the latency of 4 cycles on four pipes.
 */
#ifndef SV_GEMM_NEON_H
#define SV_GEMM_NEON_H

#include "../core/gemm_context.h"
#include "lanes_neon.h"

#define GEMM_TOKEN int

#define GEMM_VARIANTS
#define GEMM_KINDS(K) K(1, 12) K(2, 6) K(3, 4) K(4, 3) K(8, 1)
enum { GEMM_MAIN = 2, GEMM_FLAT = 4, PEAK_CHAINS = 6 };
static const unsigned char gemm_next[16] = {0, 1, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

/* Keeps loads where they are written: a compiler that moves them together runs out of registers. */
#define GEMM_IN_ORDER() __asm__ volatile("" ::: "memory")

/* Keeps an element of A scalar: a plain load, then fmla by element. Otherwise a compiler broadcasts
 * it first (ld1r, dup), which takes issue slots of the vector pipes that the fma need. */
#define GEMM_ONE_ELEMENT(x) __asm__("" : "+w"(x))

V16_INLINE float gemm_element(const float *p)
{
    float x = *p;
    GEMM_ONE_ELEMENT(x);
    return x;
}

V16_INLINE float32x4_t gemm_quarter(const float *b, size_t bp, int q)
{
    return vld1q_f32(b + (size_t)(q / 4) * bp + q % 4 * 4);
}

V16_INLINE void gemm_chains(const int H, const int W, const struct gemm_context *x, const float *a,
                            const float *b, v16 *acc)
{
    const int V = (W + 1) / 2, Q = 2 * W; /* q registers of a row */
    const size_t rs = x->rs, cs = x->cs, bp = x->bp, bs = x->bs;
    const float *row[4]; /* every third row; the two after it by index */
    float32x4_t c[24];
    GEMM_UNROLL
    for (int r = 0; r < 4; r++) row[r] = a + (3 * r < H ? 3 * (size_t)r : 0) * rs;
    GEMM_UNROLL
    for (int i = 0; i < H; i++) {
        GEMM_UNROLL
        for (int q = 0; q < Q; q++) c[i * Q + q] = acc[i * V + q / 4].q[q % 4];
    }
    GEMM_ROLL
    for (size_t p = x->k; p; p--) {
#define ROW(i) (&row[(i) / 3][(size_t)((i) % 3) * rs])
        if (H < Q) {
            float ai[12];
            float32x4_t bq = gemm_quarter(b, bp, 0);
            GEMM_UNROLL
            for (int i = 0; i < H; i++) ai[i] = gemm_element(ROW(i));
            GEMM_UNROLL
            for (int q = 0; q < Q; q++) {
                const float32x4_t now = bq;
                if (q + 1 < Q) bq = gemm_quarter(b, bp, q + 1);
                GEMM_IN_ORDER();
                GEMM_UNROLL
                for (int i = 0; i < H; i++) {
                    GEMM_ONE_ELEMENT(ai[i]);
                    c[i * Q + q] = vfmaq_n_f32(c[i * Q + q], now, ai[i]);
                }
            }
        } else {
            float32x4_t bq[16];
            float ai = gemm_element(ROW(0));
            GEMM_UNROLL
            for (int q = 0; q < Q; q++) bq[q] = gemm_quarter(b, bp, q);
            GEMM_UNROLL
            for (int i = 0; i < H; i++) {
                const float now = ai;
                if (i + 1 < H) ai = gemm_element(ROW(i + 1));
                GEMM_IN_ORDER();
                GEMM_UNROLL
                for (int q = 0; q < Q; q++) c[i * Q + q] = vfmaq_n_f32(c[i * Q + q], bq[q], now);
            }
        }
#undef ROW
        GEMM_UNROLL
        for (int r = 0; r < 4; r++) GEMM_ADVANCE(row[r], cs);
        GEMM_ADVANCE(b, bs);
    }
    GEMM_UNROLL
    for (int i = 0; i < H; i++) {
        GEMM_UNROLL
        for (int q = 0; q < 4 * V; q++)
            acc[i * V + q / 4].q[q % 4] = q < Q ? c[i * Q + q] : vdupq_n_f32(0);
    }
}

#endif
