/* The bound on a set of images, nothing trained. */
#ifndef VAE_EVALUATE_H
#define VAE_EVALUATE_H

#include "gather.h"
#include <signal.h>

/* Which noise: that of test images, of training images evaluated apart from training, or of
 * validation images. */
enum vae_noise { NOISE_TEST, NOISE_POINTS, NOISE_VALIDATION };

/* An evaluation. noise and seed address the draws of z and of dynamic binarisation. */
struct vae_evaluation {
    const struct images *images;
    enum vae_binarize binarize;
    enum vae_estimator estimator;
    enum vae_noise noise;
    uint64_t seed;
};

/* The source of images first, first + 1 ..., for vae_gather. */
struct vae_source vae_evaluation_source(const struct vae_evaluation *of, size_t first);

/* Its noise of z, from that image on, of which each has so many draws. */
struct sv_rng vae_evaluation_eps(const struct vae_evaluation *of, size_t first, size_t samples);

/* Called after each minibatch of an evaluation. Rows 0 ... rows - 1 of m->work hold the encodings,
 * KL and log-likelihoods of images first ... first + rows - 1. */
struct vae_watch {
    void (*see)(void *arg, const struct vae_model *m, size_t first, size_t rows);
    void *arg;
};

/* The bound on all images with sampled z; the bound of IWAE too if that is the run's estimator.
 * Noise is addressed by its kind, seed and image, so the result does not depend on the batch size.
 * Stops early and returns false once *stop is set. */
bool vae_evaluate(struct vae_model *m, const struct images *images, const struct vae_run *run,
                  enum vae_noise noise, uint64_t seed, const volatile sig_atomic_t *stop,
                  struct vae_bound *bound);

/* A minibatch of it, at most m->max_rows images: their figures are then in m->work. */
void vae_evaluate_rows(struct vae_model *m, const struct vae_evaluation *of, size_t first,
                       size_t rows);

/* The same; watch->see is called for each minibatch, in ascending order. watch may be NULL. */
bool vae_evaluate_watched(struct vae_model *m, const struct vae_evaluation *of,
                          const struct vae_watch *watch, const volatile sig_atomic_t *stop,
                          struct vae_bound *bound);

/* For see: the bound of each image of the minibatch, by the formula of vae_add_bound, nats. */
void vae_row_bounds(const struct vae_model *m, size_t rows, double *bounds);

/* In nats per example: the bound with the KL weighted by beta, and the ELBO. */
static inline double vae_bound_weighted(const struct vae_bound *b, float beta)
{
    return (b->recon - (double)beta * b->kl) / (double)b->count;
}

static inline double vae_bound_elbo(const struct vae_bound *b)
{
    return (b->recon - b->kl) / (double)b->count;
}

#endif
