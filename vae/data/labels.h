/* Labels of images, for a look at a data set. */
#ifndef VAE_LABELS_H
#define VAE_LABELS_H

#include "image_array.h"

struct image_label vae_label_of(const char *text);

/* Reads an array of one number for each image, whose header has been read, into i->labels. */
bool vae_labels_read(const struct image_array *a, struct byte_stream *s, struct images *i,
                     struct vae_error *e);

/* Reads the labels of an IDX file of images from the file beside it whose name has `labels` for `images` and
 * idx1 for idx3, as MNIST and its relatives have it. If there is none, the images have no labels. */
bool vae_labels_beside(const char *path, struct images *i, struct vae_error *e);

/* Reads labels for images that have none from an IDX or .npy file of one dimension, plain or compressed. */
bool vae_labels_from(const char *path, struct images *i, struct vae_error *e);

/* The different labels of both sets, as numbers or else bytes ascend, for the caller to free; NULL if out of
 * memory. */
struct image_label *vae_labels_classes(const struct images *a, const struct images *b,
                                       size_t *classes);

#endif
