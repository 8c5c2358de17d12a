/* A local posterior for each image: q*(z) = N(mu*, sigma*^2 I), from the encoder's mu and sigma by
 * Adam on the image's own ELBO, the decoder held. It splits the distance of the bound from
 * log p(x), in nats (Cremer, Li & Duvenaud 2018, "Inference suboptimality in variational
 * autoencoders", section 3):
 *
 *     log p(x) - L[q] = (log p(x) - L[q*])  +  (L[q*] - L[q])
 *                       approximation gap      amortisation gap
 *
 * Both bounds are means of log p(x, z) - log q(z) over the same LOCAL_EVAL_DRAWS draws, which no step
 * of Adam has seen: with the exact posterior each draw gives log p(x). Noise is addressed by seed,
 * step and image (streams.h), so the bits depend neither on the threads nor on the instruction set
 * nor on how many images are evaluated. */
#ifndef VAE_LOCAL_H
#define VAE_LOCAL_H

#include "sweep.h"
#include "train.h"

/* LOCAL_DRAWS: of z per image and step. LOCAL_ROWS: images at a time; together VAE_RANGE draws. */
enum { LOCAL_DRAWS = 8, LOCAL_ROWS = 16, LOCAL_EVAL_DRAWS = 128, VAE_MAX_LOCAL_STEPS = 1000000 };

/* Adam's step size at first; it falls linearly to 0, so that the last steps settle. Adam's other
 * settings are the defaults. */
#define LOCAL_LR 1e-2f

/* L[q] and L[q*]. */
struct vae_local_point {
    double amortised, local;
};

struct vae_local {
    struct vae_evaluation of;
    struct vae_sweep at;           /* its steps are Adam's */
    struct vae_model model;        /* a copy of the weights, with room for LOCAL_ROWS images */
    float *stat[2];                /* [LOCAL_ROWS][2 latent], Adam's averages of g and g^2 */
    struct vae_local_point *point; /* [images]; set where all steps are done */
};

/* steps: 1 ... VAE_MAX_LOCAL_STEPS. Copies the weights of m and uses its pool and its choice of
 * kernels; m is unchanged. Images are binarised as in vae_evaluate. False if out of memory. */
bool vae_local_create(struct vae_local *s, const struct vae_model *m,
                      const struct vae_evaluation *of, size_t steps, struct vae_error *e);
void vae_local_destroy(struct vae_local *s);

/* Runs the next steps for a range of at most LOCAL_ROWS images. False if all were done. */
bool vae_local_step(struct vae_local *s);

/* Means over the images done; NaN if there are none. se: the standard error of the amortisation
 * gap, its sample standard deviation / sqrt(images); NaN with fewer than two. */
struct vae_local_mean {
    double amortised, local, se;
};
struct vae_local_mean vae_local_mean(const struct vae_local *s);

#endif
