/* Networks to test on, and the double oracle beside a model of one. */
#ifndef ORACLE_PAIR_H
#define ORACLE_PAIR_H

#include "../reference/vae_oracle.h"
#include "../vae/methods/train.h"

/* The ways to model a pixel, on the paper's network; and other networks, each activation among them. Sizes of image
 * and code are left 0. */
enum { PAIR_SHAPES = 13 };
extern const struct vae_shape pair_shapes[PAIR_SHAPES];

/* The oracle of a model of that shape, its parameters zeros, for the ELBO; oracle_destroy gives it back. */
struct vae_oracle pair_oracle(const struct vae_shape *s, size_t samples);

/* Where the oracle's element i of tensor t, row-major, lies in the model's arena. */
size_t pair_place(const struct vae_model *m, size_t t, size_t i);

/* The model's weights become the oracle's. */
void pair_copy_weights(const struct vae_oracle *o, const struct vae_model *m);

/* Largest difference between the model's weights and the oracle's. */
double pair_weight_distance(const struct vae_oracle *o, const struct vae_model *m);

/* What the first weights are drawn with: some log-variances are below the limit at once, and all layers of a deep
 * network see the data. */
float pair_init_sd(const struct vae_shape *s);

/* A trainer on the default kernels, in one thread. */
struct vae_trainer pair_trainer(const struct vae_run *run, const struct images *images);

#endif
