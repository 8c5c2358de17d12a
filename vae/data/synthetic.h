/* Digits drawn by the program, a data set that needs no download. */
#ifndef VAE_SYNTHETIC_H
#define VAE_SYNTHETIC_H

#include "../base/error.h"
#include "images.h"

enum { SYNTHETIC_SIDE = 28, SYNTHETIC_TRAIN = 20000, SYNTHETIC_TEST = 2000 };

/* Strokes of 0 ... 9 with random slant, thickness, position, scale and wobble. Deterministic: the
 * same pixels on every machine. */
bool vae_synthetic_make(struct images *train, struct images *test, struct vae_error *e);

/* Which digits the training images are, or the test images. */
void vae_synthetic_labels(bool test, int *labels);

#endif
