/* What each dimension of z tells of the images. */
#ifndef VAE_LATENT_H
#define VAE_LATENT_H

#include "../model/model.h"

/* Over data points, in double and in their order, so that sums do not depend on how the points are dealt out. */
struct vae_latent {
    size_t count, latent;
    double *kl; /* [latent]: sum of KL(q(z_j|x) || N(0, 1)), nats */
    double *mean,
        *square; /* [latent]: mean of mu_j; sum of squared distances from it (Welford 1962) */
    float *row;  /* [max_rows] */
};

/* Nothing seen yet, for models of that shape with up to max_rows rows. */
bool vae_latent_create(struct vae_latent *l, size_t latent, size_t max_rows, struct vae_error *e);
void vae_latent_destroy(struct vae_latent *l);

/* Adds data points whose encodings are rows 0 ... rows - 1 of m->work.head. */
void vae_latent_add(struct vae_latent *l, const struct vae_model *m, size_t rows);

/* Means over the data points of what dimension j adds to the KL, in nats, and Var_x mu_j, with 1 / count. */
double vae_latent_kl(const struct vae_latent *l, size_t j);
double vae_latent_mean_variance(const struct vae_latent *l, size_t j);

/* Dimensions of z with Var_x mu_j > 0.01 (Burda, Grosse, Salakhutdinov 2015, section 5.2). */
#define VAE_ACTIVE_VARIANCE 0.01
size_t vae_latent_active(const struct vae_latent *l);

#endif
