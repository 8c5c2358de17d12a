/* Where the time of training steps went, against what the machine can do. */
#ifndef VAE_INSIGHT_H
#define VAE_INSIGHT_H

#include "../model/run.h"
#include <jansson.h>
#include <stdio.h>

/* One phase of `points` data points' training. */
struct insight {
    const char *name;
    double seconds;      /* mean over threads */
    double flops, bytes; /* useful arithmetic; what is read and written at least once. 0: none */
};

/* Fills one entry per phase that took any time; returns how many. */
size_t vae_insight_of(const struct vae_model *m, uint64_t points, struct insight out[PHASE_COUNT]);

/* Each phase's share of the peak, NAN where it has no arithmetic. Where one is refused (peak.h) the yardstick is
 * no good for the others either: all are NAN, *e says why, and the result is false. */
bool vae_insight_shares(const struct insight *phase, size_t count, double peak,
                        double share[PHASE_COUNT], struct vae_error *e);

/* A table: time, share of the time, GFLOP/s and share of peak, GB/s. Where a share is refused, none is shown,
 * and a line below says why. */
void vae_insight_print(FILE *to, const struct insight *phase, size_t count, uint64_t steps,
                       double peak);

/* {"gather": {"seconds": ..., "gb_per_s": ...}, "enc": {"seconds", "gflops", "share_of_peak"} ...}; shares
 * are null where one is refused. NULL where memory is short. */
json_t *vae_insight_json(const struct insight *phase, size_t count, double peak);

#endif
