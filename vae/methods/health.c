#include "health.h"
#include <math.h>

double vae_health_limit(const struct vae_run *r)
{
    const double gaussian = (1.8378770664093453 + 0.25) / 2, bernoulli = 0.6931471805599453;
    const double pixel = r->shape.likelihood == VAE_GAUSSIAN ? gaussian : bernoulli;
    return (double)HEALTH_FACTOR *
           fmin(-pixel * (double)vae_inputs(&r->shape), r->health.untrained);
}

void vae_health_note(struct vae_run *r, double bound)
{
    if (r->step <= 1) r->health.untrained = bound;
    r->health.worse = bound >= vae_health_limit(r) ? 0 : r->health.worse + 1;
}

bool vae_health_diverged(const struct vae_run *r, double bound)
{
    const uint64_t epoch = vae_run_steps_per_epoch(r);
    const uint64_t steps = epoch > HEALTH_STEPS ? epoch : HEALTH_STEPS;
    return !isfinite(bound) || r->health.worse >= steps;
}
