/* Images in NumPy's .npz archives, as Keras and MedMNIST have them. */
#ifndef VAE_NPZ_H
#define VAE_NPZ_H

#include "../base/error.h"
#include "images.h"

enum { NPZ_PATH = 4096 };

/* The arrays that a source names, as FILE:NAME. */
struct npz_arrays {
    bool divided; /* into training and test; otherwise `test` is all there is */
    char train[NPZ_PATH], test[NPZ_PATH];
};

/* Whether source is a zip archive, or FILE:NAME with FILE one. */
bool vae_npz_is(const char *source);

/* Of an archive: x_train and x_test, train_images and test_images, train and test, X_train and X_test;
 * without such a pair, its only array of two dimensions or more that is no column. Of FILE:NAME: that
 * array. */
bool vae_npz_find(const char *source, struct npz_arrays *out, struct vae_error *e);

/* Reads FILE:NAME, and its labels if wanted: y_train goes with x_train, train_labels
 * with train_images, if the archive has them. See npy.h and image_array.h. Free with vae_images_free. */
bool vae_npz_read(const char *path, const struct images_wanted *w, struct images *out,
                  struct vae_error *e);

#endif
