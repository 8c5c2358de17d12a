/* GEMM around the micro-kernels: blocking, packing and the choice of microtiles. The loop nest is
 * that of Goto & van de Geijn 2008, except that A is read in place.
 *
 * Between k blocks the partial sum of a c_ij is stored in C. An f32 is the same number in memory as
 * in a register, so blocking does not change the bits. A microtile across C's right edge computes
 * on the zeros that pad B's last panel. Its columns inside C are stored with a mask or, where masks
 * are expensive, through a buffer.
 */
#ifndef SV_GEMM_DRIVER_H
#define SV_GEMM_DRIVER_H

#include "gemm_block.h"
#include "gemm_context.h"
#include "gemm_deferred.h"
#include "gemm_epilogue.h"
#include "gemm_flush.h"
#include "gemm_pack.h"
#include "gemm_packing.h"
#include "gemm_tile.h"
#include "names.h"
#include "peak.h"
#include "reduce.h"
#include <string.h>

/* Width of the next microtile, in half vectors, where `left` of them remain and there are m rows.
 * Few rows need a wide microtile for enough independent chains. A short k, or rows of C that
 * collide in L1, favours a flat one, whose stores are closer together. */
static size_t gemm_choose(const struct gemm_context *x, size_t left, size_t m)
{
    const bool short_or_colliding = x->k <= 256 || x->ldc * sizeof(float) % 1024 == 0;
    const bool flat = x->shape == SHAPE_FLAT || (x->shape == SHAPE_EITHER && short_or_colliding);
    for (size_t w = GEMM_W_MAX; w > GEMM_MAIN; w--)
        if (w <= left && w % 2 == 0 && (gemm_height[w] >= m || (flat && w == GEMM_FLAT))) return w;
    return left < 16 ? gemm_next[left] : GEMM_MAIN;
}

/* Storage of B: k x n, n x k (gemm_nt), or packed panels of either. */
enum gemm_b { B_ROWS, B_COLUMNS, B_PACKED, B_PACKED_COLUMNS };

/* Sets what microtile number t of a column prefetches to L2, one line per k step: B for the next
 * column of microtiles, from column j on. It takes one of the `v` panels, or of the sources that
 * they will be packed from. */
static void gemm_prefetch(struct gemm_context *x, enum gemm_b kind, const struct gemm_area *s,
                          size_t j, size_t v, size_t t, const float *packed)
{
    const struct sv_gemm *g = x->g;
    x->next = packed;
    x->step = 0;
    if (t > v || j >= s->j + s->nc) return;
    if (kind == B_PACKED || s->i > 0) {
        x->next = packed + gemm_min(t, v - 1) * x->bp;
        x->step = 16;
    } else if (kind == B_ROWS) {
        x->next = g->b + s->p * g->ldb + gemm_min(j + 16 * t, g->n - 1);
        x->step = g->ldb;
    } else if (kind == B_COLUMNS && j + 16 * t < g->n) {
        x->next = g->b + (j + 16 * t) * g->ldb + s->p;
        x->step = 16;
    }
}

/* Weights and optimiser state miss L2. Those of `v` panels from column j on form S streams of
 * consecutive cache lines. Each of S microtiles prefetches one stream to L2 for the S microtiles
 * after them; at the bottom of the block, for the next column of microtiles. */
static void gemm_prefetch_weights(struct gemm_context *x, const struct gemm_area *s, size_t j,
                                  size_t w, size_t t, size_t arrays)
{
    const struct sv_gemm *g = x->g;
    const size_t v = (w + 1) / 2, streams = arrays * v, which = t % streams / v;
    size_t row = (t / streams + 1) * streams * gemm_height[w], column = j + 16 * (t % v);
    if (row >= s->mc) {
        row = gemm_min(row - s->mc, s->mc - 1);
        column += 8 * w;
    }
    x->step = 16;
    x->next = (which == 0   ? g->c
               : which == 1 ? g->s
                            : g->v) +
              gemm_place(x, s->i + row, gemm_min(column, g->n - 1)).at;
}

/* One column of microtiles over all rows of a block; b points at its panels, which the first
 * microtile packs from x->source if that is set. */
