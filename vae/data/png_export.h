/* Writes images as a folder of PNG pictures, as png_folder.h reads them. */
#ifndef VAE_PNG_EXPORT_H
#define VAE_PNG_EXPORT_H

#include "../base/error.h"
#include "images.h"

/* Writes the first n images, 00000.png and so on, into `name` in `folder`; floats are rounded to 255 levels. `name`
 * must not be there: it appears when it is complete. Until then it is .<name>.part, which is removed after a failure.
 * progress: as in struct images_wanted. */
bool vae_png_export(const char *folder, const char *name, const struct images *i, size_t n,
                    void (*progress)(void *arg, size_t done, size_t total), void *arg,
                    struct vae_error *e);

#endif
