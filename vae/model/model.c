#include "model.h"
#include "../base/min.h"
#include "../base/split.h"
#include "../base/tiny.h"
#include <string.h>

const char *const vae_likelihood_names[] = {"bernoulli", "gaussian", NULL};

double vae_phase_flops(const struct vae_shape *s, size_t samples, enum vae_phase phase)
{
    const double l = (double)samples, x = (double)vae_inputs(s), h = (double)s->hidden;
    const double z = (double)s->latent;
    switch (phase) {
    case PHASE_ENC:
    case PHASE_ENC_DW: return 2 * x * h;
    case PHASE_HEAD:
    case PHASE_HEAD_DX:
    case PHASE_HEAD_DW: return 2 * h * 2 * z;
    case PHASE_DEC:
    case PHASE_DEC_DX:
    case PHASE_DEC_DW: return 2 * l * z * h;
    case PHASE_OUT:
    case PHASE_OUT_DX:
    case PHASE_OUT_DW: return 2 * l * h * (double)vae_outputs(s);
    default: return 0;
    }
}

double vae_forward_flops(const struct vae_shape *s, size_t samples)
{
    return vae_phase_flops(s, samples, PHASE_ENC) + vae_phase_flops(s, samples, PHASE_HEAD) +
           vae_phase_flops(s, samples, PHASE_DEC) + vae_phase_flops(s, samples, PHASE_OUT);
}

double vae_step_flops(const struct vae_shape *s, size_t samples)
{
    double sum = 0;
    for (int p = 0; p < PHASE_COUNT; p++) sum += vae_phase_flops(s, samples, (enum vae_phase)p);
    return sum;
}

/* --- layers: what one thread does of them --- */

/* The part of a range that is a thread's where work goes by rows. */
static struct vae_range part_of(const struct vae_model *m, size_t thread, struct vae_range range)
{
    const struct share s = share_of(range.rows, thread, pool_threads(m->pool));
    return (struct vae_range){range.first + s.first, s.end - s.first};
}

/* Rows of z that belong to a range. */
static struct vae_range draws(const struct vae_model *m, struct vae_range range)
{
    return (struct vae_range){range.first * m->samples, range.rows * m->samples};
}

/* split() of these rows of a matrix with that many columns. */
static size_t blocks_of(const struct vae_model *m, size_t thread, struct vae_range range,
                        size_t cols, size_t unit, struct block b[SPLIT_MOST])
{
    const size_t n = split(range.rows, vae_panels(cols), unit, thread, pool_threads(m->pool), b);
    for (size_t i = 0; i < n; i++) b[i].row += range.first;
    return n;
}

/* All threads meet: what they wrote is read next. */
static void meet(struct vae_model *m, size_t thread)
{
    pool_barrier(m->pool, thread);
    clock_phase(vae_clock_of(m, thread), PHASE_WAIT);
}

/* A block of Y = f(X W + b). */
static struct sv_gemm layer_gemm(const struct vae_model *m, size_t thread, struct block b,
                                 int weight, enum sv_epilogue f, const float *x, size_t ldx,
                                 float *y, size_t ldy)
{
    const struct vae_tensor *w = &m->tensor[weight], *bias = &m->tensor[weight + 1];
    const size_t j = 16 * b.panel;
    return (struct sv_gemm){.m = b.rows,
                            .n = min_size(16 * b.panels, w->cols - j),
                            .k = w->rows,
                            .a = x + b.row * ldx,
                            .lda = ldx,
                            .b = m->w + vae_place(w, 0, j),
                            .ldb = w->rows,
                            .b_packed = true,
                            .c = y + b.row * ldy + j,
                            .ldc = ldy,
                            .epilogue = f,
                            .bias = m->w + bias->offset + j,
                            .scratch = vae_scratch(m, thread)};
}

