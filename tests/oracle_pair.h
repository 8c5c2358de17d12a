/* Networks to test with, and the double oracle that matches a model. */
#ifndef ORACLE_PAIR_H
#define ORACLE_PAIR_H

#include "../reference/vae_oracle.h"
#include "../vae/methods/train.h"

/* All likelihoods on the paper's network, and other networks, with every activation among them. The
 * sizes of images and latent space are left 0. */
enum { PAIR_SHAPES = 19 };
extern const struct vae_shape pair_shapes[PAIR_SHAPES];

/* The oracle of a model of that shape, with parameters zeroed and beta = 1; to be released by
 * oracle_destroy. */
struct vae_oracle pair_oracle(const struct vae_shape *s, size_t samples);

/* The offset in the model's arena of the oracle's element i (row-major) of tensor t. */
size_t pair_place(const struct vae_model *m, size_t t, size_t i);

/* Copies the model's weights to the oracle. */
void pair_copy_weights(const struct vae_oracle *o, const struct vae_model *m);

/* Largest difference between the model's weights and the oracle's. */
double pair_weight_distance(const struct vae_oracle *o, const struct vae_model *m);

/* The standard deviation of the initial weights: such that some log-variances start below the
 * limit, and that all layers of a deep network see the data. */
float pair_init_sd(const struct vae_shape *s);

/* A trainer with the default kernels on one thread. */
struct vae_trainer pair_trainer(const struct vae_run *run, const struct images *images);

#endif
