/* When a training run counts as diverged: once a bound, a weight or a statistic is not finite, or when
 * HEALTH_STEPS steps in a row and a whole epoch of them had a bound beyond HEALTH_FACTOR times the untrained
 * model's. Short excursions come back: Adagrad at 0.3 passes -10^24 nats within its first ten steps on MNIST
 * and trains on. */
#ifndef VAE_HEALTH_H
#define VAE_HEALTH_H

#include "../model/run.h"

enum { HEALTH_FACTOR = 10, HEALTH_STEPS = 1000 };

/* The bound, nats per data point, below which a model is beyond the limit: HEALTH_FACTOR times that of the
 * untrained model or of one whose weights are all zero, whichever is worse. The latter is -log 2 a pixel for
 * Bernoulli, and, with mean 1/2 and variance 1, at least -(log 2 pi + 1/4) / 2 for a Gaussian. */
double vae_health_limit(const struct vae_run *r);

/* Notes the bound of the step just taken, nats per data point; with the KL weighed as the step did, since a model
 * that is trained for another objective than the ELBO may lose as much of that as it likes. */
void vae_health_note(struct vae_run *r, double bound);

/* The rule above, as far as it looks at bounds of steps; not finite counts at once. */
bool vae_health_diverged(const struct vae_run *r, double bound);

/* The last step was within the limit: what it left may replace an earlier checkpoint. */
static inline bool vae_health_good(const struct vae_run *r) { return r->health.worse == 0; }

#endif
