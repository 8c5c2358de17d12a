/* Grey images, as bytes, or as floats if they were floats in the file. */
#ifndef VAE_IMAGES_H
#define VAE_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct images {
    size_t count, rows, cols;
    uint8_t *pixels; /* [count][rows][cols]; 255 is 1.0 */
    float *values;   /* instead of pixels, from 0 to 1; NULL: bytes */
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

/* Allocates `count` images of bytes, all zero; false if out of memory. */
bool vae_images_make(struct images *i, size_t count, size_t rows, size_t cols);
void vae_images_free(struct images *i);

/* Whether the image of that index, from 0, is held out for testing: one in IMAGES_HOLD_OUT by a hash of
 * the index, so that neither an order of the labels nor a period of the images meets the split, and
 * images added at the end move none that were there. Of the first three one is held out. */
enum { IMAGES_HOLD_OUT = 10 };
bool vae_images_held_out(size_t index);

/* Moves the images that are held out to *held; both keep their order. False if out of memory. */
bool vae_images_split(struct images *i, struct images *held);

/* Identifies a set of images: a hash (reference/fnv.h) of its sizes and of at most 65536 bytes of
 * pixels, evenly spaced. */
uint64_t vae_images_sum(const struct images *i);

/* Whether every pixel is 0 or 1 (255 in bytes). */
bool vae_images_binary(const struct images *i);

/* Transposes each image; false if out of memory. */
bool vae_images_transpose(struct images *i);

#endif
