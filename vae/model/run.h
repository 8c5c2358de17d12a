/* The settings of a training run, what the command line gives and the checkpoint keeps, and how far it is. */
#ifndef VAE_RUN_H
#define VAE_RUN_H

#include "model.h"
#include "schedule.h"

enum vae_binarize { BINARIZE_NONE, BINARIZE_DYNAMIC, BINARIZE_THRESHOLD };

/* In enum order, NULL at the end. */
extern const char *const vae_binarize_names[];

/* What health.h judges a run by. */
struct vae_health {
    double
        untrained; /* bound of the first minibatch, no step taken yet; nats per data point, 0: unknown */
    uint64_t
        worse; /* last steps in a row whose bound was beyond the limit: no checkpoint is written then */
};

/* What a run did on other data before it went on with these: zeros where there was none. */
struct vae_past {
    uint64_t steps, points, epochs; /* an epoch that was begun counts whole */
};

enum { RUN_CHANGED = 480 };

struct vae_run {
    struct vae_shape shape;
    enum vae_optimizer optimizer;
    enum vae_binarize binarize;
    size_t batch, samples; /* samples: draws of z per data point (L) */
    float lr, init_sd;     /* step size; standard deviation of the first weights */
    uint64_t seed;
    size_t train_images;
    uint64_t step;         /* steps done */
    struct vae_bound seen; /* of the data points since the last report: not in the log yet */
    struct vae_health health;
    struct vae_optim optim;
    struct vae_schedule schedule;
    struct vae_kl kl;
    struct vae_past past;
    uint64_t id; /* which run the log's lines are of; 0: its settings say (train_log.h) */
    /* What it went on with that was otherwise before, where the log does not say so yet; or "". */
    char changed[RUN_CHANGED];
};

/* A million epochs of 2^32 images, one a step; and no more data points. sv_rng_at takes 2^56 steps. */
static const uint64_t RUN_MOST_STEPS = UINT64_C(1) << 52;

/* What a run begins with unless told otherwise; the image's size, lr and train_images are left 0. */
static inline struct vae_run vae_run_default(void)
{
    return (struct vae_run){.shape = {.enc = {1, {500}}, .dec = {1, {500}}, .latent = 20},
                            .optimizer = VAE_ADAGRAD,
                            .batch = 100,
                            .samples = 1,
                            .init_sd = 0.01f,
                            .seed = 1};
}

/* A Gaussian's gradients grow by exp(-log-variance), so its steps are smaller: with a Bernoulli's, on MNIST,
 * Adagrad's first ones, which are lr whatever the gradient, overshoot by thousands of nats, Adam's bound falls
 * by 5 % of its best, and SGD diverges. */
static inline float vae_run_default_lr(enum vae_likelihood likelihood, enum vae_optimizer o)
{
    static const float lr[][3] = {
        [VAE_BERNOULLI] = {[VAE_SGD] = 1e-4f, [VAE_ADAGRAD] = 0.01f, [VAE_ADAM] = 1e-3f},
        [VAE_GAUSSIAN] = {[VAE_SGD] = 1e-6f, [VAE_ADAGRAD] = 0.003f, [VAE_ADAM] = 5e-4f}};
    return lr[likelihood][o];
}

/* An epoch is every training image once; its last minibatch may be smaller. */
static inline uint64_t vae_run_steps_per_epoch(const struct vae_run *r)
{
    return (r->train_images + r->batch - 1) / r->batch;
}

/* Steps done of the epoch that the next step is of. */
static inline uint64_t vae_run_step_of_epoch(const struct vae_run *r)
{
    return (r->step - r->past.steps) % vae_run_steps_per_epoch(r);
}

/* Epochs before that one, each training image seen once in each. */
static inline uint64_t vae_run_epoch(const struct vae_run *r)
{
    return r->past.epochs + (r->step - r->past.steps) / vae_run_steps_per_epoch(r);
}

/* Epochs begun. */
static inline uint64_t vae_run_epochs_begun(const struct vae_run *r)
{
    return vae_run_epoch(r) + (vae_run_step_of_epoch(r) > 0);
}

/* Data points seen at the end of that many epochs; where they were on other data, all of those. */
static inline uint64_t vae_run_points_of_epochs(const struct vae_run *r, uint64_t epochs)
{
    const uint64_t here = epochs > r->past.epochs ? epochs - r->past.epochs : 0;
    return r->past.points + here * r->train_images;
}

/* Data points seen after `step` steps. */
static inline uint64_t vae_run_points(const struct vae_run *r)
{
    return vae_run_points_of_epochs(r, vae_run_epoch(r)) + vae_run_step_of_epoch(r) * r->batch;
}

/* Those of the last report: what the log of the run's checkpoint goes up to. */
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