/* The whole width of the layer for some rows. */
static void layer_rows(struct vae_model *m, size_t thread, struct vae_range p, int weight,
                       enum sv_epilogue f, const float *x, size_t ldx, float *y, size_t ldy)
{
    if (p.rows == 0) return;
    const struct block b = {p.first, p.rows, 0, vae_panels(m->tensor[weight].cols)};
    const struct sv_gemm g = layer_gemm(m, thread, b, weight, f, x, ldx, y, ldy);
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

/* The thread's columns of the layer. */
static void layer(struct vae_model *m, size_t thread, struct vae_range range, int weight,
                  enum sv_epilogue f, const float *x, size_t ldx, float *y, size_t ldy)
{
    struct block b[SPLIT_MOST];
    const size_t n = blocks_of(m, thread, range, m->tensor[weight].cols, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++) {
        const struct sv_gemm g = layer_gemm(m, thread, b[i], weight, f, x, ldx, y, ldy);
        sv_for_gemm(&m->k, &g)->gemm_nn(&g);
    }
}

/* A block of dX = (dY W^T) f'(X), f' chosen by the epilogue; X is what the layer before gave. */
static void block_back(struct vae_model *m, size_t thread, struct block b, int weight,
                       const float *dy, size_t lddy, enum sv_epilogue slope, const float *x,
                       float *dx, size_t ldx)
{
    const struct vae_tensor *w = &m->tensor[weight];
    const size_t j = 16 * b.panel;
    const struct sv_gemm g = {.m = b.rows,
                              .n = min_size(16 * b.panels, w->rows - j),
                              .k = w->cols,
                              .a = dy + b.row * lddy,
                              .lda = lddy,
                              .b = m->w + vae_place(w, j, 0),
                              .ldb = w->rows,
                              .b_packed = true,
                              .c = dx + b.row * ldx + j,
                              .ldc = ldx,
                              .epilogue = slope,
                              .y = x ? x + b.row * ldx + j : NULL,
                              .ldy = ldx,
                              .scratch = vae_scratch(m, thread)};
    sv_for_gemm(&m->k, &g)->gemm_nt(&g);
}

/* The thread's columns of dX. */
static void layer_back(struct vae_model *m, size_t thread, struct vae_range range, int weight,
                       const float *dy, size_t lddy, const float *x, float *dx, size_t ldx)
{
    struct block b[SPLIT_MOST];
    const size_t n = blocks_of(m, thread, range, m->tensor[weight].rows, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++)
        block_back(m, thread, b[i], weight, dy, lddy, SV_EPI_TANH_GRAD, x, dx, ldx);
}

/* --- the likelihood: log p(x|z) per row, and the gradient of -log p / samples --- */

/* Panels panel ... panel + panels - 1 of one group, for some rows. */
static void bernoulli_block(struct vae_model *m, size_t thread, struct block b)
{
    const struct vae_work *w = &m->work;
    struct sv_gemm g = layer_gemm(m, thread, b, OUT_W, SV_EPI_BERNOULLI, w->hidden_d, m->ld.hidden,
                                  w->d_out, m->ld.out);
    g.y = w->target + b.row * m->ld.x + 16 * b.panel;
    g.ldy = m->ld.x;
    g.scale = 1 / (float)m->samples;
    g.row_sum = w->ll + b.panel / VAE_GROUP * m->max_rows * m->samples + b.row;
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

static void bernoulli_output(struct vae_model *m, size_t thread, struct vae_range r)
{
    struct block blocks[SPLIT_MOST];
    const size_t n = blocks_of(m, thread, r, vae_outputs(&m->shape), VAE_GROUP, blocks);
    for (size_t i = 0; i < n; i++) {
        struct block b = blocks[i];
        for (const size_t end = b.panel + b.panels; b.panel < end; b.panel += VAE_GROUP) {
            b.panels = min_size(VAE_GROUP, end - b.panel);
            bernoulli_block(m, thread, b);
        }
    }
    clock_phase(vae_clock_of(m, thread), PHASE_OUT);
}

/* out = [sigmoid(a) | logvar] with [a | logvar] = hidden W + b; d_out likewise. Of a fixed variance there is
 * no second half. A row at a time: it stays in L1. */
static void gaussian_output(struct vae_model *m, size_t thread, struct vae_range r)
{
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape), ld = m->ld.out;
    const bool learnt = m->shape.variance != VARIANCE_FIXED;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    const struct vae_range p = part_of(m, thread, r);
    layer(m, thread, r, OUT_W, SV_EPI_BIAS, w->hidden_d, m->ld.hidden, w->out, ld);
    clock_phase(vae_clock_of(m, thread), PHASE_OUT);
    meet(m, thread);
    for (size_t i = p.first; i < p.first + p.rows; i++) {
        float *mean = w->out + i * ld, *d_mean = w->d_out + i * ld;
        row->sigmoid(x, mean, mean);
        row->gaussian_ll_grad(&(struct sv_gaussian_ll){.m = 1,
                                                       .n = x,
                                                       .mean = mean,
                                                       .logvar = learnt ? mean + x : NULL,
                                                       .min_logvar = m->min_logvar,
                                                       .x = w->target + i * m->ld.x,
                                                       .ll = w->ll + i,
                                                       .scale = 1 / (float)m->samples,
                                                       .dmean = d_mean,
                                                       .dlogvar = learnt ? d_mean + x : NULL});
        row->sigmoid_grad(x, mean, d_mean, d_mean);
    }
    clock_phase(vae_clock_of(m, thread), PHASE_LIKELIHOOD);
}

/* --- one minibatch --- */

/* The thread's rows of z, from the encoder's head. */
static void draw(struct vae_model *m, size_t thread, struct vae_range p, struct sv_rng rng)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    const size_t z = m->shape.latent, x = vae_inputs(&m->shape), samples = m->samples;
    float *head = w->head + p.first * ld->head;
    rng.ctr[1] += (uint32_t)(p.first * samples);
    sv_for(&m->k, p.rows * samples, z, 0)
        ->reparam(&(struct sv_reparam){.m = p.rows,
                                       .n = z,
                                       .samples = samples,
                                       .mu = head,
                                       .logvar = head + z,
                                       .ld = ld->head,
                                       .z = w->z + p.first * samples * ld->z,
                                       .eps = w->eps + p.first * samples * ld->z,
                                       .ldz = ld->z,
                                       .kl = w->kl + p.first,
                                       .rng = rng});
    for (size_t r = p.first * samples; samples > 1 && r < (p.first + p.rows) * samples; r++)
        memcpy(w->target + r * ld->x, w->x + r / samples * ld->x, x * sizeof(float));
    clock_phase(vae_clock_of(m, thread), PHASE_REPARAM);
}

