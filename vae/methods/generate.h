/* Images from codes: of given z, or of z drawn from the prior. */
#ifndef VAE_GENERATE_H
#define VAE_GENERATE_H

#include "evaluate.h"

/* Decodes rows of z, in minibatches, to [count][inputs]. watch, here and below, is told of each; or NULL. */
void vae_decode_all(struct vae_model *m, const float *z, size_t count,
                    const struct vae_watch *watch, float *out);

/* Means of p(x|z) for z drawn from N(0, temperature^2 I), [count][inputs]. False if out of memory. */
bool vae_samples(struct vae_model *m, size_t count, uint64_t seed, float temperature,
                 const struct vae_watch *watch, float *images);

#endif