static void gemm_column(struct gemm_context *x, enum gemm_b kind, const struct gemm_area *s,
                        size_t j, size_t w, const float *a, const float *b)
{
    const struct sv_gemm *g = x->g;
    const size_t left = g->n - j;
    const bool resume = x->from != FROM_ZERO, edge = !V16_MASKS && left < 8 * w;
    const size_t most = gemm_height[w], v = (w + 1) / 2;
    const size_t first = x->source ? gemm_packing_height[w] : 0;
    const size_t tiles = (first > 0) + (s->mc - first + most - 1) / most;
    const size_t arrays = g->c_packed ? sv_epilogues[x->epilogue].arrays : 0;
    GEMM_TOKEN token = {0};
    x->last = gemm_min(left, 8 * w) - 16 * (v - 1);
    x->through = edge || sv_epilogues[x->epilogue].heavy;
    gemm_settle(x);
    if (resume) x->from = edge ? FROM_BUFFER : FROM_C;
    for (size_t i = 0, t = 0; t < tiles; t++) {
        const bool packs = t == 0 && first > 0;
        const size_t h = packs ? first : (s->mc - i) / (tiles - t);
        x->place = gemm_place(x, s->i + i, j);
        if (arrays)
            gemm_prefetch_weights(x, s, j, w, t, arrays);
        else
            gemm_prefetch(x, kind, s, j + 8 * w, v, t, b + v * x->bp);
        if (x->from == FROM_BUFFER) gemm_fetch(x, h, w);
        token = packs ? gemm_packing_tiles[w](x, a, x->source, token)
                      : gemm_tiles[w][h](x, a + i * x->rs, b, token);
        if (x->through) token = gemm_flush(x, h, w, token);
        i += h;
    }
}

/* Up to this many k steps, packing a plain B in a pass of its own costs more than it saves. */
enum { GEMM_SHORT = 64 };

/* The panels of w half vectors from column j on, packed first if need be: by the column's first
 * microtile (gemm_packing.h), unless its updates are deferred. Where no microtile packs, a plain
 * k x n B that serves a single one, or few k steps, is read in place, except at its right edge. */
static const float *gemm_panels(struct gemm_context *x, enum gemm_b kind, const struct gemm_area *s,
                                size_t j, size_t w, bool deferred, float *packed)
{
    const struct sv_gemm *g = x->g;
    const size_t cols = gemm_min(8 * w, g->n - j), height = gemm_packing_height[w];
    const bool whole = cols == 8 * w;
    const bool packs = !deferred && height && height <= s->mc && (whole || V16_MASKS);
    x->bs = 16;
    x->bp = 16 * (kind == B_PACKED ? g->ldb : s->kc);
    x->source = NULL;
    if (kind == B_PACKED) return g->b + (j * g->ldb + s->p * 16);
    const float *from = g->b + s->p * g->ldb + j;
    if (kind == B_ROWS && whole && !packs && (g->m <= gemm_height[w] || s->kc <= GEMM_SHORT)) {
        x->bs = g->ldb;
        x->bp = 16;
        return from;
    }
    /* with a single block of rows, all panels use the same place, which stays in L2 */
    float *to = packed + (s->mc < g->m ? (j - s->j) * s->kc : 0);
    if (s->i > 0) return to;
    if (kind == B_ROWS && packs) x->source = from, x->to = to;
    if (kind == B_ROWS && !packs) gemm_pack_rows(s->kc, cols, from, g->ldb, to);
    if (kind == B_PACKED_COLUMNS)
        gemm_pack_panels(s->kc, cols, g->b + s->p * g->ldb + j * 16, g->ldb, to);
    for (size_t c = 0; kind == B_COLUMNS && c < cols; c += 16)
        gemm_pack_columns(s->kc, gemm_min(cols - c, 16), g->b + (j + c) * g->ldb + s->p, g->ldb,
                          to + c * s->kc);
    return to;
}

/* A in place, or a copy if its leading dimension makes rows collide in the caches. */
static struct gemm_view gemm_block_a(struct gemm_view a, const struct gemm_area *s, float *copy)
{
    const bool rows = a.cs == 1;
    const size_t stride = rows ? a.rs : a.cs;
    a.p += s->i * a.rs + s->p * a.cs;
    if (stride * sizeof(float) % 1024) return a;
    const size_t lines = rows ? s->mc : s->kc, length = rows ? s->kc : s->mc;
    const size_t ld = gemm_ld(length);
    for (size_t r = 0; r < lines; r++)
        memcpy(copy + r * ld, a.p + r * stride, length * sizeof *copy);
    return (struct gemm_view){copy, rows ? ld : 1, rows ? 1 : ld};
}

/* gemm_fetch_a's distance in k steps; with fewer k steps than the other A stays in L1. */
enum { GEMM_STEPS_AHEAD = 8, GEMM_FETCH_A = 64 };

static void gemm_block(struct gemm_context *x, enum gemm_b kind, const struct gemm_area *s,
                       struct gemm_view a, float *packed)
{
    x->rs = a.rs;
    x->cs = a.cs;
    x->ahead = x->k < GEMM_FETCH_A ? 0 : GEMM_STEPS_AHEAD * a.cs;
    for (size_t j = s->j, end = s->j + s->nc; j < end;) {
        const size_t w = gemm_choose(x, (end - j + 7) / 8, s->mc);
        const bool deferred = x->defers && w == GEMM_MAIN && j + 8 * w <= end;
        const float *panels = gemm_panels(x, kind, s, j, w, deferred, packed);
        if (deferred)
            gemm_column_deferred(x, s, j, a.p, panels);
        else
            gemm_column(x, kind, s, j, w, a.p, panels);
        j += 8 * w;
    }
}

