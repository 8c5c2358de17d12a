/* Grey images, as bytes or, where a file holds more than bytes can, as floats. */
#ifndef VAE_IMAGES_H
#define VAE_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct images {
    size_t count, rows, cols;
    uint8_t *pixels; /* [count][rows][cols]; 255 is 1.0 */
    float *values;   /* in their place, from 0 to 1; NULL: bytes */
};

static inline size_t vae_images_size(const struct images *i) { return i->rows * i->cols; }

/* Bytes of one image. */
static inline size_t vae_images_bytes(const struct images *i)
{
    return vae_images_size(i) * (i->values ? sizeof *i->values : sizeof *i->pixels);
}
static inline const void *vae_images_at(const struct images *i, size_t image)
{
    const void *first = i->values ? (const void *)i->values : i->pixels;
    return (const char *)first + image * vae_images_bytes(i);
}

/* Room for so many images of bytes, all zero; false where there is not enough memory. */
bool vae_images_make(struct images *i, size_t count, size_t rows, size_t cols);
void vae_images_free(struct images *i);

/* Every tenth image, the last of ten, goes to *held; the others stay, in order. */
enum { IMAGES_HOLD_OUT = 10 };
bool vae_images_split(struct images *i, struct images *held);

/* Which images they are: a sum (reference/fnv.h) over sizes and at most 65536 bytes of pixels, at equal distances. */
uint64_t vae_images_sum(const struct images *i);

/* Rows become columns; false where there is not enough memory. */
bool vae_images_transpose(struct images *i);

#endif
