/* Large zeroed blocks: pages come as they are touched, huge ones where the system has them. */
#ifndef VAE_MEMORY_H
#define VAE_MEMORY_H

#include <stddef.h>

/* Aligned to 64 bytes or more; NULL where there is not enough. */
void *vae_memory_get(size_t bytes);
void vae_memory_give(void *p);

#endif
