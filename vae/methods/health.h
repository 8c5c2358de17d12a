/* When a training run counts as diverged: once a bound, a weight or a statistic is not finite, or
 * once the bound has been beyond HEALTH_FACTOR times the untrained model's for HEALTH_STEPS steps
 * in a row and at least an epoch. Short excursions recover: Adagrad at 0.3 passes -10^24 nats
 * within its first ten steps on MNIST and trains on. */
#ifndef VAE_HEALTH_H
#define VAE_HEALTH_H

#include "../model/run.h"

enum { HEALTH_FACTOR = 10, HEALTH_STEPS = 1000 };

/* The limit of the bound, in nats per example: HEALTH_FACTOR times that of the untrained model or
 * of one whose weights are all zero, whichever is worse. The latter is -log 2 per pixel for a
 * Bernoulli and, with mean 1/2 and variance 1, at least -(log 2 pi + 1/4) / 2 per pixel for a
 * Gaussian. */
double vae_health_limit(const struct vae_run *r);

/* Notes the bound of the step just taken, in nats per example, with the KL weighted as in the step:
 * a model trained on another objective than the ELBO may lose any amount of ELBO. */
void vae_health_note(struct vae_run *r, double bound);

/* The rule above as far as it concerns bounds of steps; one that is not finite counts at once. */
bool vae_health_diverged(const struct vae_run *r, double bound);

/* Whether the last step was within the limit: the model may then replace an earlier checkpoint. */
static inline bool vae_health_good(const struct vae_run *r) { return r->health.worse == 0; }

#endif
