/* Images in one file: IDX (idx.h) or NumPy's .npy (npy.h), which its first bytes say; or a table (csv_images.h), if
 * its name ends in .csv or .csv.gz. Plain or compressed by gzip. */
#ifndef VAE_IMAGE_FILE_H
#define VAE_IMAGE_FILE_H

#include "../base/error.h"
#include "images.h"

/* Checks each value (elements.h). For dimensions and memory see image_array.h. Free with
 * vae_images_free. */
bool vae_image_file_read(const char *path, const struct images_wanted *w, struct images *out,
                         struct vae_error *e);

#endif
