/* Images from codes: of given z, or of z drawn from the prior. */
#ifndef VAE_GENERATE_H
#define VAE_GENERATE_H

#include "../model/model.h"

/* Decodes rows of z, in minibatches, to [count][inputs]. */
void vae_decode_all(struct vae_model *m, const float *z, size_t count, float *out);

/* Means of p(x|z) for z drawn from N(0, temperature^2 I), [count][inputs]. False if out of memory. */
bool vae_samples(struct vae_model *m, size_t count, uint64_t seed, float temperature,
                 float *images);

#endif
