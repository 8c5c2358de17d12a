/* First biases from the training images. */
#ifndef VAE_INIT_BIAS_H
#define VAE_INIT_BIAS_H

#include "../data/images.h"
#include "../model/run.h"

/* The biases of the decoder's output become logit(p_j), p_j the mean of pixel j over all images, clipped to
 * [0.001, 0.999] (as in the code of Burda et al. 2015): with weights near 0 the decoder begins at the mean image, for
 * its mean is sigmoid of this output, a Gaussian's too. A Gaussian's log-variances keep theirs. The mean is of the
 * pixels as training sees them, or, where these are drawn anew in each step, of what they are drawn by. Bits do not
 * depend on the model's batch. Uses work.x. */
bool vae_init_bias_from_data(struct vae_model *m, const struct images *images,
                             enum vae_binarize binarize, struct vae_error *e);

#endif
