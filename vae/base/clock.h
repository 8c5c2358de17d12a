/* The monotonic clock, in seconds; async-signal-safe. */
#ifndef VAE_CLOCK_H
#define VAE_CLOCK_H

double vae_seconds_now(void);

#endif
