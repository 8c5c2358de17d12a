/* The header of NumPy's .npy files (numpy.lib.format, versions 1 to 3). */
#ifndef VAE_NPY_H
#define VAE_NPY_H

#include "image_array.h"

/* Reads the rest of the header, of which the first four bytes have been read. Takes booleans, integers
 * and floats in either byte order and either order of elements; refuses objects and records. */
bool vae_npy_header(struct byte_stream *s, struct image_array *a, struct vae_error *e);

#endif
