/* Minibatches, training steps and the bound on a set of images. */
#ifndef VAE_TRAIN_H
#define VAE_TRAIN_H

#include "../data/images.h"
#include "../model/run.h"
#include <signal.h>

struct vae_trainer {
    struct vae_model model;
    struct vae_run run;
    const struct images *images;
    uint32_t *order;      /* this epoch's permutation of the images */
    uint64_t order_epoch; /* which epoch that is; UINT64_MAX: none yet */
};

/* A model for `run` on `images`, freshly initialised from run.seed; steps run on the pool's threads
 * (NULL: on the caller's). */
bool vae_trainer_create(struct vae_trainer *t, const struct sv_choice *k, const struct vae_run *run,
                        const struct images *images, struct pool *pool, struct vae_error *e);
void vae_trainer_destroy(struct vae_trainer *t);

/* Examples in the next minibatch: run.batch, or what is left of the epoch. */
size_t vae_trainer_next_rows(const struct vae_trainer *t);

/* One step of AEVB, algorithm 1: minibatch, bound and the gradient of the objective, optimiser.
 * Adds the bound, with the KL unweighted, to *bound. */
void vae_trainer_step(struct vae_trainer *t, struct vae_bound *bound);

/* Where a minibatch comes from: images first, first + 1 ... or those that `order` names there. rng
 * is for dynamic binarisation; its row 0 belongs to the first image. */
struct vae_source {
    const struct images *images;
    const uint32_t *order; /* or NULL */
    size_t first;
    enum vae_binarize binarize;
    struct sv_rng rng;
};

/* Rows first ... first + rows - 1 of the minibatch, as floats in work.x. */
void vae_gather(struct vae_model *m, const struct vae_source *from, size_t first, size_t rows);

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

/* Called after each minibatch of an evaluation. Rows 0 ... rows - 1 of m->work hold the encodings,
 * KL and log-likelihoods of images first ... first + rows - 1. */
struct vae_watch {
    void (*see)(void *arg, const struct vae_model *m, size_t first, size_t rows);
    void *arg;
};

/* The bound on all images with sampled z, nothing trained; the bound of IWAE too if that is the
 * run's estimator. Noise is addressed by its kind, seed and image, so the result does not depend on
 * the batch size. Stops early and returns false once *stop is set. */
bool vae_evaluate(struct vae_model *m, const struct images *images, const struct vae_run *run,
                  enum vae_noise noise, uint64_t seed, const volatile sig_atomic_t *stop,
                  struct vae_bound *bound);

/* The same; watch->see is called for each minibatch, in ascending order. watch may be NULL. */
bool vae_evaluate_watched(struct vae_model *m, const struct vae_evaluation *of,
                          const struct vae_watch *watch, const volatile sig_atomic_t *stop,
                          struct vae_bound *bound);

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