void vae_forward(struct vae_model *m, size_t thread, struct vae_range range, struct sv_rng rng)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    const struct vae_range p = part_of(m, thread, range), r = draws(m, range);
    layer(m, thread, range, ENC_W, SV_EPI_TANH, w->x, ld->x, w->hidden_e, ld->hidden);
    clock_phase(vae_clock_of(m, thread), PHASE_ENC);
    meet(m, thread);
    layer_rows(m, thread, p, HEAD_W, SV_EPI_BIAS, w->hidden_e, ld->hidden, w->head, ld->head);
    clock_phase(vae_clock_of(m, thread), PHASE_HEAD);
    draw(m, thread, p, rng);
    meet(m, thread);
    layer(m, thread, r, DEC_W, SV_EPI_TANH, w->z, ld->z, w->hidden_d, ld->hidden);
    clock_phase(vae_clock_of(m, thread), PHASE_DEC);
    meet(m, thread);
    if (m->shape.likelihood == VAE_GAUSSIAN)
        gaussian_output(m, thread, r);
    else
        bernoulli_output(m, thread, r);
    meet(m, thread);
}

void vae_backward(struct vae_model *m, size_t thread, struct vae_range range)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    const struct vae_range p = part_of(m, thread, range), r = draws(m, range), own = draws(m, p);
    const size_t z = m->shape.latent;
    const struct block mine = {own.first, own.rows, 0, vae_panels(z)};
    const float *head = w->head + p.first * ld->head;
    float *d_head = w->d_head + p.first * ld->head;
    layer_back(m, thread, r, OUT_W, w->d_out, ld->out, w->hidden_d, w->d_hidden_d, ld->hidden);
    clock_phase(vae_clock_of(m, thread), PHASE_OUT_DX);
    meet(m, thread);
    block_back(m, thread, mine, DEC_W, w->d_hidden_d, ld->hidden, SV_EPI_NONE, NULL, w->d_z, ld->z);
    clock_phase(vae_clock_of(m, thread), PHASE_DEC_DX);
    sv_for(&m->k, own.rows, z, 0)
        ->reparam_grad(&(struct sv_reparam_grad){.m = p.rows,
                                                 .n = z,
                                                 .samples = m->samples,
                                                 .mu = head,
                                                 .logvar = head + z,
                                                 .ld = ld->head,
                                                 .dz = w->d_z + mine.row * ld->z,
                                                 .eps = w->eps + mine.row * ld->z,
                                                 .ldz = ld->z,
                                                 .beta = 1,
                                                 .dmu = d_head,
                                                 .dlogvar = d_head + z,
                                                 .ldg = ld->head});
    for (size_t i = 0; i < p.rows; i++) clear_tiny(2 * z, d_head + i * ld->head);
    clock_phase(vae_clock_of(m, thread), PHASE_REPARAM_GRAD);
    meet(m, thread);
    layer_back(m, thread, range, HEAD_W, w->d_head, ld->head, w->hidden_e, w->d_hidden_e,
               ld->hidden);
    clock_phase(vae_clock_of(m, thread), PHASE_HEAD_DX);
    meet(m, thread);
}

