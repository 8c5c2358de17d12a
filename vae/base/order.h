/* Order statistics of measurements. */
#ifndef VAE_ORDER_H
#define VAE_ORDER_H

#include <stddef.h>

/* Sorts x[n] in place, ascending. x holds no NaN. */
void vae_sort(double *x, size_t n);

/* Sorts x[n] and returns x[n / 2], the median where n is odd. n > 0. */
double vae_median(double *x, size_t n);

#endif
