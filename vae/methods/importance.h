/* log p(x) by importance sampling from q(z|x) (Rezende, Mohamed, Wierstra 2014, appendix E; Burda, Grosse,
 * Salakhutdinov 2015, equation 8), in nats:
 *
 *     L_K = log 1/K sum_l w_l,   w_l = p(x|z_l) p(z_l) / q(z_l|x),   z_l ~ q(z|x),   l = 0 ... K - 1
 *
 * In expectation ELBO <= L_K <= L_K+1 <= log p(x). A log-weight is the log-likelihood (its groups of pixels in double,
 * ascending) plus log_ratio of kernels/contracts.h, rounded once. Noise is addressed by seed, draw and image
 * (streams.h): the first k draws are those of any other K, and bits depend neither on the threads nor on the
 * instruction set. */
#ifndef VAE_IMPORTANCE_H
#define VAE_IMPORTANCE_H

#include "train.h"

enum { VAE_MAX_DRAWS = 100000000 };

/* --- the sum of weights, in blocks --- */

/* Draws of a block, each image's. */
enum { IMPORTANCE_BLOCK = 128 };

/* Rows of the decoder's products, fewer than VAE_RANGE: without a way back, weights and activations fit L2 together. A
 * multiple of the heights of most microtiles. */
enum { IMPORTANCE_ROWS = 84 };

/* Weights relative to the largest: log-weights of hundreds of nats do not fit a float's exponent. All zero but `max`
 * before the first draw (vae_log_sum_none). */
struct vae_log_sum {
    float max;           /* log-weight */
    double sum, squares; /* of w / e^max */
    size_t count;
};

struct vae_log_sum vae_log_sum_none(void);

/* Adds n <= IMPORTANCE_BLOCK log-weights. Exponentials are the kernel's, the sums in double and ascending, so that the
 * result depends on the weights and on where one call ends and the next begins, on nothing else. */
void vae_log_sum_add(const struct sv_choice *k, struct vae_log_sum *s, size_t n,
                     const float *log_w);

/* log mean of the weights, in nats; NaN where a log-weight is NaN or +inf, -inf where all are. Accuracy: that of the
 * log-weights, plus 1e-6. */
double vae_log_sum_mean(const struct sv_choice *k, const struct vae_log_sum *s);

/* The effective sample size (sum w)^2 / sum w^2, 1 ... count (Kong 1992). */
double vae_log_sum_ess(const struct vae_log_sum *s);

/* --- the method --- */

struct vae_importance_point {
    double log_p, ess;
};

struct vae_importance {
    struct vae_evaluation of;
    size_t draws;           /* K */
    struct vae_model model; /* a copy of the weights, with room for IMPORTANCE_ROWS rows */
    size_t first, rows;     /* the images at work on */
    size_t done, block;     /* their draws done; those of the block just done */
    float *log_w;           /* [IMPORTANCE_ROWS][IMPORTANCE_BLOCK]: the log-weights of that block */
    float *ratio;           /* [IMPORTANCE_ROWS] */
    struct vae_log_sum *sum;            /* [IMPORTANCE_ROWS] */
    struct vae_importance_point *point; /* [images], of those before `first` */
};

/* K = draws, 1 ... VAE_MAX_DRAWS. Takes the weights, the pool and the choice of kernels of m, which itself is left
 * alone. Images are binarised as vae_evaluate does. False where memory is short. */
bool vae_importance_create(struct vae_importance *s, const struct vae_model *m,
                           const struct vae_evaluation *of, size_t draws, struct vae_error *e);
void vae_importance_destroy(struct vae_importance *s);

/* The next block of draws of IMPORTANCE_ROWS images or fewer; their encoder runs before the first. False when all
 * images are done already. Memory does not depend on K. */
bool vae_importance_step(struct vae_importance *s);

/* Draws done, over all images. */
uint64_t vae_importance_done(const struct vae_importance *s);

/* Means over the images done, the standard error of log p's, sample standard deviation / sqrt(images); NaN where there
 * are too few. */
struct vae_importance_mean {
    double log_p, se, ess;
};
struct vae_importance_mean vae_importance_mean(const struct vae_importance *s);

#endif
