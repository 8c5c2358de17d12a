/* The element types of IDX, all big-endian. */
#ifndef VAE_IDX_TYPES_H
#define VAE_IDX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idx_type {
    uint8_t code;  /* third byte of the file */
    unsigned size; /* in bytes */
    bool floats;   /* kept as floats, else as bytes */
    bool as_is;    /* any value is valid and needs no conversion */
};

/* NULL if there is no such code. */
const struct idx_type *vae_idx_type(uint8_t code);

double vae_idx_element(const struct idx_type *t, const uint8_t *from);

/* Converts n elements to bytes or floats; stops at one that is not a number from 0 to 255. Returns
 * how many were converted. */
size_t vae_idx_convert(const struct idx_type *t, size_t n, const uint8_t *from, void *to);

/* Scales values of 0 ... 255 to 0 ... 1; leaves them if none is above 1. */
void vae_idx_scale(size_t n, float *values);

#endif
