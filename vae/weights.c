/* The parameters: their layout, their first values, and their update. */
#include "weights.h"
#include "streams.h"
#include <math.h>
#include <string.h>

static size_t min(size_t a, size_t b) { return a < b ? a : b; }
static size_t panels(const struct vae_tensor *t) { return (t->cols + 15) / 16; }

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
        m->tensor[t] = (struct vae_tensor){rows, cols, m->params, m->transposed_size};
        m->params += sv_packed_size(rows, cols);
        if (t == HEAD_W || t == DEC_W || t == OUT_W)
            m->transposed_size += sv_packed_size(cols, rows);
    }
}

/* --- transposed copies --- */

/* Rows first ... end - 1, first a multiple of 16, of panels from ... to - 1: blocks of 16 x 16, each in
 * one piece in both forms. */
static void transpose(struct vae_model *m, int weight, size_t first, size_t end, size_t from,
                      size_t to)
{
    const struct vae_tensor *t = &m->tensor[weight];
    sv_pack_fn *const pack = sv_for(&m->k, 16, 16, 0)->pack;
    for (size_t p = from; p < to; p++)
        for (size_t i = first; i < end; i += 16)
            pack(min(16, t->cols - 16 * p), min(16, end - i), m->w + vae_place(t, i, 16 * p), 16,
                 true, m->w_t + t->transposed + i * t->cols + 16 * 16 * p);
}

void vae_weights_changed(struct vae_model *m)
{
    static const int weights[] = {HEAD_W, DEC_W, OUT_W};
    for (int i = 0; i < 3; i++) {
        const struct vae_tensor *t = &m->tensor[weights[i]];
        transpose(m, weights[i], 0, t->rows, 0, panels(t));
    }
}

/* --- first values --- */

/* A row's draws come 64 columns at a time, as they are addressed (`philox` in contracts.h). */
static void draw(struct vae_model *m, int weight, uint64_t seed)
{
    const struct vae_tensor *t = &m->tensor[weight];
    const struct sv_kernels *k = sv_for(&m->k, 1, 64, 0);
    struct sv_rng rng = sv_rng_at(seed, STREAM_INIT, (uint32_t)weight);
    float row[64];
    for (size_t i = 0; i < t->rows; i++, rng.ctr[1]++)
        for (size_t j = 0; j < t->cols; j += 64) {
            const size_t n = min(64, t->cols - j);
            rng.ctr[0] = (uint32_t)(j / 4);
            k->normal(1, n, rng, row, 64);
            for (size_t c = 0; c < n; c++) m->w[vae_place(t, i, j + c)] = row[c] * 0.01f;
        }
}

