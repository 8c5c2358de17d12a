/* Images in the IDX format of MNIST, plain or gzip-compressed (yann.lecun.com/exdb/mnist). */
#ifndef VAE_IDX_H
#define VAE_IDX_H

#include "../base/error.h"
#include "images.h"

/* Reads a file of any of the format's types, and checks each value:
 *
 *   integers (8 bits with and without sign, 16, 32)   0 to 255, of which 255 is 1.0; anything else is refused
 *   floats (32, 64 bits)   0 to 1; or, where one is above 1, 0 to 255, all divided by 255. Kept as floats
 *
 * Dimensions: images x rows x columns; with a fourth of 1, the channel, behind the first or at the end; or
 * images x pixels, square where that number is one, else a single row.
 *
 * Memory grows with what has been read, never by what the header says. vae_images_free gives it back. */
bool vae_idx_read(const char *path, struct images *out, struct vae_error *e);

#endif
