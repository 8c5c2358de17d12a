/* GEMM inner loop for AVX-512: microtiles of up to 14 x 32.
 *
 * 32 zmm registers: 28 accumulators, 2 for a row of b, 2 for broadcasts of a. Per k step: 28 fma on
 * two pipes and 16 loads on two ports, so the FMA pipes are the limit. 8 chains would cover the
 * latency of 4 cycles.
 *
 * If a row ends in half a vector (n = 40), two rows of C share one accumulator: both halves hold
 * b's eight columns, the lower one is multiplied by a_i and the upper one by a_i+1. No lane is
 * idle, and each fma chain is unchanged.
 */
#ifndef SV_GEMM_AVX512_H
#define SV_GEMM_AVX512_H

#include "lanes_avx512.h"
#define GEMM_FMA(a, b, c) ((v16){gemm_fma((a).v, (b).v, (c).v)})
#include "../core/gemm_context.h"

#define GEMM_TOKEN __m512

#define GEMM_VARIANTS
#define GEMM_KINDS(K)         K(2, 14) K(4, 14) K(5, 10) K(8, 6) K(16, 3)
#define GEMM_PACKING_KINDS(K) K(2, 14) K(4, 14) K(5, 8) K(8, 6)
#define GEMM_DEFERRED_ROWS    GEMM_ROWS_12
enum { GEMM_DEFERRED = 12 };
enum { GEMM_MAIN = 4, GEMM_FLAT = 8, PEAK_CHAINS = 24 };
static const unsigned char gemm_next[16] = {0, 2, 2, 4, 4, 5, 4, 2, 4, 4, 4, 4, 4, 4, 4, 4};

/* c + a b, in the register of c. Of the intrinsic, compilers also choose the forms that overwrite a
 * factor; over several k steps they then move and spill accumulators. */
V16_INLINE __m512 gemm_fma(__m512 a, __m512 b, __m512 c)
{
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
    return c;
}

/* The integer x stays what it is, but sums with it have to be formed anew, and become part of a load's
 * address. Sums kept from one load to another are more than there are registers, and what moves and
 * reloads them takes slots from the FMAs on Intel. */
#define GEMM_OPAQUE(x) __asm__("" : "+r"(x))

/* One k step. Row i of op(A) is at a[i] if adjacent, else at row[i / 3][i % 3 rs + p]. */
V16_INLINE void gemm_step(const int H, const int W, const bool adjacent, const float *a,
                          const float *const *row, size_t *rs, size_t p, const float *b, size_t *bp,
                          __m512 *c, __m512 *pair)
{
    const int N = W / 2;
    __m512 bv[8], half = _mm512_setzero_ps();
    GEMM_UNROLL
    for (int v = 0; v < N; v++) {
        if (v == 1 || v == 2) GEMM_OPAQUE(*bp);
        bv[v] = _mm512_loadu_ps(b + (size_t)v * *bp);
    }
    if (W % 2) half = _mm512_broadcast_f32x8(_mm256_loadu_ps(b + (size_t)N * *bp));
    GEMM_UNROLL
    for (int i = 0; i < H; i += 2) {
        const int j = i + 1 < H ? i + 1 : i, next_row = j > i ? N : 0;
        if (i % 3) GEMM_OPAQUE(*rs);
        const __m512 ai = _mm512_set1_ps(adjacent ? a[i] : row[i / 3][(size_t)(i % 3) * *rs + p]);
        GEMM_UNROLL
        for (int v = 0; v < N; v++) c[i * N + v] = gemm_fma(ai, bv[v], c[i * N + v]);
        if (j % 3) GEMM_OPAQUE(*rs);
        const __m512 aj =
            j == i ? ai : _mm512_set1_ps(adjacent ? a[j] : row[j / 3][(size_t)(j % 3) * *rs + p]);
        GEMM_UNROLL
        for (int v = 0; v < next_row; v++) c[j * N + v] = gemm_fma(aj, bv[v], c[j * N + v]);
        if (W % 2) pair[i / 2] = gemm_fma(_mm512_mask_blend_ps(0xff00, ai, aj), half, pair[i / 2]);
    }
}

/* Keeps the loads of the next k step behind the last FMAs on the n accumulators c: earlier, they
 * would need more registers. */
