/* A folder of PNG pictures as a set of images. */
#ifndef VAE_PNG_FOLDER_H
#define VAE_PNG_FOLDER_H

#include "../base/error.h"
#include "images.h"

enum { PNG_FOLDER_PATH = 4096, PNG_FOLDER_DEPTH = 4 };

/* Whether there is a picture, PNG or JPEG, in the folder or in folders within, as often in one for each
 * label. */
bool vae_png_folder_is(const char *path);

/* Reads all PNG files of the folder and of those within, PNG_FOLDER_DEPTH deep, in the order of their
 * paths' bytes. Passed over are names that begin with a dot or an underscore, links to folders, and folders
 * that `vae train` wrote, with a model.safetensors. Where grey is wanted, colour becomes grey (libpng's
 * luminance), and the other way round grey has three equal channels. 16 bits become 8, palettes colours, and what is
 * transparent lies on black. All must have one size, or are resized as they are read; a JPEG beside them is named and
 * refused. Labels are the names of the folders within. Free with vae_images_free. */
bool vae_png_folder_read(const char *path, const struct images_wanted *w, struct images *out,
                         struct vae_error *e);

/* Whether the name ends in .png; and one such picture, read in the same way. */
bool vae_png_named(const char *path);
bool vae_png_read(const char *path, struct images *out, struct vae_error *e);

#endif
