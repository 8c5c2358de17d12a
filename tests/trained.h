/* A model trained for a few steps on random images, and how to evaluate it. */
#ifndef TRAINED_H
#define TRAINED_H

#include "oracle_pair.h"

enum { TRAINED_IMAGES = 150, TRAINED_SIDE = 9, TRAINED_PIXELS = 81, TRAINED_SEED = 5 };

/* A model of pair_shapes[shape], on one thread; sets *images. The caller releases both. */
struct vae_trainer trained_on_noise(int shape, size_t latent, struct images *images, size_t steps);

/* Gives the model the kernels of instruction set `way` and one to three threads. False if this CPU
 * lacks them; otherwise trained_on_one_thread releases the threads. */
bool trained_on_isa(struct vae_model *m, size_t way);
void trained_on_one_thread(struct vae_model *m);

/* Of test images, with dynamic binarisation. */
struct vae_evaluation trained_evaluation(const struct images *images);

/* An image after dynamic binarisation, as a method sees it. */
void trained_binarised(struct vae_model *m, const struct vae_evaluation *of, size_t image,
                       double x[TRAINED_PIXELS]);

#endif
