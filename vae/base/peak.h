/* The yardstick of all shares: what a loop of nothing but FMA reaches, measured in one way by the program
 * and by every benchmark. */
#ifndef VAE_PEAK_H
#define VAE_PEAK_H

#include "../../kernels/kernels.h"
#include "error.h"
#include "pool.h"

/* Runs the table's chains (fma_peak in kernels.h) for some tens of microseconds, always the same work, and returns
 * its floating-point operations; 0 where the table has no chains. */
double vae_peak_work(const struct sv_kernels *k);

/* The FMA peak of all the pool's threads together, FLOP/s: their work over the time from the first one's start to the
 * last one's end, so that threads which share a CPU share its peak. The best of a few measurements of some
 * milliseconds: one interruption does not count. 0 where the table has no chains. */
double vae_fma_peak_of(struct pool *pool, const struct sv_kernels *k);

/* *share = rate / peak, both in FLOP/s. Nothing runs faster than the peak: what seems to by more than 5 % was
 * measured beside a yardstick that something disturbed. Then *share is NAN, *e says so and names both
 * figures, and the result is false; likewise where one of them is no positive number. */
bool vae_share_of_peak(double rate, double peak, double *share, struct vae_error *e);

/* That share as words for the screen: "86 % of the FMA peak", or why there is no figure. */
enum { PEAK_TEXT = 256 };
const char *vae_share_text(double rate, double peak, char text[PEAK_TEXT]);

#endif
