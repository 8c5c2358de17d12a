/* Gradients of the parameters and the optimiser's step: fused, in the epilogue of the GEMM of dW,
 * or one after the other. */
#include "layer.h"
#include "relay.h"
#include <math.h>

/* --- the optimiser's settings --- */

/* b^t by squaring: pow may round differently from one libm to the next. */
static double power(double b, uint64_t t)
{
    double p = 1;
    for (; t; t >>= 1, b *= b)
        if (t & 1) p *= b;
    return p;
}

/* The bias correction uses Adam's betas as rounded to float, which is what the kernel takes. */
struct sv_optim vae_kernel_optim(enum vae_optimizer optimizer, const struct vae_step *s)
{
    const float beta1 = (float)vae_optim_value(&s->optim, optimizer, OPTIM_BETA1);
    const float beta2 = (float)vae_optim_value(&s->optim, optimizer, OPTIM_BETA2);
    const double epsilon = vae_optim_value(&s->optim, optimizer, OPTIM_EPSILON);
    if (optimizer != VAE_ADAM) return (struct sv_optim){s->lr, (float)epsilon, s->decay, 0, 0};
    const double root = sqrt(1 - power((double)beta2, s->count));
    const double alpha = (double)s->lr * root / (1 - power((double)beta1, s->count));
    const double scaled = s->optim.epsilon_place == EPSILON_RAW ? epsilon : epsilon * root;
    return (struct sv_optim){(float)alpha, (float)scaled, s->decay, beta1, beta2};
}

/* One step of the n parameters from offset `at` on; g[0] is the gradient of the first of them. */
static void optimise(const struct vae_model *m, size_t at, size_t n, const float *g,
                     const struct sv_optim *o)
{
    const struct sv_kernels *k = sv_for(&m->k, 1, n, 0);
    float *w = m->w + at;
    switch (m->optimizer) {
    case VAE_SGD: k->sgd(n, w, g, o->lr, o->decay); break;
    case VAE_ADAGRAD: k->adagrad(n, w, g, m->stat[0] + at, o->lr, o->eps, o->decay); break;
    case VAE_ADAM: k->adam(n, w, g, m->stat[0] + at, m->stat[1] + at, o);
    }
}

/* --- gradients --- */

/* Where a gradient goes: at once into a step of the optimiser or, if that is NULL, to an arena. */
struct sink {
    const struct sv_optim *optim;
    float *arena;
    bool accumulate; /* add to the arena */
};

/* Rows of a layer's x and dy: examples, or draws. */
static size_t rows_of(const struct vae_model *m, const struct vae_layer *l, size_t points)
{
    return l < &m->layer[vae_decoder_at(&m->shape)] ? points : points * m->samples;
}

/* A block of dW = x^T dy. */
static void weight_block(struct vae_job j, const struct vae_layer *l, struct block b, size_t rows,
                         const struct sink *to)
{
    static const enum sv_epilogue epilogue[] = {
        [VAE_SGD] = SV_EPI_SGD, [VAE_ADAGRAD] = SV_EPI_ADAGRAD, [VAE_ADAM] = SV_EPI_ADAM};
    struct vae_model *m = j.m;
    const size_t at = vae_place(&l->w, b.row, SV_PANEL * b.panel);
    const struct sv_gemm g = {.m = b.rows,
                              .n =
                                  vae_min_size(SV_PANEL * b.panels, l->w.cols - SV_PANEL * b.panel),
                              .k = rows,
                              .a = l->x.at + b.row,
                              .lda = l->x.ld,
                              .b = l->dy.at + SV_PANEL * b.panel,
                              .ldb = l->dy.ld,
                              .c = (to->optim ? m->w : to->arena) + at,
                              .ldc = l->w.rows,
                              .c_packed = true,
                              .accumulate = to->accumulate,
                              .epilogue = to->optim ? epilogue[m->optimizer] : SV_EPI_NONE,
                              .optim = to->optim,
                              .s = m->stats > 0 ? m->stat[0] + at : NULL,
                              .v = m->stats > 1 ? m->stat[1] + at : NULL,
                              .scratch = vae_scratch_of(j)};
    sv_for_gemm(&m->k, &g)->gemm_tn(&g);
}

/* A share of fewer rows is not worth packing all columns of dy, and with few rows leaves threads idle. */
enum { ROWS_A_SHARE = 16 };

/* The thread's part of consecutive panels: of fewer units than threads a share of the rows, in blocks
 * as wide as they come. */
static void weight(struct vae_job j, const struct vae_layer *l, struct share panels, size_t rows,
                   const struct sink *to)
{
    struct block b[SPLIT_MOST];
    const size_t count = panels.end - panels.first, threads = vae_pool_threads(j.m->pool);
    const bool by_rows = count < VAE_UNIT * threads && l->w.rows >= ROWS_A_SHARE * threads;
    const size_t unit = by_rows ? count : VAE_UNIT;
    const size_t n = vae_split(l->w.rows, count, unit, j.thread, threads, b);
    for (size_t i = 0; i < n; i++) {
        b[i].panel += panels.first;
        weight_block(j, l, b[i], rows, to);
    }
}

