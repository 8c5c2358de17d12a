/* log p(x) by importance sampling from q(z|x) (Rezende, Mohamed, Wierstra 2014, appendix E;
 * Burda, Grosse, Salakhutdinov 2015, equation 8), in nats:
 *
 *     L_K = log 1/K sum_l w_l,   w_l = p(x|z_l) p(z_l) / q(z_l|x),   z_l ~ q(z|x),
 *     l = 0 ... K - 1
 *
 * In expectation ELBO <= L_K <= L_K+1 <= log p(x). A log-weight is the log-likelihood, summed
 * over the groups of panels in double in ascending order, plus log_ratio (kernels/contracts.h),
 * rounded once to float. Noise is addressed by seed, draw and image (streams.h), so the first k
 * draws are the same for any K >= k, and the bits depend neither on the threads nor on the
 * instruction set. */
#ifndef VAE_IMPORTANCE_H
#define VAE_IMPORTANCE_H

#include "sweep.h"
#include "train.h"

enum { VAE_MAX_DRAWS = 100000000 };

/* --- the sum of weights, in blocks --- */

/* Draws per image in a block. */
enum { IMPORTANCE_BLOCK = 128 };

/* Rows of the decoder's products. Fewer than VAE_RANGE: without a backward pass, weights and
 * activations then fit L2 together. A multiple of most microtiles' MR. */
enum { IMPORTANCE_ROWS = 84 };

/* A running log-sum-exp. Weights are relative to the largest, for exp of hundreds of nats
 * over- or underflows a float. Before the first draw all is zero but `max` (vae_log_sum_none). */
struct vae_log_sum {
    float max;           /* largest log-weight; -inf at first */
    double sum, squares; /* of w / e^max */
    size_t count;
};

struct vae_log_sum vae_log_sum_none(void);

/* Adds n <= IMPORTANCE_BLOCK log-weights. exp is the kernel's; sums are in double, in ascending
 * order. The bits depend only on the weights and on how calls divide them. */
void vae_log_sum_add(const struct sv_choice *k, struct vae_log_sum *s, size_t n,
                     const float *log_w);

/* Log of the mean weight, in nats; NaN if any log-weight is NaN or +inf, -inf if all are -inf.
 * Accuracy: that of the log-weights, plus 1e-6. */
double vae_log_sum_mean(const struct sv_choice *k, const struct vae_log_sum *s);

/* The effective sample size (sum w)^2 / sum w^2, 1 ... count (Kong 1992); NaN if all weights are
 * 0. */
double vae_log_sum_ess(const struct vae_log_sum *s);

/* --- the method --- */

struct vae_importance_point {
    double log_p, ess;
};

struct vae_importance {
    struct vae_evaluation of;
    struct vae_model model;  /* a copy of the weights, with room for IMPORTANCE_ROWS rows */
    struct vae_sweep at;     /* its steps are draws */
    float *log_w;            /* [IMPORTANCE_ROWS][IMPORTANCE_BLOCK], of the last block */
    struct vae_log_sum *sum; /* [IMPORTANCE_ROWS] */
    struct vae_importance_point *point; /* [images]; set where all draws are done */
};

/* K = draws, 1 ... VAE_MAX_DRAWS. Copies the weights of m and uses its pool and its choice of
 * kernels; m is unchanged. Images are binarised as in vae_evaluate. False if out of memory. */
bool vae_importance_create(struct vae_importance *s, const struct vae_model *m,
                           const struct vae_evaluation *of, size_t draws, struct vae_error *e);
void vae_importance_destroy(struct vae_importance *s);

/* Runs the next block of draws for a range of at most IMPORTANCE_ROWS images; the first block of a
 * range runs the encoder. False if all images were already done. Memory does not depend on K. */
bool vae_importance_step(struct vae_importance *s);

/* Means over the images done. se: the standard error of log_p, sample standard deviation /
 * sqrt(images). NaN with too few images: none for the means, fewer than two for se. */
struct vae_importance_mean {
    double log_p, se, ess;
};
struct vae_importance_mean vae_importance_mean(const struct vae_importance *s);

#endif
