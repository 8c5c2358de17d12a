/* Labels of images, for a look at a data set: numbers that are equal where the labels are. */
#ifndef VAE_LABELS_H
#define VAE_LABELS_H

#include "image_array.h"

/* Of a label's text: a hash (reference/fnv.h). */
uint64_t vae_label_of(const char *text);

/* Reads an array of one number for each image, whose header has been read, into i->labels. */
bool vae_labels_read(const struct image_array *a, struct byte_stream *s, struct images *i,
                     struct vae_error *e);

/* Reads the labels of an IDX file of images from the file beside it whose name has `labels` for `images` and
 * idx1 for idx3, as MNIST and its relatives have it. If there is none, the images have no labels. */
bool vae_labels_beside(const char *path, struct images *i, struct vae_error *e);

/* How many different ones both sets have; false if out of memory. */
bool vae_labels_classes(const struct images *a, const struct images *b, size_t *classes);

#endif
