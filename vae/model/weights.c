/* The parameters: their layout, their first values, and their update. */
#include "weights.h"
#include "../base/min.h"
#include "../base/split.h"
#include "../base/streams.h"
#include "../base/tiny.h"
#include <math.h>
#include <string.h>

void weights_lay_out(struct vae_model *m)
{
    const struct vae_shape *s = &m->shape;
    const size_t x = vae_inputs(s), h = s->hidden, z = s->latent, out = vae_outputs(s);
    const size_t size[VAE_TENSORS][2] = {
        [ENC_W] = {x, h}, [ENC_B] = {1, h}, [HEAD_W] = {h, 2 * z}, [HEAD_B] = {1, 2 * z},
        [DEC_W] = {z, h}, [DEC_B] = {1, h}, [OUT_W] = {h, out},    [OUT_B] = {1, out},
    };
    for (int t = 0; t < VAE_TENSORS; t++) {
        const size_t rows = size[t][0], cols = size[t][1];
        m->tensor[t] = (struct vae_tensor){rows, cols, m->params};
        m->params += sv_packed_size(rows, cols);
    }
}

/* --- first values --- */

/* A row's draws come 64 columns at a time, as they are addressed (`philox` in contracts.h). */
static void draw(struct vae_model *m, int weight, uint64_t seed, float sd)
{
    const struct vae_tensor *t = &m->tensor[weight];
    const struct sv_kernels *k = sv_for(&m->k, 1, 64, 0);
    struct sv_rng rng = sv_rng_at(seed, STREAM_INIT, (uint64_t)weight);
    float row[64];
    for (size_t i = 0; i < t->rows; i++, rng.ctr[1]++)
        for (size_t j = 0; j < t->cols; j += 64) {
            const size_t n = min_size(64, t->cols - j);
            rng.ctr[0] = (uint32_t)(j / 4);
            k->normal(1, n, rng, row, 64);
            for (size_t c = 0; c < n; c++) m->w[vae_place(t, i, j + c)] = row[c] * sd;
        }
}

