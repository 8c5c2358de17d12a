/* Examples drawn from the model, and, for wake-sleep's sleep phase, the encoder's gradient on them. */
#include "../base/tiny.h"
#include "layer.h"
#include "relay.h"
#include <math.h>

/* x' ~ Bernoulli, the thread's rows. out: means, or logits where there is evidence, whose log-odds add
 * to them. */
static void draw_bernoulli(const struct vae_model *m, struct vae_range own,
                           const struct vae_evidence *of, struct sv_rng rng)
{
    const size_t x = vae_inputs(&m->shape), at = own.first, ld = m->ld.out;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    for (size_t i = at; of && i < at + own.rows; i++) {
        float *out = m->work.out + i * ld;
        const float *about = of->about + i * m->ld.x;
        for (size_t c = 0; c < x; c++) out[c] += about[c];
        row->sigmoid(x, out, out);
    }
    sv_for(&m->k, own.rows, x, 0)
        ->bernoulli(own.rows, x, rng, m->work.out + at * ld, ld, m->work.x + at * m->ld.x, m->ld.x);
}

/* Of a mixture: with probability pi, x' is uniform instead. A uniform draw below pi decides, and divided
 * by pi it is the value. */
static void mix_uniform(const struct vae_model *m, const struct sv_kernels *row, struct sv_rng rng,
                        float *draw, float *x)
{
    const size_t n = vae_inputs(&m->shape);
    const float *unif = vae_unif_of(m);
    row->uniform(1, n, rng, draw, n);
    for (size_t c = 0; c < n; c++) {
        float share;
        row->sigmoid(1, unif + c, &share);
        if (draw[c] < share) x[c] = draw[c] / share;
    }
}

/* N(mean, e^v) times the likelihood of y = x + noise of variance s^2, t = v - log s^2:
 * v' = v - log(1 + e^t),   mean' = mean + gain (y - mean),   gain = e^v' / s^2. */
static void weigh_evidence(const struct sv_kernels *row, size_t n, const float *y,
                           const float *about, float *mean, float *v, float *room)
{
    for (size_t c = 0; c < n; c++) room[c] = v[c] + about[c];
    row->softplus(n, room, room);
    for (size_t c = 0; c < n; c++) {
        v[c] -= room[c];
        room[c] = v[c] + about[c];
    }
    row->exp(n, room, room);
    for (size_t c = 0; c < n; c++) mean[c] += room[c] * (y[c] - mean[c]);
}

/* x' ~ N(sigmoid(a), e^v), v as in the likelihood; not clipped to [0, 1]. d_out has room for v. */
static void draw_gaussian(struct vae_job j, struct vae_range own, const struct vae_evidence *of,
                          struct sv_rng rng, struct sv_rng uniform)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape);
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    for (size_t i = own.first; i < own.first + own.rows; i++, rng.ctr[1]++, uniform.ctr[1]++) {
        float *mean = w->out + i * m->ld.out, *v = w->d_out + i * m->ld.out;
        row->sigmoid(x, mean, mean);
        const float *logvar = vae_logvar_of(m, mean);
        for (size_t c = 0; c < x; c++)
            v[c] = logvar && !(logvar[c] < m->min_logvar) ? logvar[c] : m->min_logvar;
        if (of)
            weigh_evidence(row, x, of->y + i * m->ld.x, of->about + i * m->ld.x, mean, v,
                           vae_scratch_of(j));
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
        if (m->shape.density == DENSITY_MIXTURE)
            mix_uniform(m, row, uniform, v, w->x + i * m->ld.x);
    }
}

void vae_draw_pixels(struct vae_job j, struct vae_range rows, const struct vae_evidence *of,
                     struct sv_rng x, struct sv_rng uniform)
{
    const struct vae_model *m = j.m;
    const struct vae_shape *s = &m->shape;
    const struct vae_range own = vae_part_of(j, rows);
    struct vae_layer out = m->layer[vae_out_at(s)];
    x.ctr[1] += (uint32_t)own.first;
    uniform.ctr[1] += (uint32_t)own.first;
    vae_relay_need(j, j.m->layers - 1);
    for (size_t i = vae_decoder_at(s); i < vae_out_at(s); i++) {
        vae_layer_forward(j, &m->layer[i], rows);
        vae_clock_phase(vae_clock_of(j), PHASE_DEC);
        vae_meet(j);
    }
    if (s->likelihood == VAE_BERNOULLI && !of) out.f = SV_EPI_SIGMOID;
    vae_layer_forward(j, &out, rows);
    vae_clock_phase(vae_clock_of(j), PHASE_OUT);
    vae_meet(j);
    if (s->likelihood == VAE_BERNOULLI)
        draw_bernoulli(m, own, of, x);
    else
        draw_gaussian(j, own, of, x, uniform);
    vae_clock_phase(vae_clock_of(j), PHASE_DREAM);
}

void vae_dream(struct vae_job j, struct vae_range rows, struct sv_rng z, struct sv_rng x,
               struct sv_rng uniform)
{
    const struct vae_model *m = j.m;
    const struct vae_range own = vae_part_of(j, rows);
    z.ctr[1] += (uint32_t)own.first;
    sv_for(&m->k, own.rows, m->shape.latent, 0)
        ->normal(own.rows, m->shape.latent, z, m->work.z + own.first * m->ld.z, m->ld.z);
    vae_clock_phase(vae_clock_of(j), PHASE_DREAM);
    vae_meet(j);
    vae_draw_pixels(j, rows, NULL, x, uniform);
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
