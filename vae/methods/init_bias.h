/* Initial biases from the training images. */
#ifndef VAE_INIT_BIAS_H
#define VAE_INIT_BIAS_H

#include "../data/images.h"
#include "../model/run.h"

/* Sets the biases of the decoder's mean to logit(p_j), p_j the mean of pixel j over all images,
 * clipped to [0.001, 0.999] (as in the code of Burda et al. 2015). With weights near 0 the
 * decoder then starts at the mean image, for its mean is the sigmoid of this output, also of a
 * Gaussian. The biases of a Gaussian's log-variances are unchanged. p_j is of the pixels as
 * training sees them; with dynamic binarisation, of their probabilities. The bits do not depend
 * on the model's batch. Overwrites work.x. False if out of memory. */
bool vae_init_bias_from_data(struct vae_model *m, const struct images *images,
                             enum vae_binarize binarize, struct vae_error *e);

#endif
