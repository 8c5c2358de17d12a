/* The monotonic clock. */
#ifndef VAE_CLOCK_H
#define VAE_CLOCK_H

double seconds_now(void);

#endif