void vae_init(struct vae_model *m, uint64_t seed, float sd)
{
    memset(m->w, 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->stats; i++) memset(m->stat[i], 0, m->params * sizeof *m->w);
    for (int t = 0; t < VAE_TENSORS; t += 2) draw(m, t, seed, sd);
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

/* Adam's betas are floats, as the kernel takes them: the correction of a bias is that of these. */
static struct sv_optim settings(enum vae_optimizer optimizer, const struct vae_step *s)
{
    const float beta1 = (float)vae_optim_value(&s->optim, optimizer, OPTIM_BETA1);
    const float beta2 = (float)vae_optim_value(&s->optim, optimizer, OPTIM_BETA2);
    const double epsilon = vae_optim_value(&s->optim, optimizer, OPTIM_EPSILON);
    if (optimizer != VAE_ADAM) return (struct sv_optim){s->lr, (float)epsilon, s->decay, 0, 0};
    const double root = sqrt(1 - power((double)beta2, s->count));
    const double alpha = (double)s->lr * root / (1 - power((double)beta1, s->count));
    return (struct sv_optim){(float)alpha, (float)(epsilon * root), s->decay, beta1, beta2};
}

/* The layer whose weight is updated: its input x and the gradient dy of its output, `rows` of each. */
struct layer {
    int weight;
    size_t rows;
    const float *x, *dy;
    size_t ldx, lddy;
    const struct sv_optim *optim;
};

/* A block of W: dW = x^T dy, applied in the tiles. */
static void step_block(struct vae_model *m, size_t thread, const struct layer *l, struct block b)
{
    static const enum sv_epilogue epilogue[] = {
        [VAE_SGD] = SV_EPI_SGD, [VAE_ADAGRAD] = SV_EPI_ADAGRAD, [VAE_ADAM] = SV_EPI_ADAM};
    const struct vae_tensor *t = &m->tensor[l->weight];
    const size_t at = vae_place(t, b.row, 16 * b.panel);
    const struct sv_gemm g = {.m = b.rows,
                              .n = min_size(16 * b.panels, t->cols - 16 * b.panel),
                              .k = l->rows,
                              .a = l->x + b.row,
                              .lda = l->ldx,
                              .b = l->dy + 16 * b.panel,
                              .ldb = l->lddy,
                              .c = m->w + at,
                              .ldc = t->rows,
                              .c_packed = true,
                              .epilogue = epilogue[m->optimizer],
                              .optim = l->optim,
                              .s = m->stats > 0 ? m->stat[0] + at : NULL,
                              .v = m->stats > 1 ? m->stat[1] + at : NULL,
                              .scratch = vae_scratch(m, thread)};
    sv_for_gemm(&m->k, &g)->gemm_tn(&g);
}

static void step_weight(struct vae_model *m, size_t thread, const struct layer *l)
{
    const struct vae_tensor *t = &m->tensor[l->weight];
    struct block b[SPLIT_MOST];
    const size_t n =
        split(t->rows, vae_panels(t->cols), VAE_UNIT, thread, pool_threads(m->pool), b);
    for (size_t i = 0; i < n; i++) step_block(m, thread, l, b[i]);
}

static void step_bias(struct vae_model *m, size_t thread, const struct layer *l)
{
    const struct vae_tensor *t = &m->tensor[l->weight + 1];
    const struct share s = share_of(vae_panels(t->cols), thread, pool_threads(m->pool));
    const size_t first = 16 * s.first, end = min_size(16 * s.end, t->cols);
    if (first >= end) return;
    const size_t n = end - first, at = t->offset + first;
    const struct sv_kernels *k = sv_for(&m->k, l->rows, n, 0);
    const struct sv_optim *o = l->optim;
    float *g = vae_scratch(m, thread), *w = m->w + at;
    k->colsum(l->rows, n, l->dy + first, l->lddy, g);
    switch (m->optimizer) {
    case VAE_SGD: k->sgd(n, w, g, o->lr, o->decay); break;
    case VAE_ADAGRAD: k->adagrad(n, w, g, m->stat[0] + at, o->lr, o->eps, o->decay); break;
    case VAE_ADAM: k->adam(n, w, g, m->stat[0] + at, m->stat[1] + at, o);
    }
}

void vae_update(struct vae_model *m, size_t thread, size_t rows, const struct vae_step *step)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    const size_t r = rows * m->samples;
    const struct sv_optim optim = settings(m->optimizer, step);
    const struct layer layers[] = {
        {OUT_W, r, w->hidden_d, w->d_out, ld->hidden, ld->out, &optim},
        {DEC_W, r, w->z, w->d_hidden_d, ld->z, ld->hidden, &optim},
        {HEAD_W, rows, w->hidden_e, w->d_head, ld->hidden, ld->head, &optim},
        {ENC_W, rows, w->x, w->d_hidden_e, ld->x, ld->hidden, &optim},
    };
    struct vae_clock *clock = vae_clock_of(m, thread);
    for (size_t i = 0; i < 4; i++) {
        step_weight(m, thread, &layers[i]);
        clock_phase(clock, (enum vae_phase)(PHASE_OUT_DW + (int)i));
    }
    for (size_t i = 0; i < 4; i++) step_bias(m, thread, &layers[i]);
    clock_phase(clock, PHASE_BIAS);
}

/* A thread's lines of the arena. */
static void clear_lines(void *arg, size_t thread)
{
    struct vae_model *m = arg;
    const struct share s = share_of(m->params / 16, thread, pool_threads(m->pool));
    clear_tiny(16 * (s.end - s.first), m->w + 16 * s.first);
}

void vae_clear_tiny(struct vae_model *m) { pool_run(m->pool, clear_lines, m); }
