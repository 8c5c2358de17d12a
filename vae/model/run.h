/* The settings of a training run, from the command line and in the checkpoint, and its progress. */
#ifndef VAE_RUN_H
#define VAE_RUN_H

#include "method.h"
#include "model.h"
#include "schedule.h"
#include "validation.h"

/* FIXED: vae_dataset_draw has binarised the images, so they are used as they are, as with NONE. */
enum vae_binarize { BINARIZE_NONE, BINARIZE_DYNAMIC, BINARIZE_THRESHOLD, BINARIZE_FIXED };

/* In enum order, NULL at the end. */
extern const char *const vae_binarize_names[];

/* Initial weights: N(0, init_sd^2), or Glorot's (vae_init_glorot). */
enum vae_init { INIT_NORMAL, INIT_GLOROT };
extern const char *const vae_init_names[];

/* Initial biases of the mean of p(x|z): 0, or logits of the mean training image (init_bias.h). */
enum vae_init_bias { INIT_BIAS_ZERO, INIT_BIAS_DATA };
extern const char *const vae_init_bias_names[];

/* What health.h judges a run by. */
struct vae_health {
    double untrained; /* first minibatch's bound before any step, nats per example; 0: unknown */
    uint64_t worse; /* latest steps in a row beyond the limit; unless 0, no checkpoint is written */
};

/* What a run did on other data before it was resumed on these; zeros if nothing. */
struct vae_past {
    uint64_t steps, points, epochs; /* an epoch begun counts as whole */
};

enum { RUN_CHANGED = 480 };

struct vae_run {
    struct vae_shape shape;
    enum vae_optimizer optimizer;
    enum vae_binarize binarize;
    enum vae_method method;
    enum vae_estimator estimator;
    struct vae_cycle cycle; /* of MCEM */
    int chain_exponent;     /* m of its step size 0.1 * 1.25^m (methods/mcem.h) */
    size_t batch, samples;  /* samples: draws of z per example (L) */
    float lr, init_sd;      /* step size; standard deviation of the first weights */
    enum vae_init init;
    enum vae_init_bias init_bias;
    uint64_t seed;
    size_t train_images;
    uint64_t first_images; /* the training images are the first that many of the data; 0: all */
    uint64_t step;         /* steps done */
    struct vae_bound seen; /* of the examples since the last report: not in the log yet */
    struct vae_health health;
    struct vae_optim optim;
    struct vae_schedule schedule;
    struct vae_kl kl;
    struct vae_validation validation;
    struct vae_past past;
    uint64_t id; /* the run's id in its log; 0: the hash of its settings (run_id.h) */
    /* Settings changed on resuming that the log does not record yet; or "". */
    char changed[RUN_CHANGED];
};

/* A million epochs of 2^32 images, one per step; caps examples too. sv_rng_at takes 2^56 steps. */
static const uint64_t RUN_MOST_STEPS = UINT64_C(1) << 52;

/* The defaults of a new run; the image's size, lr and train_images are left 0. */
static inline struct vae_run vae_run_default(void)
{
    return (struct vae_run){.shape = {.enc = {1, {500}}, .dec = {1, {500}}, .latent = 20},
                            .optimizer = VAE_ADAGRAD,
                            .cycle = {CYCLE_LEAPFROGS, CYCLE_UPDATES},
                            .batch = 100,
                            .samples = 1,
                            .init_sd = 0.01f,
                            .seed = 1};
}

/* A Gaussian's gradients grow by exp(-log-variance), so its step sizes are smaller. With a
 * Bernoulli's, on MNIST, Adagrad's first steps, which are lr whatever the gradient, overshoot by
 * thousands of nats, Adam's bound falls by 5 % of its best, and SGD diverges. */
static inline float vae_run_default_lr(enum vae_likelihood likelihood, enum vae_optimizer o)
{
    static const float lr[][3] = {
        [VAE_BERNOULLI] = {[VAE_SGD] = 1e-4f, [VAE_ADAGRAD] = 0.01f, [VAE_ADAM] = 1e-3f},
        [VAE_GAUSSIAN] = {[VAE_SGD] = 1e-6f, [VAE_ADAGRAD] = 0.003f, [VAE_ADAM] = 5e-4f}};
    return lr[likelihood][o];
}

/* An epoch is every training image once; its last minibatch may be smaller. A cycle of MCEM is one
 * step and counts as several epochs. */
static inline uint64_t vae_run_steps_per_epoch(const struct vae_run *r)
{
    return r->method == VAE_MCEM ? 1 : (r->train_images + r->batch - 1) / r->batch;
}
static inline uint64_t vae_run_epochs_per_cycle(const struct vae_run *r)
{
    return r->method == VAE_MCEM ? r->cycle.leapfrogs + r->cycle.updates : 1;
}

/* Steps already done in the next step's epoch. */
static inline uint64_t vae_run_step_of_epoch(const struct vae_run *r)
{
    return (r->step - r->past.steps) % vae_run_steps_per_epoch(r);
}

/* Epochs before that one; each has seen every training image once. */
static inline uint64_t vae_run_epoch(const struct vae_run *r)
{
    const uint64_t here = (r->step - r->past.steps) / vae_run_steps_per_epoch(r);
    return r->past.epochs + here * vae_run_epochs_per_cycle(r);
}

/* Epochs begun. */
static inline uint64_t vae_run_epochs_begun(const struct vae_run *r)
{
    return vae_run_epoch(r) + (vae_run_step_of_epoch(r) > 0);
}

/* Examples seen at the end of that many epochs; at least all those of past data. */
static inline uint64_t vae_run_points_of_epochs(const struct vae_run *r, uint64_t epochs)
{
    const uint64_t here = epochs > r->past.epochs ? epochs - r->past.epochs : 0;
    return r->past.points + here * r->train_images;
}

/* The products of the run's steps per example, and their useful FLOPs (shape.h). */
static inline struct vae_passes vae_run_passes(const struct vae_run *r)
{
    return vae_method_passes(r->method, r->samples, &r->cycle);
}
static inline double vae_run_flops(const struct vae_run *r)
{
    const struct vae_passes passes = vae_run_passes(r);
    return vae_step_flops(&r->shape, &passes);
}

/* Examples seen after `step` steps. */
static inline uint64_t vae_run_points(const struct vae_run *r)
{
    return vae_run_points_of_epochs(r, vae_run_epoch(r)) + vae_run_step_of_epoch(r) * r->batch;
}

/* Examples seen at the last report: the log of the run's checkpoint goes up to there. */
static inline uint64_t vae_run_reported(const struct vae_run *r)
{
    return vae_run_points(r) - r->seen.count;
}

/* The step size of the next step. */
static inline float vae_run_lr(const struct vae_run *r)
{
    return vae_schedule_lr(&r->schedule, r->lr, vae_run_epoch(r), r->step);
}

/* The KL's weight in the next step. */
static inline float vae_run_beta(const struct vae_run *r) { return vae_kl_beta(&r->kl, r->step); }

/* From here on another number of images is trained on. */
static inline void vae_run_new_data(struct vae_run *r, size_t images)
{
    r->past = (struct vae_past){r->step, vae_run_points(r), vae_run_epochs_begun(r)};
    r->train_images = images;
}

#endif
