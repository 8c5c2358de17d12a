/* The element types of safetensors. */
#ifndef VAE_ST_TYPES_H
#define VAE_ST_TYPES_H

#include <stddef.h>

struct st_type {
    const char *name;
    unsigned bits;
    void (*to_f32)(size_t n, const unsigned char *from, float *to); /* NULL: not read */
};

/* NULL for a name unknown when this was written, or for NULL. */
const struct st_type *vae_st_type(const char *name);

#endif
