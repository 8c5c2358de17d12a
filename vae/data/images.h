/* Images, as bytes, or as floats if they were floats in the file. */
#ifndef VAE_IMAGES_H
#define VAE_IMAGES_H

#include "../base/channels.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A label's text, cut after LABEL_TEXT - 1 bytes, zeros behind. */
enum { LABEL_TEXT = 24 };
struct image_label {
    char text[LABEL_TEXT];
};

/* Which images of a set are in memory (images_share.h); block 0: all. */
struct images_share {
    size_t block, count, rank, ranks;
};

struct images {
    size_t count, rows, cols;
    uint8_t *pixels; /* [count][rows][cols][channels]; 255 is 1.0 */
    float *values;   /* instead of pixels, from 0 to 1; NULL: bytes */
    enum vae_channels channels;
    bool was_colour;            /* grey that a reader made of colour */
    struct image_label *labels; /* [count]; NULL: none, or not asked for */
    struct images_share share;
};

/* What a reader makes of the images that it finds. All zero: grey images of their own size. */
struct images_wanted {
    enum vae_channels channels;
    bool labels;
    size_t rows, cols; /* to resize to (resize.h); 0: as they are */
    /* What a message advises where sizes differ, and where grey is wanted and there is colour; NULL: nothing. */
    const char *resize_hint, *rgb_hint;
    /* Called now and then while many files are read; NULL: never. */
    void (*progress)(void *arg, size_t done, size_t total);
    void *arg;
};

/* Numbers in one image. */
static inline size_t vae_images_size(const struct images *i)
{
    return i->rows * i->cols * vae_channel_count(i->channels);
}

/* Bytes of one image. */
static inline size_t vae_images_bytes(const struct images *i)
{
    return vae_images_size(i) * (i->values ? sizeof *i->values : sizeof *i->pixels);
}
/* The index, in this process's memory, of an image of the set; only of shares. */
size_t vae_images_place(const struct images_share *s, size_t image);

static inline const void *vae_images_at(const struct images *i, size_t image)
{
    if (i->share.block) image = vae_images_place(&i->share, image);
    const void *first = i->values ? (const void *)i->values : i->pixels;
    return (const char *)first + image * vae_images_bytes(i);
}

/* Allocates `count` images of bytes, all zero; false if out of memory. */
bool vae_images_make(struct images *i, size_t count, size_t rows, size_t cols,
                     enum vae_channels channels);
/* As many as `like`, of another size, bytes or floats as those, without labels. */
bool vae_images_make_like(struct images *i, const struct images *like, size_t rows, size_t cols);

/* A copy of the first n, or of all if there are fewer, without labels. */
bool vae_images_first(struct images *i, const struct images *from, size_t n);

void vae_images_free(struct images *i);

/* Whether the image of that index, from 0, is held out for testing: one in IMAGES_HOLD_OUT by a hash of
 * the index, so that neither an order of the labels nor a period of the images meets the split, and
 * images added at the end move none that were there. Of the first three one is held out. */
enum { IMAGES_HOLD_OUT = 10 };
bool vae_images_held_out(size_t index);

/* Moves the images that are held out, and their labels, to *held; both keep their order. False if out of memory. */
bool vae_images_split(struct images *i, struct images *held);

/* Identifies a set of images: a hash (reference/fnv.h) of its sizes and of at most 65536 bytes of
 * pixels, evenly spaced. */
uint64_t vae_images_sum(const struct images *i);

/* Whether every pixel is 0 or 1 (255 in bytes). */
bool vae_images_binary(const struct images *i);

/* Whether images of both are of one size and have the same channels. */
bool vae_images_alike(const struct images *a, const struct images *b);

/* "28 x 28", of one image. */
static inline struct vae_size_text vae_images_size_text(const struct images *i)
{
    return vae_size_text(i->rows, i->cols, i->channels);
}

/* Transposes each image; false if out of memory. */
bool vae_images_transpose(struct images *i);

#endif
