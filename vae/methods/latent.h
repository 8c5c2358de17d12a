/* Statistics of each latent dimension over a set of images: KL, variance of mu, active units. */
#ifndef VAE_LATENT_H
#define VAE_LATENT_H

#include "../model/model.h"

/* Sums over examples, in double and in their order: the minibatches do not change them. */
struct vae_latent {
    size_t count, latent;
    double *kl; /* [latent]: sum of KL(q(z_j|x) || N(0, 1)), nats */
    double *mean,
        *square; /* [latent]: mean of mu_j; sum of squared distances from it (Welford 1962) */
    float *row;  /* [max_rows] */
};

/* Starts with no examples. max_rows: the most that one vae_latent_add takes. False if out of
 * memory. */
bool vae_latent_create(struct vae_latent *l, size_t latent, size_t max_rows, struct vae_error *e);
void vae_latent_destroy(struct vae_latent *l);

/* Adds the examples whose encodings are rows 0 ... rows - 1 of m->work.head. */
void vae_latent_add(struct vae_latent *l, const struct vae_model *m, size_t rows);

/* Dimension j: its mean KL over the examples, in nats, and Var_x mu_j, the population variance
 * (1 / count). */
double vae_latent_kl(const struct vae_latent *l, size_t j);
double vae_latent_mean_variance(const struct vae_latent *l, size_t j);

/* Dimensions of z with Var_x mu_j > 0.01 (Burda, Grosse, Salakhutdinov 2015, section 5.2). */
#define VAE_ACTIVE_VARIANCE 0.01
size_t vae_latent_active(const struct vae_latent *l);

#endif
