/* The monotonic clock, in seconds; may be read within a signal handler. */
#ifndef VAE_CLOCK_H
#define VAE_CLOCK_H

double vae_seconds_now(void);

#endif
