/* Images in the IDX format of MNIST, plain or gzip-compressed (yann.lecun.com/exdb/mnist). */
#ifndef VAE_IDX_H
#define VAE_IDX_H

#include "error.h"
#include <stddef.h>
#include <stdint.h>

struct images {
    size_t count, rows, cols;
    uint8_t *pixels; /* [count][rows][cols] */
};

/* Reads a file of unsigned bytes in three dimensions; images_free gives the memory back. */
bool idx_read(const char *path, struct images *out, struct vae_error *e);

/* Room for so many images, all zero; false where there is not enough memory. */
bool images_make(struct images *i, size_t count, size_t rows, size_t cols);
void images_free(struct images *i);

static inline size_t images_size(const struct images *i) { return i->rows * i->cols; }

#endif
