/* Images on their way into a minibatch, as floats. */
#ifndef VAE_GATHER_H
#define VAE_GATHER_H

#include "../data/images.h"
#include "../model/run.h"

/* Where a minibatch comes from: images first, first + 1 ... or those that `order` names there. rng
 * is for dynamic binarisation; its row 0 belongs to the first image. */
struct vae_source {
    const struct images *images;
    const uint32_t *order; /* or NULL */
    size_t first;
    enum vae_binarize binarize;
    struct sv_rng rng;
    const void *const *row; /* or NULL: where images first, first + 1 ... are instead */
};

/* Rows first ... first + rows - 1 of the minibatch, as floats in work.x. */
void vae_gather(struct vae_model *m, const struct vae_source *from, size_t first, size_t rows);

/* Prefetches the images of these rows, which may lie beyond the minibatch. */
void vae_gather_soon(const struct vae_source *from, size_t first, size_t rows);

#endif
