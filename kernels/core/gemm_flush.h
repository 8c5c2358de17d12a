/* Microtiles that go to C through a buffer in L1, not from registers: those with heavy epilogues,
 * and those across C's right edge where masks are expensive. */
#ifndef SV_GEMM_FLUSH_H
#define SV_GEMM_FLUSH_H

#include "gemm_context.h"
#include "gemm_epilogue.h"
#include "reduce.h"
#include "vmath.h"

static struct gemm_place gemm_place(const struct gemm_context *x, size_t i, size_t j)
{
    return (struct gemm_place){i, j, j / 16 * x->cp + i * x->ldc};
}

/* exps = exp(-|l|) of the microtile in the buffer, where l includes the bias */
static void gemm_exps(const struct gemm_context *x, size_t h, size_t vectors, float *exps)
{
    const size_t n = x->g->n;
    for (size_t v = 0, j = x->place.j; v < vectors && j < n; v++, j += 16) {
        const v16 bias = v16_load_upto(x->g->bias + j, n - j);
        for (size_t at = 16 * v; at < 16 * h * vectors; at += 16 * vectors)
            v16_store(exps + at, v16_exp_neg_abs(v16_add(v16_load(x->buffer + at), bias)));
    }
}

/* From the buffer to C through the epilogue: loops stay rolled, the right edge is masked. */
static __attribute__((noinline)) GEMM_TOKEN gemm_flush(const struct gemm_context *x, size_t h,
                                                       size_t w, GEMM_TOKEN token)
{
    (void)token;
    const size_t vectors = (w + 1) / 2, ldc = x->ldc;
    const struct sv_gemm g = *x->g;
    const struct sv_optim optim = x->optim;
    const float *buffer = x->buffer;
    float *lanes = x->lanes;
    _Alignas(64) float exps[16 * GEMM_TILE_MAX];
    if (sv_epilogues[x->epilogue].exp) gemm_exps(x, h, vectors, exps);
#define GEMM_COLUMN(e, left)                                                                       \
    for (size_t i = 0; i < h; i++, at += 16 * vectors, p.i++, p.at += ldc)                         \
    gemm_put(&g, &optim, e, p, v16_load(buffer + at),                                              \
             sv_epilogues[e].exp ? v16_load(exps + at) : v16_set1(0), left, lanes)
#define SV_EPILOGUE(name, ...)                                                                     \
    case SV_EPI_##name:                                                                            \
        for (size_t v = 0; v < vectors && x->place.j + 16 * v < g.n; v++) {                        \
            struct gemm_place p = gemm_place(x, x->place.i, x->place.j + 16 * v);                  \
            size_t at = 16 * v;                                                                    \
            if (g.n - p.j >= 16)                                                                   \
                GEMM_COLUMN(SV_EPI_##name, 16);                                                    \
            else                                                                                   \
                GEMM_COLUMN(SV_EPI_##name, g.n - p.j);                                             \
        }                                                                                          \
        break;
    switch (x->epilogue) {
#include "../epilogues.def"
    case SV_EPI_COUNT: break;
    }
#undef SV_EPILOGUE
#undef GEMM_COLUMN
    return (GEMM_TOKEN){0};
}

/* From C to the buffer, for microtiles across the right edge that continue partial sums. */
static void gemm_fetch(const struct gemm_context *x, size_t h, size_t w)
{
    const size_t vectors = (w + 1) / 2, n = x->g->n;
    for (size_t i = 0; i < h; i++)
        for (size_t v = 0; v < vectors; v++) {
            const struct gemm_place p = gemm_place(x, x->place.i + i, x->place.j + 16 * v);
            v16_store(x->buffer + 16 * (i * vectors + v),
                      p.j < n ? v16_load_upto(x->g->c + p.at, n - p.j) : v16_set1(0));
        }
}

#endif
