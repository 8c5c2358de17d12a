/* The forward pass, from examples to the bound: encode, draw, likelihood. */
#include "layer.h"
#include "relay.h"
#include <string.h>

/* The draws of some examples, as rows of z. */
static struct vae_range draws_of(const struct vae_model *m, struct vae_range points)
{
    return (struct vae_range){points.first * m->samples, points.rows * m->samples};
}

void vae_encode(struct vae_job j, struct vae_range points)
{
    const struct vae_layer *l = j.m->layer, *head = l + vae_head_at(&j.m->shape);
    for (; l < head; l++) {
        vae_relay_need(j, (size_t)(l - j.m->layer));
        vae_layer_forward(j, l, points);
        vae_clock_phase(vae_clock_of(j), PHASE_ENC);
        vae_meet(j);
    }
    vae_relay_need(j, vae_head_at(&j.m->shape));
    vae_layer_forward_rows(j, head, vae_part_of(j, points));
    vae_clock_phase(vae_clock_of(j), PHASE_HEAD);
}

void vae_draw(struct vae_job j, struct vae_range points, struct sv_rng rng)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const size_t z = m->shape.latent;
    const struct vae_range p = vae_part_of(j, points), r = draws_of(m, p);
    float *head = w->head + p.first * m->ld.head;
    rng.ctr[1] += (uint32_t)r.first;
    sv_for(&m->k, r.rows, z, 0)
        ->reparam(&(struct sv_reparam){.m = p.rows,
                                       .n = z,
                                       .samples = m->samples,
                                       .mu = head,
                                       .logvar = head + z,
                                       .ld = m->ld.head,
                                       .z = w->z + r.first * m->ld.z,
                                       .eps = w->eps + r.first * m->ld.z,
                                       .ldz = m->ld.z,
                                       .kl = w->kl + p.first,
                                       .rng = rng,
                                       .noise = m->shape.posterior});
    vae_clock_phase(vae_clock_of(j), PHASE_REPARAM);
    vae_meet(j);
}

/* --- the likelihood: log p(x|z) per row, and, unless draw_weight is 0, its gradient --- */

/* The row sums of b's group of panels (VAE_GROUP). */
static float *group_ll(const struct vae_model *m, struct block b)
{
    return m->work.ll + b.panel / VAE_GROUP * m->max_rows * m->samples + b.row;
}

/* b lies within one group of panels. */
static void bernoulli_block(struct vae_job j, const struct vae_layer *out, struct block b)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const struct sv_gemm g = vae_layer_gemm(j, out, b);
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
    sv_for(&m->k, b.rows, g.n, 0)
        ->bernoulli_ll(
            &(struct sv_bernoulli_ll){.m = b.rows,
                                      .n = g.n,
                                      .logits = g.c,
                                      .ldl = g.ldc,
                                      .x = w->target + b.row * m->ld.x + SV_PANEL * b.panel,
                                      .ldx = m->ld.x,
                                      .ll = group_ll(m, b)});
}

/* The same with the gradient; logits are not stored. */
static void bernoulli_grad_block(struct vae_job j, const struct vae_layer *out, struct block b,
                                 float draw_weight)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    struct sv_gemm g = vae_layer_gemm(j, out, b);
    g.c = out->dy.at + b.row * out->dy.ld + SV_PANEL * b.panel;
    g.ldc = out->dy.ld;
    g.epilogue = SV_EPI_BERNOULLI;
    g.y = w->target + b.row * m->ld.x + SV_PANEL * b.panel;
    g.ldy = m->ld.x;
    g.scale = draw_weight;
    g.row_sum = group_ll(m, b);
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

static void bernoulli_output(struct vae_job j, const struct vae_layer *out, struct vae_range r,
                             float draw_weight)
{
    struct block blocks[SPLIT_MOST];
    const size_t n = vae_blocks_of(j, r, out->w.cols, VAE_GROUP, blocks);
    for (size_t i = 0; i < n; i++) {
        struct block b = blocks[i];
        for (const size_t end = b.panel + b.panels; b.panel < end; b.panel += VAE_GROUP) {
            b.panels = vae_min_size(VAE_GROUP, end - b.panel);
            if (draw_weight != 0)
                bernoulli_grad_block(j, out, b, draw_weight);
            else
                bernoulli_block(j, out, b);
        }
    }
    vae_clock_phase(vae_clock_of(j), PHASE_OUT);
}

/* Row i of a Gaussian: work.out holds its means. */
static void gaussian_row(const struct vae_model *m, const struct sv_kernels *k, size_t i,
                         float draw_weight)
{
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape);
    const bool learnt = m->shape.variance != VARIANCE_FIXED;
    float *mean = w->out + i * m->ld.out, *d_mean = w->d_out + i * m->ld.out;
    const struct sv_gaussian_ll g = {.m = 1,
                                     .n = x,
                                     .mean = mean,
                                     .logvar = vae_logvar_of(m, mean),
                                     .min_logvar = m->min_logvar,
                                     .x = w->target + i * m->ld.x,
                                     .ll = w->ll + i,
                                     .scale = draw_weight,
                                     .dmean = d_mean,
                                     .dlogvar = learnt ? d_mean + x : NULL};
    (draw_weight != 0 ? k->gaussian_ll_grad : k->gaussian_ll)(&g);
}

