/* Digits drawn by the program, a data set that needs no download. */
#ifndef VAE_SYNTHETIC_H
#define VAE_SYNTHETIC_H

#include "../base/error.h"
#include "images.h"

enum {
    SYNTHETIC_SIDE = 28,
    SYNTHETIC_SIZE = SYNTHETIC_SIDE * SYNTHETIC_SIDE,
    SYNTHETIC_TRAIN = 20000,
    SYNTHETIC_TEST = 2000
};

/* Strokes of 0 ... 9 with random slant, thickness, position, scale and wobble; in colour bright on dark, of opposite
 * hues. Images first ... first + count - 1 of an endless row: those for training are the first SYNTHETIC_TRAIN, those
 * for test come next. Deterministic: the same pixels on every machine. Free with vae_images_free. */
bool vae_synthetic_make(const struct images_wanted *w, size_t first, size_t count,
                        struct images *out, struct vae_error *e);

#endif
