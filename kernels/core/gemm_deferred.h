/* Software-pipelined optimiser update. A microtile's gradient waits in the buffer, in L1, while its
 * weights are updated row by row between the k steps of the next microtile. This hides the
 * divider's latency and the loads of weights and statistics from L2 or L3. An update then costs
 * only its issue slots, on Zen 4 some seven per vector (two for the square root, two for the
 * division), instead of sixteen cycles by itself.
 *
 * A row's update from load to store takes some 100 cycles. A window of 224 instructions, as of
 * Skylake's cores, reaches no further than 65 cycles of k steps, and would wait for the rest. So
 * statistics, root and step belong to three rows, each one ahead of the next.
 *
 * Used for packed C, whole microtiles of GEMM_MAIN half vectors, k at least the height of a
 * microtile, and rows of op(A) that are adjacent in memory (gemm_tn). An ISA that gains by it
 * defines GEMM_DEFERRED and GEMM_DEFERRED_ROWS: the height that leaves registers for the update.
 *
 * Registers at 12 x 32: 24 accumulators, and 8 that the update and the k step use in turn.
 */
#ifndef SV_GEMM_DEFERRED_H
#define SV_GEMM_DEFERRED_H

#include "gemm_context.h"
#include "gemm_epilogue.h"
#include "gemm_flush.h"
#include "gemm_tile.h"

#ifdef GEMM_DEFERRED_ROWS

/* Prefetch distance in rows: those of the next microtile. */
enum { GEMM_ROWS_AHEAD = 12 };

/* One k step: c_ij = fma(a_ip, b_pj, c_ij) */
V16_INLINE void gemm_link(const int H, const int V, const float *a, const float *b, size_t bp,
                          v16 *acc)
{
    v16 row[GEMM_MAIN];
    GEMM_UNROLL
    for (int v = 0; v < V; v++) row[v] = v16_load(b + (size_t)v * bp);
    GEMM_UNROLL
    for (int i = 0; i < H; i++) {
        const v16 ai = v16_set1(a[i]);
        GEMM_UNROLL
        for (int v = 0; v < V; v++) acc[i * V + v] = v16_fma(ai, row[v], acc[i * V + v]);
    }
}

/* --- the parts of an update: of the 16 weights at `at`, whose gradient is in the buffer --- */

/* Adagrad leaves the gradient with its decay there; Adam's average is among the statistics. */
V16_INLINE void gemm_due_statistics(const struct sv_gemm *g, const struct sv_optim *o,
                                    const enum sv_epilogue e, size_t at, float *gradient)
{
    const size_t ahead = at + 16 * GEMM_ROWS_AHEAD;
    const v16 w = v16_load(g->c + at), x = v16_load(gradient), decay = v16_set1(o->decay);
    v16 s = v16_load(g->s + at), v;
    __builtin_prefetch(g->c + ahead, 1);
    __builtin_prefetch(g->s + ahead, 1);
    if (e == SV_EPI_ADAM) {
        __builtin_prefetch(g->v + ahead, 1);
        v = v16_load(g->v + at);
        v16_adam_averages(w, x, &s, &v, decay, o->beta1, o->beta2);
        v16_store(g->v + at, v);
    } else {
        v16_store(gradient, v16_adagrad_sum(w, x, &s, decay));
    }
    v16_store(g->s + at, s);
}

V16_INLINE v16 gemm_due_root(const struct sv_gemm *g, const struct sv_optim *o,
                             const enum sv_epilogue e, size_t at)
{
    return v16_root(v16_load((e == SV_EPI_ADAM ? g->v : g->s) + at), v16_set1(o->eps));
}

V16_INLINE void gemm_due_step(const struct sv_gemm *g, const struct sv_optim *o,
                              const enum sv_epilogue e, size_t at, const float *gradient, v16 root)
{
    const v16 up = v16_load(e == SV_EPI_ADAM ? g->s + at : gradient);
    v16_store(g->c + at, v16_step(v16_load(g->c + at), up, root, v16_set1(o->lr)));
}

