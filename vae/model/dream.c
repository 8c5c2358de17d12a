/* The half-passes of wake-sleep's sleep phase: examples drawn from the model, and the encoder's
 * gradient on them. */
#include "../base/streams.h"
#include "../base/tiny.h"
#include "layer.h"
#include <math.h>

/* x' ~ Bernoulli(sigmoid(logits)), the thread's rows. out: means. */
static void draw_bernoulli(const struct vae_model *m, struct vae_range own, struct sv_rng rng)
{
    const size_t x = vae_inputs(&m->shape), at = own.first;
    sv_for(&m->k, own.rows, x, 0)
        ->bernoulli(own.rows, x, rng, m->work.out + at * m->ld.out, m->ld.out,
                    m->work.x + at * m->ld.x, m->ld.x);
}

/* Of a mixture: with probability pi, x' is uniform instead. A uniform draw below pi decides, and divided
 * by pi it is the value. */
static void mix_uniform(const struct vae_model *m, const struct sv_kernels *row, struct sv_rng rng,
                        float *draw, float *x)
{
    const size_t n = vae_inputs(&m->shape);
    const float *unif = vae_unif_of(m);
    rng.ctr[3] += STREAM_DREAM_UNIFORM - STREAM_DREAM;
    row->uniform(1, n, rng, draw, n);
    for (size_t c = 0; c < n; c++) {
        float share;
        row->sigmoid(1, unif + c, &share);
        if (draw[c] < share) x[c] = draw[c] / share;
    }
}

/* x' ~ N(sigmoid(a), e^v), v as in the likelihood; not clipped to [0, 1]. d_out has room for v. */
static void draw_gaussian(struct vae_job j, struct vae_range own, struct sv_rng rng)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape);
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    for (size_t i = own.first; i < own.first + own.rows; i++, rng.ctr[1]++) {
        float *mean = w->out + i * m->ld.out, *v = w->d_out + i * m->ld.out;
        row->sigmoid(x, mean, mean);
        const float *logvar = vae_logvar_of(m, mean);
        for (size_t c = 0; c < x; c++)
            v[c] = logvar && !(logvar[c] < m->min_logvar) ? logvar[c] : m->min_logvar;
        row->reparam(&(struct sv_reparam){.m = 1,
                                          .n = x,
                                          .samples = 1,
                                          .mu = mean,
                                          .logvar = v,
                                          .ld = x,
                                          .z = w->x + i * m->ld.x,
                                          .eps = vae_scratch_of(j),
                                          .ldz = x,
                                          .kl = w->log_w + i,
                                          .rng = rng});
        if (m->shape.density == DENSITY_MIXTURE) mix_uniform(m, row, rng, v, w->x + i * m->ld.x);
    }
}

void vae_dream(struct vae_job j, struct vae_range rows, struct sv_rng z, struct sv_rng x)
{
    const struct vae_model *m = j.m;
    const struct vae_shape *s = &m->shape;
    const struct vae_range own = vae_part_of(j, rows);
    struct vae_layer out = m->layer[vae_out_at(s)];
    z.ctr[1] += (uint32_t)own.first;
    x.ctr[1] += (uint32_t)own.first;
    sv_for(&m->k, own.rows, s->latent, 0)
        ->normal(own.rows, s->latent, z, m->work.z + own.first * m->ld.z, m->ld.z);
    vae_clock_phase(vae_clock_of(j), PHASE_DREAM);
    vae_meet(j);
    for (size_t i = vae_decoder_at(s); i < vae_out_at(s); i++) {
        vae_layer_forward(j, &m->layer[i], rows);
        vae_clock_phase(vae_clock_of(j), PHASE_DEC);
        vae_meet(j);
    }
    if (s->likelihood == VAE_BERNOULLI) out.f = SV_EPI_SIGMOID;
    vae_layer_forward(j, &out, rows);
    vae_clock_phase(vae_clock_of(j), PHASE_OUT);
    vae_meet(j);
    if (s->likelihood == VAE_BERNOULLI)
        draw_bernoulli(m, own, x);
    else
        draw_gaussian(j, own, x);
    vae_clock_phase(vae_clock_of(j), PHASE_DREAM);
    vae_meet(j);
}

void vae_back_posterior(struct vae_job j, struct vae_range points)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const size_t z = m->shape.latent;
    const struct vae_range own = vae_part_of(j, points);
    const float *head = w->head + own.first * m->ld.head;
    float *d_head = w->d_head + own.first * m->ld.head;
    sv_for(&m->k, own.rows, z, 0)
        ->gaussian_ll_grad(&(struct sv_gaussian_ll){.m = own.rows,
                                                    .n = z,
                                                    .mean = head,
                                                    .logvar = head + z,
                                                    .ld = m->ld.head,
                                                    .min_logvar = -INFINITY,
                                                    .x = w->z + own.first * m->ld.z,
                                                    .ldx = m->ld.z,
                                                    .ll = w->log_w + own.first,
                                                    .scale = 1,
                                                    .dmean = d_head,
                                                    .dlogvar = d_head + z,
                                                    .ldg = m->ld.head});
    for (size_t i = 0; i < own.rows; i++) vae_clear_tiny(2 * z, d_head + i * m->ld.head);
    vae_clock_phase(vae_clock_of(j), PHASE_REPARAM_GRAD);
    vae_meet(j);
}
