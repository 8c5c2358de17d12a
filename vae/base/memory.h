/* Large zeroed blocks. Pages are allocated on first touch, huge ones where the system has them. */
#ifndef VAE_MEMORY_H
#define VAE_MEMORY_H

#include <stddef.h>

/* Aligned to 64 bytes; NULL if out of memory. */
void *vae_memory_get(size_t bytes);
void vae_memory_give(void *p);

#endif