void vae_init(struct vae_model *m, uint64_t seed)
{
    memset(m->w, 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->stats; i++) memset(m->stat[i], 0, m->params * sizeof *m->w);
    for (int t = 0; t < VAE_TENSORS; t += 2) draw(m, t, seed);
    vae_weights_changed(m);
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

static struct sv_optim settings(enum vae_optimizer optimizer, const struct vae_step *s)
{
    if (optimizer != VAE_ADAM) return (struct sv_optim){s->lr, 1e-10f, s->decay, 0, 0};
    const double root = sqrt(1 - power(0.999, s->count));
    const double alpha = (double)s->lr * root / (1 - power(0.9, s->count));
    return (struct sv_optim){(float)alpha, (float)(1e-8 * root), s->decay, 0.9f, 0.999f};
}

/* The layer whose weight is updated: its input x and the gradient dy of its output, `rows` of each. */
struct layer {
    int weight;
    size_t rows;
    const float *x, *dy;
    size_t ldx, lddy;
    const struct sv_optim *optim;
};

/* Rows first ... end - 1 of panels from ... to - 1: dW = x^T dy, applied in the tiles. */
static void step_rectangle(struct vae_model *m, size_t thread, const struct layer *l, size_t first,
                           size_t end, size_t from, size_t to, enum vae_phase phase)
{
    static const enum sv_epilogue epilogue[] = {
        [VAE_SGD] = SV_EPI_SGD, [VAE_ADAGRAD] = SV_EPI_ADAGRAD, [VAE_ADAM] = SV_EPI_ADAM};
    const struct vae_tensor *t = &m->tensor[l->weight];
    if (first >= end || from >= to) return;
    const size_t at = vae_place(t, first, 16 * from);
    const struct sv_gemm g = {.m = end - first,
                              .n = min(16 * (to - from), t->cols - 16 * from),
                              .k = l->rows,
                              .a = l->x + first,
                              .lda = l->ldx,
                              .b = l->dy + 16 * from,
                              .ldb = l->lddy,
                              .c = m->w + at,
                              .ldc = t->rows,
                              .c_packed = true,
                              .epilogue = epilogue[m->optimizer],
                              .optim = l->optim,
                              .s = m->stats > 0 ? m->stat[0] + at : NULL,
                              .v = m->stats > 1 ? m->stat[1] + at : NULL,
                              .scratch = m->work.scratch + thread * m->work.scratch_size};
    sv_for_gemm(&m->k, &g)->gemm_tn(&g);
    clock_phase(m->clock ? m->clock + thread : NULL, phase);
    if (l->weight == ENC_W) return;
    transpose(m, l->weight, first, end, from, to);
    clock_phase(m->clock ? m->clock + thread : NULL, PHASE_TRANSPOSE);
}

/* Where share number i of n begins, in a weight's units, pairs of panels one below the other: at a
 * multiple of 16 rows of one of them. */
struct cut {
    size_t unit, row;
};

static struct cut cut_at(const struct vae_tensor *t, size_t i, size_t n)
{
    const size_t rows = t->rows, all = panels(t), at = rows * all * i / n, unit = at / (2 * rows);
    if (i == n) return (struct cut){(all + 1) / 2, 0};
    const size_t row = (at - 2 * rows * unit) / min(2, all - 2 * unit);
    const struct cut c = {unit, (row + 8) / 16 * 16};
    return c.row < rows ? c : (struct cut){unit + 1, 0};
}

/* Columns of W that are updated by one call: their share of W stays in L2 until it is transposed. */
static size_t group(const struct vae_model *m, const struct vae_tensor *t)
{
    const size_t bytes = 32 * t->rows * sizeof(float), units = m->k.l2 / 4 / bytes;
    return units ? units : 1;
}

static void step_weight(struct vae_model *m, size_t thread, const struct layer *l,
                        enum vae_phase phase)
{
    const struct vae_tensor *t = &m->tensor[l->weight];
    const size_t n = pool_threads(m->pool), all = panels(t), wide = group(m, t);
    const struct cut from = cut_at(t, thread, n), to = cut_at(t, thread + 1, n);
    const bool same = from.unit == to.unit;
    size_t u = from.unit;
    if (from.row) {
        step_rectangle(m, thread, l, from.row, same ? to.row : t->rows, 2 * u, min(2 * u + 2, all),
                       phase);
        u++;
    }
    for (; u < to.unit; u += min(wide, to.unit - u))
        step_rectangle(m, thread, l, 0, t->rows, 2 * u, min(2 * (u + min(wide, to.unit - u)), all),
                       phase);
    if (to.row && !(same && from.row))
        step_rectangle(m, thread, l, 0, to.row, 2 * to.unit, min(2 * to.unit + 2, all), phase);
}

static void step_bias(struct vae_model *m, size_t thread, const struct layer *l)
{
    const struct vae_tensor *t = &m->tensor[l->weight + 1];
    const size_t threads = pool_threads(m->pool), all = panels(t);
    const size_t first = all * thread / threads * 16;
    const size_t end = min(all * (thread + 1) / threads * 16, t->cols);
    if (first >= end) return;
    const size_t n = end - first, at = t->offset + first;
    const struct sv_kernels *k = sv_for(&m->k, l->rows, n, 0);
    const struct sv_optim *o = l->optim;
    float *g = m->work.scratch + thread * m->work.scratch_size, *w = m->w + at;
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
    struct vae_clock *clock = m->clock ? m->clock + thread : NULL;
    clock_start(clock);
    for (size_t i = 0; i < 4; i++)
        step_weight(m, thread, &layers[i], (enum vae_phase)(PHASE_OUT_DW + (int)i));
    for (size_t i = 0; i < 4; i++) step_bias(m, thread, &layers[i]);
    clock_phase(clock, PHASE_BIAS);
}
