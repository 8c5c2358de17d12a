/* The parameters: their first values, and their update. */
#include "../base/streams.h"
#include "layer.h"
#include <math.h>
#include <string.h>

const char *const vae_optimizer_names[] = {"sgd", "adagrad", "adam", NULL};

/* --- first values --- */

/* A weight's step in STREAM_INIT: by role and depth, so that a layer more changes no other's first values. */
static uint64_t init_step(const struct vae_layer *l)
{
    static const uint64_t of[] = {[ROLE_ENC] = 0, [ROLE_HEAD] = 2, [ROLE_DEC] = 4, [ROLE_OUT] = 6};
    return of[l->role] + 8 * l->depth;
}

/* A row's draws come 64 columns at a time, as they are addressed (`philox` in contracts.h). */
static void draw(struct vae_model *m, const struct vae_layer *l, uint64_t seed, float sd)
{
    const struct vae_tensor *t = &l->w;
    const struct sv_kernels *k = sv_for(&m->k, 1, 64, 0);
    struct sv_rng rng = sv_rng_at(seed, STREAM_INIT, init_step(l));
    float row[64];
    for (size_t i = 0; i < t->rows; i++, rng.ctr[1]++)
        for (size_t j = 0; j < t->cols; j += 64) {
            const size_t n = min(64, t->cols - j);
            rng.ctr[0] = (uint32_t)(j / 4);
            k->normal(1, n, rng, row, 64);
            for (size_t c = 0; c < n; c++) m->w[vae_place(t, i, j + c)] = row[c] * sd;
        }
}

void vae_init(struct vae_model *m, uint64_t seed, float sd)
{
    memset(m->w, 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->stats; i++) memset(m->stat[i], 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->layers; i++) draw(m, &m->layer[i], seed, sd);
}

/* --- a step of the optimiser --- */

/* b^t by squaring: pow may round differently from one libm to the next. */
static double power(double b, uint64_t t)
{
    double p = 1;
    for (; t; t >>= 1, b *= b)
        if (t & 1) p *= b;
    return p;
}

/* Adam's, as the kernel takes them: the correction of a bias is that of these floats. */
static const float BETA1 = 0.9f, BETA2 = 0.999f;

static struct sv_optim settings(enum vae_optimizer optimizer, const struct vae_step *s)
{
    if (optimizer != VAE_ADAM) return (struct sv_optim){s->lr, 1e-10f, s->decay, 0, 0};
    const double root = sqrt(1 - power((double)BETA2, s->count));
    const double alpha = (double)s->lr * root / (1 - power((double)BETA1, s->count));
    return (struct sv_optim){(float)alpha, (float)(1e-8 * root), s->decay, BETA1, BETA2};
}

/* Rows of a layer's x and dy: data points, or draws. */
static size_t rows_of(const struct vae_model *m, const struct vae_layer *l, size_t points)
{
    return l < &m->layer[vae_decoder_at(&m->shape)] ? points : points * m->samples;
}

/* A block of W: dW = x^T dy, applied in the tiles. */
static void step_block(struct vae_job j, const struct vae_layer *l, struct block b, size_t rows,
                       const struct sv_optim *optim)
{
    static const enum sv_epilogue epilogue[] = {
        [VAE_SGD] = SV_EPI_SGD, [VAE_ADAGRAD] = SV_EPI_ADAGRAD, [VAE_ADAM] = SV_EPI_ADAM};
    struct vae_model *m = j.m;
    const size_t at = vae_place(&l->w, b.row, 16 * b.panel);
    const struct sv_gemm g = {.m = b.rows,
                              .n = min(16 * b.panels, l->w.cols - 16 * b.panel),
                              .k = rows,
                              .a = l->x.at + b.row,
                              .lda = l->x.ld,
                              .b = l->dy.at + 16 * b.panel,
                              .ldb = l->dy.ld,
                              .c = m->w + at,
                              .ldc = l->w.rows,
                              .c_packed = true,
                              .epilogue = epilogue[m->optimizer],
                              .optim = optim,
                              .s = m->stats > 0 ? m->stat[0] + at : NULL,
                              .v = m->stats > 1 ? m->stat[1] + at : NULL,
                              .scratch = scratch_of(j)};
    sv_for_gemm(&m->k, &g)->gemm_tn(&g);
}

static void step_weight(struct vae_job j, const struct vae_layer *l, size_t rows,
                        const struct sv_optim *optim)
{
    struct block b[SPLIT_MOST];
    const size_t n = vae_blocks_of(j, (struct vae_range){0, l->w.rows}, l->w.cols, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++) step_block(j, l, b[i], rows, optim);
}

static void step_bias(struct vae_job j, const struct vae_layer *l, size_t rows,
                      const struct sv_optim *o)
{
    const struct vae_model *m = j.m;
    const struct share s = share_of(vae_panels(l->b.cols), j.thread, pool_threads(m->pool));
    const size_t first = 16 * s.first, end = min(16 * s.end, l->b.cols);
    if (first >= end) return;
    const size_t n = end - first, at = l->b.offset + first;
    const struct sv_kernels *k = sv_for(&m->k, rows, n, 0);
    float *g = scratch_of(j), *w = m->w + at;
    k->colsum(rows, n, l->dy.at + first, l->dy.ld, g);
    switch (m->optimizer) {
    case VAE_SGD: k->sgd(n, w, g, o->lr, o->decay); break;
    case VAE_ADAGRAD: k->adagrad(n, w, g, m->stat[0] + at, o->lr, o->eps, o->decay); break;
    case VAE_ADAM: k->adam(n, w, g, m->stat[0] + at, m->stat[1] + at, o);
    }
}

void vae_update(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                size_t end)
{
    const struct vae_model *m = j.m;
    const struct sv_optim optim = settings(m->optimizer, step);
    for (size_t i = end; i-- > first;) {
        const struct vae_layer *l = &m->layer[i];
        step_weight(j, l, rows_of(m, l, rows), &optim);
        clock_phase(vae_clock_of(j), vae_phase_of(l->role, LAYER_DW));
    }
    for (size_t i = end; i-- > first;)
        step_bias(j, &m->layer[i], rows_of(m, &m->layer[i], rows), &optim);
    clock_phase(vae_clock_of(j), PHASE_BIAS);
}
