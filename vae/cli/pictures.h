/* Pictures of a trained model: samples, reconstructions, and the manifold of a 2-D z. */
#ifndef VAE_PICTURES_H
#define VAE_PICTURES_H

#include "../data/images.h"
#include "../model/run.h"
#include "progress.h"

/* A grid of across x down images of a model, [across * down][inputs]. */
bool vae_picture_grid(const char *path, const struct vae_shape *s, size_t across, size_t down,
                      const float *images, struct vae_error *e);

/* Decodes rows of z, in minibatches, to [count][inputs]; p, here and below, is told, or NULL. */
void vae_decode_all(struct vae_model *m, const float *z, size_t count, float *out,
                    struct progress *p);

/* Means of p(x|z) for z drawn from N(0, temperature^2 I), [count][inputs]. False if out of memory. */
bool vae_samples(struct vae_model *m, size_t count, uint64_t seed, float temperature, float *images,
                 struct progress *p);

/* across x down of them. */
bool vae_picture_samples(struct vae_model *m, const char *path, size_t across, size_t down,
                         uint64_t seed, float temperature, struct progress *p, struct vae_error *e);

/* Pairs of rows: originals above, the mean of p(x | z = mu(x)) below. 2 * pairs rows of `across`
 * images, the first of `images`, binarised as the run's were; fewer if there are fewer. */
bool vae_picture_reconstructions(struct vae_model *m, const char *path, const struct vae_run *run,
                                 const struct images *images, size_t across, size_t pairs,
                                 struct vae_error *e);

/* side x side means of p(x|z), z in two dimensions at equal steps of the prior's probability:
 * column i at z_0 = F^-1((i + 1/2) / side), F the standard normal CDF, row j likewise
 * (AEVB, Figure 4). */
bool vae_picture_manifold(struct vae_model *m, const char *path, size_t side, struct vae_error *e);

#endif