/* y += column sums, as `colsum` continued from y: fma(1, a, y) rounds once, as a + y does. */
static void add_colsum(struct vae_job j, size_t rows, size_t n, struct vae_view a, float *y)
{
    const struct vae_model *m = j.m;
    const struct sv_gemm g = {.m = 1,
                              .n = n,
                              .k = rows,
                              .a = m->work.ones,
                              .lda = 1,
                              .b = a.at,
                              .ldb = a.ld,
                              .c = y,
                              .ldc = n,
                              .accumulate = true,
                              .scratch = vae_scratch_of(j)};
    sv_for_gemm(&m->k, &g)->gemm_tn(&g);
}

static void bias(struct vae_job j, const struct vae_layer *l, size_t rows, const struct sink *to)
{
    const struct vae_model *m = j.m;
    const struct share s = vae_share_of(vae_panels(l->b.cols), j.thread, vae_pool_threads(m->pool));
    const size_t first = SV_PANEL * s.first, end = vae_min_size(SV_PANEL * s.end, l->b.cols);
    if (first >= end) return;
    const size_t n = end - first, at = l->b.offset + first;
    const struct vae_view dy = {l->dy.at + first, l->dy.ld};
    float *g = to->optim ? vae_scratch_of(j) : to->arena + at;
    if (to->accumulate)
        add_colsum(j, rows, n, dy, g);
    else
        sv_for(&m->k, rows, n, 0)->colsum(rows, n, dy.at, dy.ld, g);
    if (to->optim) optimise(m, at, n, g, to->optim);
}

static void gradients(struct vae_job j, size_t rows, size_t first, size_t end,
                      const struct sink *to)
{
    const struct vae_model *m = j.m;
    for (size_t i = end; i-- > first;) {
        const struct vae_layer *l = &m->layer[i];
        weight(j, l, (struct share){0, vae_panels(l->w.cols)}, rows_of(m, l, rows), to);
        vae_clock_phase(vae_clock_of(j), vae_phase_of(l->role, LAYER_DW));
    }
    for (size_t i = end; i-- > first;) bias(j, &m->layer[i], rows_of(m, &m->layer[i], rows), to);
    vae_clock_phase(vae_clock_of(j), PHASE_BIAS);
}

/* --- updates --- */

void vae_update(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                size_t end)
{
    const struct sv_optim optim = vae_kernel_optim(j.m->optimizer, step);
    if (j.m->relay)
        vae_relay_gradient(j, rows, step, first, end, false);
    else
        gradients(j, rows, first, end, &(struct sink){.optim = &optim});
}

void vae_gradient(struct vae_job j, size_t rows, size_t first, size_t end, bool accumulate,
                  float *g)
{
    gradients(j, rows, first, end, &(struct sink){.arena = g, .accumulate = accumulate});
    vae_meet(j);
}

/* The optimiser leaves padding 0. So cache lines are split among threads regardless of the tensors
 * they belong to. */
static void apply(struct vae_job j, const struct vae_step *step, size_t from, size_t floats,
                  const float *g)
{
    const struct vae_model *m = j.m;
    const struct share s = vae_share_of(floats / VAE_LINE, j.thread, vae_pool_threads(m->pool));
    const struct sv_optim optim = vae_kernel_optim(m->optimizer, step);
    const size_t at = from + VAE_LINE * s.first;
    optimise(m, at, VAE_LINE * (s.end - s.first), g + at, &optim);
    vae_clock_phase(vae_clock_of(j), PHASE_APPLY);
}

void vae_apply(struct vae_job j, const struct vae_step *step, size_t first, size_t end,
               const float *g)
{
    const struct vae_model *m = j.m;
    if (first >= end) return;
    const struct vae_tensor *last = &m->layer[end - 1].b; /* layers follow one another */
    const size_t from = m->layer[first].w.offset;
    apply(j, step, from, last->offset + sv_packed_size(1, last->cols) - from, g);
}

/* --- by pieces --- */

size_t vae_pieces(const struct vae_model *m, size_t floats, struct vae_piece *p)
{
    size_t n = 0;
    for (size_t i = 0; i < m->layers; i++) {
        const struct vae_layer *l = &m->layer[i];
        const size_t panels = l->w.rows ? vae_panels(l->w.cols) : 0, end = l->b.offset;
        const size_t bias = sv_packed_size(1, l->b.cols), panel = l->w.rows * SV_PANEL;
        const size_t most = VAE_UNIT * (floats / (VAE_UNIT * (panel + 1)) + 1);
        size_t first = 0;
        do {
            const size_t next = vae_min_size(first + most, panels),
                         at = l->w.offset + first * panel;
            const bool last = next == panels;
            if (p)
                p[n] = (struct vae_piece){
                    i, first, next, last, at, last ? end + bias - at : (next - first) * panel};
            first = next;
            n++;
        } while (first < panels);
    }
    return n;
}

void vae_gradient_piece(struct vae_job j, size_t rows, const struct vae_piece *p, bool accumulate,
                        float *g)
{
    const struct vae_layer *l = &j.m->layer[p->layer];
    const struct sink to = {.arena = g, .accumulate = accumulate};
    const size_t r = rows_of(j.m, l, rows);
    weight(j, l, (struct share){p->panel, p->end}, r, &to);
    vae_clock_phase(vae_clock_of(j), vae_phase_of(l->role, LAYER_DW));
    if (p->bias) bias(j, l, r, &to);
    vae_meet(j);
}

void vae_apply_piece(struct vae_job j, const struct vae_step *step, const struct vae_piece *p,
                     const float *g)
{
    apply(j, step, p->at, p->floats, g);
    vae_meet(j);
}
