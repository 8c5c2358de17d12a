/* Images in a table: a row each, as Kaggle has MNIST. */
#ifndef VAE_CSV_IMAGES_H
#define VAE_CSV_IMAGES_H

#include "../base/error.h"
#include "images.h"

/* Whether a file is a table by its name, which ends in .csv or .csv.gz. */
bool vae_csv_images_is(const char *path);

/* n rows of d numbers are n images, square if d is a square number, else of one row; kept as floats, scaled as floats
 * are (elements.h). If the first line has names, a column named label, class, target or y, in letters of any case,
 * is no pixel: its words are the labels. Memory grows with what has been read. hint: see vae_input_open. Free with
 * vae_images_free. */
bool vae_csv_images_read(const char *path, const char *hint, const struct images_wanted *w,
                         struct images *out, struct vae_error *e);

#endif