V16_INLINE void gemm_step_ends(const __m512 *c, const int n, const float **row, const int rows,
                               const float **b)
{
    GEMM_UNROLL
    for (int r = 0; r < rows; r++) __asm__ volatile("" : "+r"(row[r]));
    if (n < 4)
        __asm__ volatile("" : "+r"(*b) : "v"(c[0]));
    else
        __asm__ volatile(""
                         : "+r"(*b)
                         : "v"(c[n - 1]), "v"(c[n - 2]), "v"(c[n - 3]), "v"(c[n - 4]));
}

/* All k steps over the accumulators c and, if W is odd, pair. adjacent: rs is 1; else cs is.
 * Of rows of A and panels of B, four k steps share the advance of the pointers, whose additions take
 * slots from the FMAs on Intel. */
V16_INLINE void gemm_steps(const int H, const int W, const bool adjacent,
                           const struct gemm_context *x, const float *a, const float *b, __m512 *c,
                           __m512 *pair)
{
    enum { STEPS = 4 };
    const int rows = (H + 2) / 3;
    const size_t cs = adjacent ? x->cs : 1, bs = x->bs, ahead = x->ahead;
    const float *row[5], *next = x->next; /* every third row; the two after it by index */
    size_t rs = adjacent ? 1 : x->rs, bp = x->bp;
    size_t step = x->step, thrice = 3 * step, steps = STEPS * step;
    size_t p = x->k;
    GEMM_OPAQUE(thrice);
    GEMM_OPAQUE(steps);
    GEMM_UNROLL
    for (int r = 0; r < 5; r++) row[r] = a + (3 * r < H ? 3 * (size_t)r : 0) * rs;
    if (!adjacent && W <= 8 && bs == 16) {
        GEMM_ROLL
        for (size_t q = p / STEPS; q; q--) {
            GEMM_UNROLL
            for (size_t u = 0; u < STEPS; u++) {
                gemm_step(H, W, false, a, row, &rs, u, b + 16 * u, &bp, c, pair);
                gemm_step_ends(c, H * (W / 2), row, rows, &b);
                if (u % 3) GEMM_OPAQUE(step);
                _mm_prefetch((const char *)(next + (u == 3 ? thrice : u * step)), _MM_HINT_T1);
            }
            GEMM_ADVANCE(next, steps);
            GEMM_UNROLL
            for (int r = 0; r < rows; r++) GEMM_ADVANCE(row[r], STEPS);
            GEMM_ADVANCE(b, 16 * STEPS);
        }
        p %= STEPS;
    }
    GEMM_ROLL
    for (; p; p--) {
        gemm_step(H, W, adjacent, a, row, &rs, 0, b, &bp, c, pair);
        _mm_prefetch((const char *)next, _MM_HINT_T1);
        if (adjacent) gemm_fetch_a(H, a, ahead);
        if (adjacent)
            GEMM_ADVANCE(a, cs);
        else
            GEMM_UNROLL for (int r = 0; r < rows; r++) GEMM_ADVANCE(row[r], 1);
        GEMM_ADVANCE(b, bs);
        GEMM_ADVANCE(next, step);
    }
}

V16_INLINE void gemm_chains(const int H, const int W, const struct gemm_context *x, const float *a,
                            const float *b, v16 *acc)
{
    const int V = (W + 1) / 2, N = W / 2;
    __m512 c[32], pair[5];
    GEMM_UNROLL
    for (int i = 0; i < H; i++) {
        GEMM_UNROLL
        for (int v = 0; v < N; v++) c[i * N + v] = acc[i * V + v].v;
        if (W % 2 && i % 2 == 0) pair[i / 2] = acc[i * V + N].v;
        if (W % 2 && i % 2)
            pair[i / 2] =
                _mm512_insertf32x8(pair[i / 2], _mm512_castps512_ps256(acc[i * V + N].v), 1);
    }
    if (x->rs == 1)
        gemm_steps(H, W, true, x, a, b, c, pair);
    else
        gemm_steps(H, W, false, x, a, b, c, pair);
    GEMM_UNROLL
    for (int i = 0; i < H; i++) {
        GEMM_UNROLL
        for (int v = 0; v < N; v++) acc[i * V + v].v = c[i * N + v];
        if (W % 2)
            acc[i * V + N].v = _mm512_castps256_ps512(i % 2 ? _mm512_extractf32x8_ps(pair[i / 2], 1)
                                                            : _mm512_castps512_ps256(pair[i / 2]));
    }
}

#endif
