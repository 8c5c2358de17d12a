/* Labels of images. */
#ifndef VAE_LABELS_H
#define VAE_LABELS_H

#include "../base/error.h"
#include <stddef.h>

struct labels {
    size_t count;
    int *of; /* [count] */
};

/* From a file: IDX or .npy of one dimension, of integers from 0 to 9999, plain or compressed by
 * gzip; free with vae_labels_free. On failure there is nothing to free. */
bool vae_labels_read(const char *path, struct labels *out, struct vae_error *e);

/* Those that come with a data set (dataset.h): of `synthetic`, and those of IDX files that lie
 * beside their images under the names of MNIST. With `test` those of the test images. None:
 * count = 0. */
bool vae_labels_beside(const char *source, bool test, struct labels *out, struct vae_error *e);

void vae_labels_free(struct labels *l);

#endif
