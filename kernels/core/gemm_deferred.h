/* Software-pipelined optimiser update. A microtile's gradient waits in the buffer, in L1, while its
 * weights are updated row by row between the k steps of the next microtile. This hides the
 * divider's latency and the loads of weights and statistics from L2 or L3. An update then costs
 * only its issue slots, on Zen 4 some seven per vector (two for the square root, two for the
 * division), instead of sixteen cycles by itself.
 *
 * A row's update from load to store takes some 100 cycles. A window of 224 instructions, as of
 * Skylake's cores, reaches no further than 65 cycles of k steps, and would wait for the rest. So
 * statistics are computed one row ahead of root and step. The parts of an update have k steps
 * between them: two square roots and two divisions in a row would keep the divider busy for some
 * 44 cycles on Intel, and what waits for them fills the scheduler.
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
        for (int v = 0; v < V; v++) acc[i * V + v] = GEMM_FMA(ai, row[v], acc[i * V + v]);
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

/* One row after another: its roots, the statistics of the next row and its steps, with `steps` k
 * steps among the six parts of its two vectors. */
#define GEMM_DUE_ROWS(steps)                                                                       \
    GEMM_ROLL                                                                                      \
    for (size_t left = rows; left; left--) {                                                       \
        v16 root = v16_set1(1);                                                                    \
        GEMM_UNROLL                                                                                \
        for (int part = 0; part < 6; part++) {                                                     \
            const int v = part / 3;                                                                \
            const size_t here = at + (size_t)v * cp;                                               \
            if (part % 3 == 0) root = gemm_due_root(&g, &optim, e, here);                          \
            if (part % 3 == 1 && left > 1)                                                         \
                gemm_due_statistics(&g, &optim, e, here + 16, due + 16 * (V + v));                 \
            if (part % 3 == 2) gemm_due_step(&g, &optim, e, here, due + 16 * v, root);             \
            if ((part + 1) * (steps) / 6 > part * (steps) / 6) GEMM_LINK();                        \
        }                                                                                          \
        due += 16 * V;                                                                             \
        GEMM_ADVANCE(at, 16);                                                                      \
    }                                                                                              \
    links -= (steps)*rows

V16_INLINE void gemm_deferred(const int H, const enum sv_epilogue e, const struct gemm_context *x,
                              const float *a, const float *b)
{
    enum { V = GEMM_MAIN / 2, MANY = 6, SOME = 3 };
    _Static_assert(V == 2, "six parts");
    const struct sv_gemm g = *x->g;
    const struct sv_optim optim = x->optim;
    const size_t cs = x->cs, bp = x->bp, bs = x->bs, cp = x->cp, ahead = x->ahead;
    float *buffer = x->buffer, *due = buffer;
    size_t at = x->due.at, links = x->k;
    const size_t rows = x->due_rows;
    v16 acc[GEMM_TILE_MAX];
    GEMM_EACH(H, V) acc[i * V + v] = v16_set1(0);
#define GEMM_LINK()                                                                                \
    do {                                                                                           \
        gemm_link(H, V, a, b, bp, acc);                                                            \
        gemm_fetch_a(H, a, ahead);                                                                 \
        GEMM_ADVANCE(a, cs);                                                                       \
        GEMM_ADVANCE(b, bs);                                                                       \
    } while (0)
    for (size_t v = 0; rows && v < V; v++)
        gemm_due_statistics(&g, &optim, e, at + v * cp, due + 16 * v);
    if (rows && links >= MANY * rows) {
        GEMM_DUE_ROWS(MANY);
    } else if (rows && links >= SOME * rows) {
        GEMM_DUE_ROWS(SOME);
    } else if (rows) {
        GEMM_DUE_ROWS(1);
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