static void gemm_run(const struct sv_gemm *g, struct gemm_view a, enum gemm_b kind,
                     enum gemm_shape shape)
{
    const bool whole = sv_epilogues[g->epilogue].arrays > 0;
    const struct gemm_blocking block = gemm_blocking(g->m, g->n, g->k, whole);
    const struct gemm_scratch size = gemm_scratch_sizes(g->m, g->n, g->k, whole);
    _Alignas(64) float buffer[16 * GEMM_TILE_MAX];
    float *lanes = gemm_align(g->scratch), *packed = lanes + size.lanes, *copy = packed + size.b;
    struct gemm_context x = {.g = g,
                             .shape = shape,
                             .cp = g->c_packed ? 16 * g->ldc : 16,
                             .ldc = g->c_packed ? 16 : g->ldc,
                             .buffer = buffer,
                             .lanes = lanes};
    if (whole) x.optim = *g->optim;
    if (whole) gemm_defer(&x, a);
    struct gemm_area s;
    for (s.j = 0; s.j < g->n; s.j += block.nc) {
        s.nc = gemm_min(block.nc, g->n - s.j);
        s.p = 0;
        do {
            s.kc = gemm_min(block.kc, g->k - s.p);
            x.k = s.kc;
            x.epilogue = s.p + s.kc == g->k ? g->epilogue : SV_EPI_NONE;
            x.y = sv_epilogues[x.epilogue].y && g->k >= GEMM_OWN_EARLY ? g->y : NULL;
            for (s.i = 0; s.i < g->m; s.i += block.mc) {
                s.mc = gemm_min(block.mc, g->m - s.i);
                x.from = s.p > 0 || g->accumulate ? FROM_C : FROM_ZERO;
                gemm_block(&x, kind, &s, gemm_block_a(a, &s, copy), packed);
            }
            s.p += s.kc;
        } while (s.p < g->k);
    }
    gemm_settle(&x);
}

static float gemm_row_sum(const float *lanes)
{
    struct v16_bernoulli acc = {v16_load(lanes), v16_load(lanes + 16)};
    v16_bernoulli_close(&acc);
    return v16_fold_add(acc.linear);
}

static void gemm(const struct sv_gemm *g, struct gemm_view a, enum gemm_b plain, enum gemm_b packed,
                 enum gemm_shape shape)
{
    float *lanes = gemm_align(g->scratch);
    const bool sums = sv_epilogues[g->epilogue].row_sum;
    for (size_t i = 0; sums && g->n && i < g->m; i++) {
        v16_store(lanes + GEMM_LANES * i, v16_set1(0));
        v16_store(lanes + GEMM_LANES * i + 16, v16_set1(1));
    }
    if (g->m && g->n) gemm_run(g, a, g->b_packed ? packed : plain, shape);
    for (size_t i = 0; sums && i < g->m; i++)
        g->row_sum[i] = g->n ? gemm_row_sum(lanes + GEMM_LANES * i) : 0;
}

/* The three products of one variant. All variants share the microtiles. */
#define GEMM_VARIANT(nn, nt, tn, shape)                                                            \
    static void SV_FN(nn)(const struct sv_gemm *g)                                                 \
    {                                                                                              \
        gemm(g, (struct gemm_view){g->a, g->lda, 1}, B_ROWS, B_PACKED, shape);                     \
    }                                                                                              \
    static void SV_FN(nt)(const struct sv_gemm *g)                                                 \
    {                                                                                              \
        gemm(g, (struct gemm_view){g->a, g->lda, 1}, B_COLUMNS, B_PACKED_COLUMNS, shape);          \
    }                                                                                              \
    static void SV_FN(tn)(const struct sv_gemm *g)                                                 \
    {                                                                                              \
        gemm(g, (struct gemm_view){g->a, 1, g->lda}, B_ROWS, B_PACKED, shape);                     \
    }
GEMM_VARIANT(gemm_nn, gemm_nt, gemm_tn, SHAPE_EITHER)

#define GEMM_TABLE(variant_name, shape)                                                            \
    GEMM_VARIANT(gemm_nn_##variant_name, gemm_nt_##variant_name, gemm_tn_##variant_name, shape)    \
    extern const struct sv_kernels SV_TABLE(variant_name);                                         \
    const struct sv_kernels SV_TABLE(variant_name) = {.isa = SV_STRING(SV_ISA_NAME),               \
                                                      .variant = #variant_name,                    \
                                                      .fma_peak = SV_FN(fma_peak),                 \
                                                      .gemm_nn = SV_FN(gemm_nn_##variant_name),    \
                                                      .gemm_nt = SV_FN(gemm_nt_##variant_name),    \
                                                      .gemm_tn = SV_FN(gemm_tn_##variant_name)};
#ifdef GEMM_VARIANTS
GEMM_TABLE(tall, SHAPE_TALL)
GEMM_TABLE(flat, SHAPE_FLAT)
#endif

#endif
