/* The phases table of --profile: where the time of training steps went, and at what speed. */
#ifndef VAE_INSIGHT_H
#define VAE_INSIGHT_H

#include "../model/run.h"
#include <jansson.h>
#include <stdio.h>

/* One phase, over all the examples that were timed. */
struct insight {
    const char *name;
    double seconds;      /* mean over threads */
    double flops, bytes; /* useful FLOPs; least bytes read and written; 0: not counted */
};

/* Fills one entry per phase that took any time, for `points` examples; returns how many. Bytes are
 * counted of AEVB alone. */
size_t vae_insight_of(const struct vae_model *m, const struct vae_passes *passes, uint64_t points,
                      struct insight out[PHASE_COUNT]);

/* Each phase's share of the FMA peak; NAN if it has no arithmetic. If one is refused (peak.h), the
 * peak cannot be trusted for the others either: all are NAN, *e says why; the result is false. */
bool vae_insight_shares(const struct insight *phase, size_t count, double peak,
                        double share[PHASE_COUNT], struct vae_error *e);

/* Prints the table: time, share of the time, GFLOP/s and share of peak, GB/s. If a share is
 * refused, none is shown, and a line below says why. */
void vae_insight_print(FILE *to, const struct insight *phase, size_t count, uint64_t steps,
                       double peak);

/* {"gather": {"seconds": ..., "gb_per_s": ...}, "enc": {"seconds", "gflops", "share_of_peak"} ...};
 * shares are null if one is refused. NULL if out of memory. */
json_t *vae_insight_json(const struct insight *phase, size_t count, double peak);

#endif
