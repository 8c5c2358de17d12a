/* Pictures of a trained model: samples, reconstructions, and the manifold of a 2-D z. */
#ifndef VAE_PICTURES_H
#define VAE_PICTURES_H

#include "../data/images.h"
#include "../methods/generate.h"
#include "../model/run.h"

/* A grid of across x down images of a model, [across * down][inputs]. */
bool vae_picture_grid(const char *path, const struct vae_shape *s, size_t across, size_t down,
                      const float *images, struct vae_error *e);

/* across x down images drawn from the prior (vae_samples), of which `watch` is told. */
bool vae_picture_samples(struct vae_model *m, const char *path, size_t across, size_t down,
                         uint64_t seed, float temperature, const struct vae_watch *watch,
                         struct vae_error *e);

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