/* The same of a Gaussian mixed with a uniform density. */
static void mixture_row(const struct vae_model *m, const struct sv_kernels *k, size_t i,
                        float draw_weight)
{
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape);
    float *mean = w->out + i * m->ld.out, *d_mean = w->d_out + i * m->ld.out;
    const struct sv_mixture_ll g = {.m = 1,
                                    .n = x,
                                    .mean = mean,
                                    .logvar = vae_logvar_of(m, mean),
                                    .unif = vae_unif_of(m),
                                    .min_logvar = m->min_logvar,
                                    .x = w->target + i * m->ld.x,
                                    .ll = w->ll + i,
                                    .scale = draw_weight,
                                    .dmean = d_mean,
                                    .dlogvar = d_mean + x,
                                    .dunif = d_mean + 2 * x};
    (draw_weight != 0 ? k->mixture_ll_grad : k->mixture_ll)(&g);
}

/* out = [sigmoid(a) | logvar] with [a | logvar] = hidden W + b; d_out likewise. Where log-variances
 * do not depend on z, out has no second half, and of a mixture d_out has a third; where they are fixed,
 * d_out has only the first. Goes row by row, so that a row stays in L1. */
static void gaussian_output(struct vae_job j, const struct vae_layer *out, struct vae_range r,
                            float draw_weight)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape), ld = m->ld.out;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    const struct vae_range p = vae_part_of(j, r);
    vae_layer_forward(j, out, r);
    vae_clock_phase(vae_clock_of(j), PHASE_OUT);
    vae_meet(j);
    for (size_t i = p.first; i < p.first + p.rows; i++) {
        float *mean = w->out + i * ld, *d_mean = w->d_out + i * ld;
        row->sigmoid(x, mean, mean);
        (m->shape.density == DENSITY_MIXTURE ? mixture_row : gaussian_row)(m, row, i, draw_weight);
        if (draw_weight != 0) row->sigmoid_grad(x, mean, d_mean, d_mean);
    }
    vae_clock_phase(vae_clock_of(j), PHASE_LIKELIHOOD);
}

/* Copies each draw's example into its row of work.target. */
static void repeat_targets(struct vae_job j, struct vae_range draws)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const struct vae_range own = vae_part_of(j, draws);
    const size_t bytes = vae_inputs(&m->shape) * sizeof(float);
    if (m->samples == 1) return;
    for (size_t r = own.first; r < own.first + own.rows; r++)
        memcpy(w->target + r * m->ld.x, w->x + r / m->samples * m->ld.x, bytes);
    vae_clock_phase(vae_clock_of(j), PHASE_GATHER);
    /* with hidden layers, their barriers come before the output layer reads the targets */
    if (!m->shape.dec.count) vae_meet(j);
}

static void likelihood(struct vae_job j, struct vae_range draws, float draw_weight)
{
    const struct vae_shape *s = &j.m->shape;
    const struct vae_layer *l = j.m->layer + vae_decoder_at(s), *out = j.m->layer + vae_out_at(s);
    repeat_targets(j, draws);
    for (; l < out; l++) {
        vae_relay_need(j, (size_t)(l - j.m->layer));
        vae_layer_forward(j, l, draws);
        vae_clock_phase(vae_clock_of(j), PHASE_DEC);
        vae_meet(j);
    }
    vae_relay_need(j, j.m->layers - 1);
    if (s->likelihood == VAE_GAUSSIAN)
        gaussian_output(j, out, draws, draw_weight);
    else
        bernoulli_output(j, out, draws, draw_weight);
    vae_meet(j);
}

void vae_likelihood(struct vae_job j, struct vae_range draws, float draw_weight)
{
    likelihood(j, draws, draw_weight);
}

void vae_log_likelihood(struct vae_job j, struct vae_range draws) { likelihood(j, draws, 0); }

void vae_add_bound(const struct vae_model *m, size_t rows, bool weighted, struct vae_bound *bound)
{
    const struct vae_work *w = &m->work;
    for (size_t i = 0; i < rows; i++) bound->kl += (double)w->kl[i];
    for (size_t g = 0; g < vae_groups(&m->shape); g++)
        for (size_t i = 0; i < rows * m->samples; i++)
            bound->recon += (double)w->ll[g * m->max_rows * m->samples + i] / (double)m->samples;
    for (size_t i = 0; weighted && i < rows; i++) bound->log_mean += (double)w->log_mean[i];
    bound->count += rows;
}

/* --- for pictures: of a mixture, the means of its Gaussian --- */

/* Layers first ... end - 1, on the caller's thread. */
static void layers_forward(struct vae_model *m, size_t first, size_t end, size_t rows)
{
    for (size_t i = first; i < end; i++)
        vae_layer_forward_rows((struct vae_job){m, 0}, &m->layer[i], (struct vae_range){0, rows});
}

void vae_decode(struct vae_model *m, size_t rows, const float *z)
{
    const size_t x = vae_inputs(&m->shape), latent = m->shape.latent;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    float *y = m->work.out;
    for (size_t i = 0; i < rows; i++)
        memcpy(m->work.z + i * m->ld.z, z + i * latent, latent * sizeof *z);
    layers_forward(m, vae_decoder_at(&m->shape), vae_out_at(&m->shape) + 1, rows);
    for (size_t i = 0; i < rows; i++) { /* removes the padding between rows */
        memmove(y + i * x, y + i * m->ld.out, x * sizeof *y);
        row->sigmoid(x, y + i * x, y + i * x);
    }
}

void vae_encode_mean(struct vae_model *m, size_t rows, float *z)
{
    const size_t latent = m->shape.latent;
    layers_forward(m, 0, vae_decoder_at(&m->shape), rows);
    for (size_t i = 0; i < rows; i++)
        memcpy(z + i * latent, m->work.head + i * m->ld.head, latent * sizeof *z);
}
