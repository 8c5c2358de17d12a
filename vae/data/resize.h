/* Resizing by a box filter: each new pixel is the mean of the area that it covers, of the values as stored. Rows and
 * columns are scaled apart: proportions are not kept. */
#ifndef VAE_RESIZE_H
#define VAE_RESIZE_H

#include "images.h"

/* Image `a` of `from` becomes image `b` of `to`, which has the same channels and type of values. An old pixel counts
 * by its share of the area. Sums of bytes and their weights are exact; the mean is rounded, halves up. Those of floats
 * are sums of doubles by row, then column. */
void vae_resize(const struct images *from, size_t a, struct images *to, size_t b);

/* All images. False if out of memory. */
bool vae_images_resize(struct images *i, size_t rows, size_t cols);

#endif
