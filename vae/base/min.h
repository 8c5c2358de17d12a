/* The lesser of two sizes. */
#ifndef VAE_MIN_H
#define VAE_MIN_H

#include <stddef.h>

static inline size_t vae_min_size(size_t a, size_t b) { return a < b ? a : b; }

#endif
