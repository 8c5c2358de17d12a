/* Fixed binarisation: one Bernoulli draw per pixel, made once, so that every epoch and evaluation
 * sees the same binary images (Salakhutdinov & Murray 2008). The fixed binarised MNIST of the
 * literature was drawn with other random numbers. */
#ifndef VAE_FIXED_DRAW_H
#define VAE_FIXED_DRAW_H

#include "../../kernels/kernels.h"
#include "images.h"

/* In place: a pixel of grey value p becomes 1 (255 in bytes) with probability p, else 0; NaN
 * gives 0. rng addresses row 0; pixel j of image i uses row i, column j. So the draws of an image
 * depend only on rng and its index. k: any table; all give the same bits. */
void vae_images_draw(struct images *i, const struct sv_kernels *k, struct sv_rng rng);

#endif
