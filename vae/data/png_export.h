/* Writes a data set as a folder of PNG pictures, as png_folder.h reads them. */
#ifndef VAE_PNG_EXPORT_H
#define VAE_PNG_EXPORT_H

#include "dataset.h"

struct png_export {
    size_t first;                                           /* so many images of each set; 0: all */
    void (*progress)(void *arg, size_t done, size_t total); /* NULL: none */
    void *arg;
};

/* Writes folder/train/00000.png and so on, and folder/test; floats are rounded to 255 levels. The folder must not be
 * there: it appears when it is complete. Until then it is <folder>.part, which is removed after a failure, and used
 * again if a run that was killed left it. */
bool vae_png_export(const char *folder, const struct dataset *d, const struct png_export *o,
                    struct vae_error *e);

#endif