void vae_add_bound(const struct vae_model *m, size_t rows, struct vae_bound *bound)
{
    const struct vae_work *w = &m->work;
    for (size_t i = 0; i < rows; i++) bound->kl += (double)w->kl[i];
    for (size_t g = 0; g < vae_groups(&m->shape); g++)
        for (size_t i = 0; i < rows * m->samples; i++)
            bound->recon += (double)w->ll[g * m->max_rows * m->samples + i] / (double)m->samples;
    bound->count += rows;
}

/* --- for pictures --- */

void vae_decode(struct vae_model *m, size_t rows, const float *z)
{
    const size_t x = vae_inputs(&m->shape), ld = m->ld.out;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    float *y = m->work.out;
    const struct vae_range all = {0, rows};
    layer_rows(m, 0, all, DEC_W, SV_EPI_TANH, z, m->shape.latent, m->work.hidden_d, m->ld.hidden);
    layer_rows(m, 0, all, OUT_W, SV_EPI_BIAS, m->work.hidden_d, m->ld.hidden, y, ld);
    for (size_t i = 0; i < rows; i++) { /* rows close up */
        memmove(y + i * x, y + i * ld, x * sizeof *y);
        row->sigmoid(x, y + i * x, y + i * x);
    }
}

void vae_encode_mean(struct vae_model *m, size_t rows, float *z)
{
    const size_t latent = m->shape.latent;
    const struct vae_range all = {0, rows};
    layer_rows(m, 0, all, ENC_W, SV_EPI_TANH, m->work.x, m->ld.x, m->work.hidden_e, m->ld.hidden);
    layer_rows(m, 0, all, HEAD_W, SV_EPI_BIAS, m->work.hidden_e, m->ld.hidden, m->work.head,
               m->ld.head);
    for (size_t i = 0; i < rows; i++)
        memcpy(z + i * latent, m->work.head + i * m->ld.head, latent * sizeof *z);
}
