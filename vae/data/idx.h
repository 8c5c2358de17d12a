/* Images in the IDX format of MNIST, plain or gzip-compressed (yann.lecun.com/exdb/mnist). */
#ifndef VAE_IDX_H
#define VAE_IDX_H

#include "../base/error.h"
#include "images.h"

/* Reads a file of any of the format's element types and checks each value:
 *
 *   integers (8 bits, signed or not; 16; 32)   0 to 255, where 255 is 1.0; anything else is refused
 *   floats (32, 64 bits)                       0 to 1; if any is above 1, 0 to 255, and all are
 *                                              divided by 255. Kept as floats
 *
 * Dimensions: images x rows x columns, with an optional channel dimension of 1 after the first or
 * at the end; or images x pixels, square if that is a square number, else a single row.
 *
 * Memory grows with what has been read, never with what the header claims. Free with
 * vae_images_free. */
bool vae_idx_read(const char *path, struct images *out, struct vae_error *e);

#endif
