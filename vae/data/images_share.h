/* Images of which a process has a share, where several train together. */
#ifndef VAE_IMAGES_SHARE_H
#define VAE_IMAGES_SHARE_H

#include "../base/split.h"
#include "images.h"

/* Images of `count` that process `rank` has. */
size_t vae_images_share_count(size_t count, size_t block, size_t rank, size_t ranks);

/* From here on i has process `rank`'s share alone: of each `block` consecutive images its part
 * (vae_share_of), so that minibatches in the set's order need no others'. count and indices stay the
 * set's. Frees nothing; the new memory is i's own. False if out of memory: i is unchanged. */
bool vae_images_share(struct images *i, size_t block, size_t rank, size_t ranks);

/* Images from `first`, a block's first, to the block's end; without shares `rows`. */
size_t vae_images_block(const struct images *i, size_t first, size_t rows);

/* The process that has an image. Only of shares. */
size_t vae_images_owner(const struct images *i, size_t image);

#endif
