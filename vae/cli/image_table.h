/* Writes images as an array (.npy: images x rows x columns, in colour x 3) or a table (.csv: a row for each image), of
 * doubles. */
#ifndef VAE_IMAGE_TABLE_H
#define VAE_IMAGE_TABLE_H

#include "../base/error.h"
#include "../model/shape.h"

/* The extension of `path` selects the format (table_file.h). images: [count][inputs]. */
bool vae_image_table_write(const char *path, const struct vae_shape *shape, size_t count,
                           const float *images, struct vae_error *e);

#endif
