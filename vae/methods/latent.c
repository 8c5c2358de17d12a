#include "latent.h"
#include "../base/memory.h"

bool vae_latent_create(struct vae_latent *l, size_t latent, size_t max_rows, struct vae_error *e)
{
    *l = (struct vae_latent){.latent = latent};
    l->kl = vae_memory_get(3 * latent * sizeof *l->kl);
    l->row = vae_memory_get(max_rows * sizeof *l->row);
    if (!l->kl || !l->row) {
        vae_latent_destroy(l);
        return vae_fail(e, "not enough memory for %zu dimensions of z", latent);
    }
    l->mean = l->kl + latent;
    l->square = l->mean + latent;
    return true;
}

void vae_latent_destroy(struct vae_latent *l)
{
    vae_memory_give(l->kl);
    vae_memory_give(l->row);
    *l = (struct vae_latent){0};
}

static void add_dimension(struct vae_latent *l, const struct vae_model *m, size_t rows, size_t j)
{
    const float *mu = m->work.head + j;
    const size_t ld = m->ld.head;
    sv_for(&m->k, rows, 1, 0)
        ->kl(&(struct sv_kl){.m = rows,
                             .n = 1,
                             .mu = mu,
                             .logvar = mu + l->latent,
                             .ld = ld,
                             .kl = l->row,
                             .noise = m->shape.posterior});
    for (size_t i = 0; i < rows; i++) {
        const double x = (double)mu[i * ld], from = x - l->mean[j];
        l->kl[j] += (double)l->row[i];
        l->mean[j] += from / (double)(l->count + i + 1);
        l->square[j] += from * (x - l->mean[j]);
    }
}

void vae_latent_add(struct vae_latent *l, const struct vae_model *m, size_t rows)
{
    for (size_t j = 0; j < l->latent; j++) add_dimension(l, m, rows, j);
    l->count += rows;
}

double vae_latent_kl(const struct vae_latent *l, size_t j) { return l->kl[j] / (double)l->count; }

double vae_latent_mean_variance(const struct vae_latent *l, size_t j)
{
    return l->square[j] / (double)l->count;
}

size_t vae_latent_active(const struct vae_latent *l)
{
    size_t active = 0;
    for (size_t j = 0; j < l->latent; j++)
        active += vae_latent_mean_variance(l, j) > VAE_ACTIVE_VARIANCE;
    return active;
}
