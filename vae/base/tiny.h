/* Weights and gradients too small to tell on any output, before they become denormal. */
#ifndef VAE_TINY_H
#define VAE_TINY_H

#include <math.h>
#include <stddef.h>

/* Where the posterior has collapsed, the prior alone moves weights, and they shrink for as long as training goes
 * on; the gradients that pass through several such layers are products of them. Their own products are denormal or
 * underflow, which on Intel's CPUs takes some hundred cycles each (measured: a training run slowed to 5 %).
 * Two factors of at least 2^-50 and a pixel of 2^-8 leave a normal product. */
#define VAE_TINY 0x1p-50f

/* Elements below VAE_TINY in magnitude become 0; NaN stays. */
static inline void vae_clear_tiny(size_t n, float *x)
{
    for (size_t i = 0; i < n; i++) x[i] = fabsf(x[i]) < VAE_TINY ? 0 : x[i];
}

#endif
