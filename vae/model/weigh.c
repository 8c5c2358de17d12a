/* Importance weights of draws. */
#include "layer.h"
#include <math.h>

const char *const vae_estimator_names[] = {"b", "a", "iwae", NULL};

void vae_log_weights(struct vae_job j, struct vae_range own)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const size_t samples = m->samples, z = m->shape.latent;
    const size_t first = own.first * samples, draws = own.rows * samples;
    sv_for(&m->k, draws, z, 0)
        ->log_ratio(&(struct sv_log_ratio){.m = own.rows,
                                           .n = z,
                                           .samples = samples,
                                           .logvar = w->head + own.first * m->ld.head + z,
                                           .ld = m->ld.head,
                                           .z = w->z + first * m->ld.z,
                                           .eps = w->eps + first * m->ld.z,
                                           .ldz = m->ld.z,
                                           .y = w->log_w + first,
                                           .noise = m->shape.posterior});
    for (size_t r = first; r < first + draws; r++)
        w->log_w[r] = (float)(vae_row_ll(m, r) + (double)w->log_w[r]);
}

void vae_weigh(struct vae_job j, struct vae_range points, bool gradient)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const struct vae_range p = vae_part_of(j, points);
    const size_t samples = m->samples, out = vae_outputs(&m->shape);
    const struct vae_range r = {p.first * samples, p.rows * samples};
    const float log_samples = (float)log((double)samples);
    vae_log_weights(j, p);
    sv_for(&m->k, p.rows, samples, 0)
        ->logsumexp_grad(&(struct sv_logsumexp_grad){.m = p.rows,
                                                     .n = samples,
                                                     .x = w->log_w + r.first,
                                                     .ldx = samples,
                                                     .y = w->log_mean + p.first,
                                                     .w = w->weight + r.first,
                                                     .ldw = samples});
    for (size_t i = p.first; i < p.first + p.rows; i++) w->log_mean[i] -= log_samples;
    if (gradient) {
        float *d_out = w->d_out + r.first * m->ld.out;
        sv_for(&m->k, r.rows, out, 0)
            ->scale_rows(r.rows, out, w->weight + r.first, d_out, m->ld.out, d_out, m->ld.out);
    }
    vae_clock_phase(vae_clock_of(j), PHASE_WEIGH);
    vae_meet(j);
}
