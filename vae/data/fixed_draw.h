/* Binary images by one Bernoulli draw per pixel, made once: each epoch and each evaluation sees the same ones
 * (as since Salakhutdinov & Murray 2008; the fixed binarisation of MNIST in the literature is such a draw, by other
 * random numbers than these). */
#ifndef VAE_FIXED_DRAW_H
#define VAE_FIXED_DRAW_H

#include "../../kernels/kernels.h"
#include "images.h"

/* Each pixel of grey value p becomes 1 (255 of bytes) with probability p, else 0; NaN gives 0. rng addresses row 0,
 * the first image: row i, column j are those of image i, pixel j. So the draw of an image depends on rng and its
 * place alone. k: any table, all give the same bits. */
void vae_images_draw(struct images *i, const struct sv_kernels *k, struct sv_rng rng);

#endif
