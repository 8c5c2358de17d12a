/* Images in one file: IDX (idx.h) or NumPy's .npy (npy.h), plain or compressed by gzip; what it is, its
 * first bytes say. */
#ifndef VAE_IMAGE_FILE_H
#define VAE_IMAGE_FILE_H

#include "../base/error.h"
#include "images.h"

/* Checks each value (elements.h). For dimensions and memory see image_array.h. Free with
 * vae_images_free. */
bool vae_image_file_read(const char *path, struct images *out, struct vae_error *e);

#endif
