/* Where the time of training steps goes. */
#ifndef VAE_PHASES_H
#define VAE_PHASES_H

#include "../base/clock.h"

/* In the order of a step. */
enum vae_phase {
    PHASE_GATHER,
    PHASE_ENC,
    PHASE_HEAD,
    PHASE_REPARAM,
    PHASE_DEC,
    PHASE_OUT,
    PHASE_LIKELIHOOD, /* of a Gaussian; a Bernoulli's is in the epilogue of OUT */
    PHASE_WEIGH,      /* importance weights, and d_out by them */
    PHASE_OUT_DX,
    PHASE_DEC_DX,
    PHASE_REPARAM_GRAD,
    PHASE_HEAD_DX,
    PHASE_ENC_DX, /* of hidden layers after the first */
    PHASE_OUT_DW,
    PHASE_DEC_DW,
    PHASE_HEAD_DW,
    PHASE_ENC_DW,
    PHASE_BIAS,
    PHASE_DREAM, /* of wake-sleep: z and x' drawn from the model */
    PHASE_CHAIN, /* of MCEM: momenta, leapfrog steps, acceptance */
    PHASE_THETA, /* of full variational Bayes: draws of the weights, and back */
    PHASE_APPLY, /* vae_apply; vae_update's optimiser is in dW and BIAS */
    PHASE_WAIT,
    PHASE_COUNT
};

/* One per thread, each in cache lines of its own. */
struct vae_clock {
    _Alignas(64) double last;
    double seconds[PHASE_COUNT];
};

/* vae_clock_start begins a step; vae_clock_phase adds the time since the last call of either to a
 * phase. Both do nothing if the clock is NULL. */
static inline void vae_clock_start(struct vae_clock *c)
{
    if (c) c->last = vae_seconds_now();
}
static inline void vae_clock_phase(struct vae_clock *c, enum vae_phase phase)
{
    if (!c) return;
    const double now = vae_seconds_now();
    c->seconds[phase] += now - c->last;
    c->last = now;
}

#endif
