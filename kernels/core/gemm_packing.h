/* A column's first microtile packs a plain B. It reads B's rows where they lie and stores them in
 * the panels that the microtiles below it read. A pass of its own would wait for L2 or memory; here
 * loads and stores hide behind the FMAs.
 *
 * An ISA that gains by it lists the microtiles in GEMM_PACKING_KINDS(K): K(W, rows), so that the
 * accumulators, a row of B and an element of A fit the registers. Other widths, and right edges
 * where masks are expensive, are packed by gemm_pack_rows.
 */
#ifndef SV_GEMM_PACKING_H
#define SV_GEMM_PACKING_H

#include "gemm_context.h"
#include "gemm_epilogue.h"
#include "gemm_tile.h"

#ifdef GEMM_PACKING_KINDS

/* Prefetch distance in rows of B. Its stride is longer than the hardware's prefetchers follow. */
enum { GEMM_B_ROWS_AHEAD = 8 };

/* gemm_chains with B in place; row p of vector v goes to x->to[v bp + 16 p]. adjacent: rs is 1. */
V16_INLINE void gemm_packing_chains(const int H, const int W, const bool adjacent,
                                    const struct gemm_context *x, const float *a, const float *b,
                                    v16 *acc)
{
    const int V = (W + 1) / 2, rows = adjacent ? 1 : (H + 2) / 3;
    const size_t rs = adjacent ? 1 : x->rs, cs = x->cs, ldb = x->g->ldb, bp = x->bp;
    const size_t step = x->step, ahead = x->ahead, last = x->last;
    const float *row[5], *next = x->next; /* every third row; the two after it by index */
    float *to = x->to;
    GEMM_UNROLL
    for (int r = 0; r < rows; r++) row[r] = a + 3 * (size_t)r * rs;
    GEMM_ROLL
    for (size_t p = x->k; p; p--) {
        const float *const later = b + GEMM_B_ROWS_AHEAD * ldb;
        v16 bv[4];
        GEMM_UNROLL
        for (int v = 0; v < V; v++) {
            bv[v] = gemm_load(b + 16 * v, V16_MASKS && v == V - 1 ? last : 16);
            v16_store(to + (size_t)v * bp, bv[v]);
            __builtin_prefetch(later + 16 * v);
        }
        __builtin_prefetch(later + 16 * V - 1);
        __builtin_prefetch(next, 0, 2);
        GEMM_UNROLL
        for (int i = 0; i < H; i++) {
            const v16 ai = v16_set1(adjacent ? row[0][i] : row[i / 3][(size_t)(i % 3) * rs]);
            GEMM_UNROLL
            for (int v = 0; v < V; v++) acc[i * V + v] = GEMM_FMA(ai, bv[v], acc[i * V + v]);
        }
        if (adjacent) gemm_fetch_a(H, row[0], ahead);
        GEMM_UNROLL
        for (int r = 0; r < rows; r++) GEMM_ADVANCE(row[r], cs);
        GEMM_ADVANCE(b, ldb);
        GEMM_ADVANCE(to, 16);
        GEMM_ADVANCE(next, step);
    }
}

V16_INLINE void gemm_packing(const int H, const int W, const struct gemm_context *x, const float *a,
                             const float *b)
{
    v16 acc[GEMM_TILE_MAX];
    gemm_begin(H, W, x, acc);
    if (x->rs == 1)
        gemm_packing_chains(H, W, true, x, a, b, acc);
    else
        gemm_packing_chains(H, W, false, x, a, b, acc);
    __asm__("" : "+r"(x)); /* as in gemm_tile */
    gemm_end(H, W, x, acc);
}

/* --- one function per width --- */

#define GEMM_PACKING_DEFINE(w, h)                                                                  \
    _Static_assert(((w) + 1) / 2 <= 4, "a row of B fits bv");                                      \
    _Static_assert(V16_MASKS || (w) % 2 == 0, "whole vectors where masks are expensive");          \
    static GEMM_TOKEN gemm_packing_##h##x##w(const struct gemm_context *x, const float *a,         \
                                             const float *b, GEMM_TOKEN token)                     \
    {                                                                                              \
        (void)token;                                                                               \
        gemm_packing(h, w, x, a, b);                                                               \
        return (GEMM_TOKEN){0};                                                                    \
    }
GEMM_PACKING_KINDS(GEMM_PACKING_DEFINE)

#else
#define GEMM_PACKING_KINDS(K)
#endif

#define GEMM_PACKING_ENTRY(w, h) [w] = gemm_packing_##h##x##w,
static gemm_tile_fn *const gemm_packing_tiles[GEMM_W_MAX + 1] = {
    GEMM_PACKING_KINDS(GEMM_PACKING_ENTRY)};

#define GEMM_PACKING_HEIGHT(w, h) [w] = h,
static const unsigned char gemm_packing_height[GEMM_W_MAX + 1] = {
    GEMM_PACKING_KINDS(GEMM_PACKING_HEIGHT)};

#endif
