/* Times one kernel: candidates take turns, round after round, on the same operands. */
#ifndef VAE_TIMING_H
#define VAE_TIMING_H

#include "../../kernels/choice.h"
#include "../../reference/verify/call.h"

enum { TIMING_ROUNDS = 11, TIMING_TABLES = 32 };

/* The shape that stands for a class in timings: sizes of the paper's model where they fit. */
struct shape vae_timing_shape(const struct kcase *c, enum sv_class cls);

/* Seconds per call of each table, the median of alternating rounds, into seconds[count]. A table
 * three times slower than the fastest is timed once. tables[i] NULL is skipped and gives 0.
 * count <= TIMING_TABLES. */
void vae_timing_run(const struct call *c, const struct sv_kernels *const *tables, size_t count,
                    double *seconds);

#endif
