/* The micro-kernel: one microtile of C, MR = H rows by W half vectors of eight columns, NR = 8 W.
 *
 * The ISA provides
 *
 *     V16_INLINE void gemm_chains(const int H, const int W, const struct gemm_context *x,
 *                                 const float *a, const float *b, v16 *acc);
 *     GEMM_KINDS(K)           K(W, most rows) for each width it has
 *     GEMM_MAIN, GEMM_FLAT    widths to prefer for a long and for a short k
 *     gemm_next[left]         the width to take next where `left` < 16 half vectors remain
 *     GEMM_TOKEN              its vector type
 *
 * and PEAK_CHAINS (peak.h), GEMM_VARIANTS (gemm_driver.h), GEMM_DEFERRED (gemm_deferred.h),
 * GEMM_PACKING_KINDS (gemm_packing.h).
 * CONTRIBUTING.md says what to choose.
 *
 * gemm_chains continues the fma chain of each acc[i V + v], V = ceil(W / 2), over all k steps in
 * ascending order: fma(a_i0, b_0j, .), fma(a_i1, b_1j, .) ... If W is odd, only the lower half of a
 * row's last v16 is used. H and W are constants: everything unrolls, and acc stays in registers
 * from the load of C to the epilogue's store.
 */
#ifndef SV_GEMM_TILE_H
#define SV_GEMM_TILE_H

#include "gemm_context.h"
#include "gemm_epilogue.h"

/* The dummy vector argument and result keep the registers' upper halves live, so that the compiler
 * emits no vzeroupper between microtiles. vzeroupper waits for instructions in flight, which on Zen
 * 5 takes longer than some microtiles. */
typedef GEMM_TOKEN gemm_tile_fn(const struct gemm_context *x, const float *a, const float *b,
                                GEMM_TOKEN token);

/* Columns of vector v in a row of W half vectors. Where masks are cheap, the last vector has `last`
 * columns: fewer at C's right edge. */
V16_INLINE size_t gemm_width(int W, int v, size_t last)
{
    if (V16_MASKS && v == (W - 1) / 2) return last;
    return 2 * v + 1 < W ? 16 : 8;
}

#define GEMM_EACH(H, V)                                                                            \
    GEMM_UNROLL for (int i = 0; i < H; i++) GEMM_UNROLL for (int v = 0; v < V; v++)

/* C is prefetched for ownership before the k loop: another core may own its lines, and fetching
 * them takes as long as the loop. For k below this the prefetches cost more than they save. */
enum { GEMM_OWN_EARLY = 64 };

V16_INLINE void gemm_begin(const int H, const int W, const struct gemm_context *x, v16 *acc)
{
    const int V = (W + 1) / 2;
    const float *c = x->g->c + x->place.at;
    const size_t ldc = x->ldc, cp = x->cp, last = x->last;
    if (x->g->k >= GEMM_OWN_EARLY)
        GEMM_EACH(H, V) __builtin_prefetch(c + (size_t)i * ldc + (size_t)v * cp, 1);
    if (x->y) {
        const float *y = x->y + x->place.i * x->g->ldy + x->place.j;
        GEMM_EACH(H, V) __builtin_prefetch(y + (size_t)i * x->g->ldy + 16 * (size_t)v);
    }
    if (x->from == FROM_ZERO) {
        GEMM_EACH(H, V) acc[i * V + v] = v16_set1(0);
    } else if (x->from == FROM_BUFFER) {
        GEMM_EACH(H, V) acc[i * V + v] = v16_load(x->buffer + 16 * (i * V + v));
    } else {
        GEMM_EACH(H, V)
        acc[i * V + v] = gemm_load(c + (size_t)i * ldc + (size_t)v * cp, gemm_width(W, v, last));
    }
}

/* Works on copies of *x and of what it points at: vector stores might alias the originals, and the
 * compiler would reload each field for each vector of the microtile. */
