/* The header of the IDX format of MNIST (yann.lecun.com/exdb/mnist). */
#ifndef VAE_IDX_H
#define VAE_IDX_H

#include "image_array.h"

/* Reads the rest of the header, whose first four bytes are given. Takes any of the format's element
 * types: integers of 8 bits, signed or not, 16 and 32; floats of 32 and 64. Says what else a file is
 * that is not IDX. */
bool vae_idx_header(struct byte_stream *s, const uint8_t magic[4], struct image_array *a,
                    struct vae_error *e);

#endif
