/* The FMA peak, to which all shares refer: the rate of a loop of nothing but FMAs. The program and
 * every benchmark measure it in the same way. */
#ifndef VAE_PEAK_H
#define VAE_PEAK_H

#include "../../kernels/kernels.h"
#include "error.h"
#include "pool.h"

/* Runs the table's FMA chains (fma_peak in kernels.h): always the same work, some tens of
 * microseconds. Returns its floating-point operations; 0 if the table has no chains. */
double vae_peak_work(const struct sv_kernels *k);

/* The FMA peak of all the pool's threads together, in FLOP/s: their work over the time from the
 * first start to the last end, so that threads which share a CPU share its peak. The best of
 * several measurements of some milliseconds, so that one interruption does not count. 0 if the
 * table has no chains. */
double vae_fma_peak_of(struct pool *pool, const struct sv_kernels *k);

/* *share = rate / peak, both in FLOP/s. A rate more than 5 % above the peak means that something
 * disturbed the measurement of the peak. Then, or if rate is negative, peak not positive, or one of
 * them not finite, *share is NAN, *e gives the reason and both figures, and the result is false. */
bool vae_share_of_peak(double rate, double peak, double *share, struct vae_error *e);

/* The share as text for the screen: "86 % of the FMA peak", or why there is none. Returns text. */
enum { PEAK_TEXT = 256 };
const char *vae_share_text(double rate, double peak, char text[PEAK_TEXT]);

#endif