V16_INLINE void gemm_end(const int H, const int W, const struct gemm_context *x, const v16 *acc)
{
    const int V = (W + 1) / 2;
    const struct gemm_place at = x->place;
    const size_t ldc = x->ldc, cp = x->cp, last = x->last;
    if (x->through) {
        float *buffer = x->buffer;
        GEMM_EACH(H, V) v16_store(buffer + 16 * (i * V + v), acc[i * V + v]);
        return;
    }
    const struct sv_gemm g = *x->g;
    const struct sv_optim optim = x->optim;
/* light epilogues only: heavy ones go through the buffer */
#define SV_EPILOGUE(name, bias_, y_, row_sum_, arrays_, exp_, heavy)                               \
    case SV_EPI_##name:                                                                            \
        if (!(heavy)) {                                                                            \
            GEMM_EACH(H, V)                                                                        \
            {                                                                                      \
                const struct gemm_place p = {at.i + (size_t)i, at.j + 16 * (size_t)v,              \
                                             at.at + (size_t)i * ldc + (size_t)v * cp};            \
                gemm_put(&g, &optim, SV_EPI_##name, p, acc[i * V + v], acc[i * V + v],             \
                         gemm_width(W, v, last), NULL);                                            \
            }                                                                                      \
        }                                                                                          \
        break;
    switch (x->epilogue) {
#include "../epilogues.def"
    case SV_EPI_COUNT: break;
    }
#undef SV_EPILOGUE
}

V16_INLINE void gemm_tile(const int H, const int W, const struct gemm_context *x, const float *a,
                          const float *b)
{
    v16 acc[GEMM_TILE_MAX];
    gemm_begin(H, W, x, acc);
    gemm_chains(H, W, x, a, b, acc);
    __asm__("" : "+r"(x)); /* gemm_end's loads stay below the k loop, which needs the registers */
    gemm_end(H, W, x, acc);
}

/* --- one function per height and width --- */

#define GEMM_ROWS_1(T, w)  T(1, w)
#define GEMM_ROWS_2(T, w)  GEMM_ROWS_1(T, w) T(2, w)
#define GEMM_ROWS_3(T, w)  GEMM_ROWS_2(T, w) T(3, w)
#define GEMM_ROWS_4(T, w)  GEMM_ROWS_3(T, w) T(4, w)
#define GEMM_ROWS_5(T, w)  GEMM_ROWS_4(T, w) T(5, w)
#define GEMM_ROWS_6(T, w)  GEMM_ROWS_5(T, w) T(6, w)
#define GEMM_ROWS_7(T, w)  GEMM_ROWS_6(T, w) T(7, w)
#define GEMM_ROWS_8(T, w)  GEMM_ROWS_7(T, w) T(8, w)
#define GEMM_ROWS_9(T, w)  GEMM_ROWS_8(T, w) T(9, w)
#define GEMM_ROWS_10(T, w) GEMM_ROWS_9(T, w) T(10, w)
#define GEMM_ROWS_11(T, w) GEMM_ROWS_10(T, w) T(11, w)
#define GEMM_ROWS_12(T, w) GEMM_ROWS_11(T, w) T(12, w)
#define GEMM_ROWS_13(T, w) GEMM_ROWS_12(T, w) T(13, w)
#define GEMM_ROWS_14(T, w) GEMM_ROWS_13(T, w) T(14, w)

#define GEMM_FITS(w, h)                                                                            \
    _Static_assert((w) <= GEMM_W_MAX && ((w) + 1) / 2 * (h) <= GEMM_TILE_MAX,                      \
                   "a tile fits its buffer");
GEMM_KINDS(GEMM_FITS)
_Static_assert(GEMM_MAIN % 2 == 0 && GEMM_FLAT % 2 == 0, "panels are two half vectors wide");

#define GEMM_DEFINE(h, w)                                                                          \
    static GEMM_TOKEN gemm_tile_##h##x##w(const struct gemm_context *x, const float *a,            \
                                          const float *b, GEMM_TOKEN token)                        \
    {                                                                                              \
        (void)token;                                                                               \
        gemm_tile(h, w, x, a, b);                                                                  \
        return (GEMM_TOKEN){0};                                                                    \
    }
#define GEMM_DEFINE_KIND(w, h) GEMM_ROWS_##h(GEMM_DEFINE, w)
GEMM_KINDS(GEMM_DEFINE_KIND)

#define GEMM_ENTRY(h, w)      [w][h] = gemm_tile_##h##x##w,
#define GEMM_ENTRY_KIND(w, h) GEMM_ROWS_##h(GEMM_ENTRY, w)
static gemm_tile_fn *const gemm_tiles[GEMM_W_MAX + 1][GEMM_H_MAX + 1] = {
    GEMM_KINDS(GEMM_ENTRY_KIND)};

#define GEMM_HEIGHT(w, h) [w] = h,
static const unsigned char gemm_height[GEMM_W_MAX + 1] = {GEMM_KINDS(GEMM_HEIGHT)};

#endif