V16_INLINE void gemm_deferred(const int H, const enum sv_epilogue e, const struct gemm_context *x,
                              const float *a, const float *b)
{
    const int V = GEMM_MAIN / 2;
    const struct sv_gemm g = *x->g;
    const struct sv_optim optim = x->optim;
    const size_t cs = x->cs, bp = x->bp, bs = x->bs, cp = x->cp, ahead = x->ahead;
    float *buffer = x->buffer, *due = buffer;
    size_t at = x->due.at, rows = x->due_rows, links = x->k;
    v16 acc[GEMM_TILE_MAX];
    GEMM_EACH(H, V) acc[i * V + v] = v16_set1(0);
#define GEMM_LINK()                                                                                \
    do {                                                                                           \
        gemm_link(H, V, a, b, bp, acc);                                                            \
        gemm_fetch_a(H, a, ahead);                                                                 \
        GEMM_ADVANCE(a, cs);                                                                       \
        GEMM_ADVANCE(b, bs);                                                                       \
    } while (0)
    const size_t rounds = rows ? rows + 2 : 0, between = rows ? links / rounds : 0;
    v16 root[GEMM_MAIN / 2];
    GEMM_UNROLL
    for (int v = 0; v < V; v++) root[v] = v16_set1(1);
    links -= between * rounds;
    GEMM_ROLL
    for (size_t r = 0; r < rounds; r++) {
        GEMM_ROLL
        for (size_t u = between; u; u--) GEMM_LINK();
        if (r >= 2) {
            GEMM_UNROLL
            for (int v = 0; v < V; v++)
                gemm_due_step(&g, &optim, e, at + (size_t)v * cp - 32, due + 16 * (v - 2 * V),
                              root[v]);
        }
        if (r >= 1 && r <= rows) {
            GEMM_UNROLL
            for (int v = 0; v < V; v++)
                root[v] = gemm_due_root(&g, &optim, e, at + (size_t)v * cp - 16);
        }
        if (r < rows) {
            GEMM_UNROLL
            for (int v = 0; v < V; v++)
                gemm_due_statistics(&g, &optim, e, at + (size_t)v * cp, due + 16 * v);
        }
        due += 16 * V;
        at += 16;
    }
    GEMM_ROLL
    for (; links; links--) GEMM_LINK();
#undef GEMM_LINK
    GEMM_EACH(H, V) v16_store(buffer + 16 * (i * V + v), acc[i * V + v]);
}

/* --- one function per height and optimiser --- */

#define GEMM_DEFERRED_DEFINE(h, e)                                                                 \
    static GEMM_TOKEN gemm_deferred_##h##_##e(const struct gemm_context *x, const float *a,        \
                                              const float *b, GEMM_TOKEN token)                    \
    {                                                                                              \
        (void)token;                                                                               \
        gemm_deferred(h, SV_EPI_##e, x, a, b);                                                     \
        return (GEMM_TOKEN){0};                                                                    \
    }
#define GEMM_DEFERRED_ENTRY(h, e) [SV_EPI_##e][h] = gemm_deferred_##h##_##e,

/* T, but only for optimisers with statistics: the others have no division to hide. */
#define GEMM_DEFERRED_0(T, e)
#define GEMM_DEFERRED_1(T, e)
#define GEMM_DEFERRED_2(T, e) GEMM_DEFERRED_ROWS(T, e)
#define GEMM_DEFERRED_3(T, e) GEMM_DEFERRED_ROWS(T, e)

#define SV_EPILOGUE(name, bias, y, row_sum, arrays, ...)                                           \
    GEMM_DEFERRED_##arrays(GEMM_DEFERRED_DEFINE, name)
#include "../epilogues.def"
#undef SV_EPILOGUE
static gemm_tile_fn *const gemm_deferred_tiles[SV_EPI_COUNT][GEMM_H_MAX + 1] = {
#define SV_EPILOGUE(name, bias, y, row_sum, arrays, ...)                                           \
    GEMM_DEFERRED_##arrays(GEMM_DEFERRED_ENTRY, name)
#include "../epilogues.def"
#undef SV_EPILOGUE
};

/* Defers updates, over tall microtiles, where the epilogue, C, op(A) and k allow it. */
static void gemm_defer(struct gemm_context *x, struct gemm_view a)
{
    x->defers = sv_epilogues[x->g->epilogue].arrays > 1 && x->g->c_packed &&
                x->shape != SHAPE_FLAT && a.rs == 1 && x->g->k >= GEMM_DEFERRED;
    if (x->defers) x->shape = SHAPE_TALL;
}

/* One column of microtiles over all rows of a block; b points at its panels. Each microtile runs
 * the updates of the one before it. */
static void gemm_column_deferred(struct gemm_context *x, const struct gemm_area *s, size_t j,
                                 const float *a, const float *b)
{
    const size_t tiles = (s->mc + GEMM_DEFERRED - 1) / GEMM_DEFERRED;
    gemm_tile_fn *const *tile = gemm_deferred_tiles[x->epilogue];
    GEMM_TOKEN token = {0};
    for (size_t i = 0, t = 0; t < tiles; t++) {
        const size_t h = (s->mc - i) / (tiles - t);
        token = tile[h](x, a + i, b, token);
        x->due = gemm_place(x, s->i + i, j);
        x->due_rows = h;
        i += h;
    }
}

/* The updates that are still pending. */
static void gemm_settle(struct gemm_context *x)
{
    if (x->due_rows == 0) return;
    x->place = x->due;
    gemm_flush(x, x->due_rows, GEMM_MAIN, (GEMM_TOKEN){0});
    x->due_rows = 0;
}

#else

static void gemm_defer(struct gemm_context *x, struct gemm_view a) { (void)x, (void)a; }
static void gemm_column_deferred(struct gemm_context *x, const struct gemm_area *s, size_t j,
                                 const float *a, const float *b)
{
    (void)x, (void)s, (void)j, (void)a, (void)b;
}
static void gemm_settle(struct gemm_context *x) { (void)x; }

#endif

#endif
