/* The element types of IDX, big-endian all. */
#ifndef VAE_IDX_TYPES_H
#define VAE_IDX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idx_type {
    uint8_t code;  /* third byte of the file */
    unsigned size; /* in bytes */
    bool floats;   /* kept as floats, else as bytes */
    bool as_is;    /* any value will do, and needs no change */
};

/* NULL where there is none of that code. */
const struct idx_type *vae_idx_type(uint8_t code);

double vae_idx_element(const struct idx_type *t, const uint8_t *from);

/* n elements to bytes or floats; stops at one that is no number from 0 to 255. Returns how many were taken. */
size_t vae_idx_convert(const struct idx_type *t, size_t n, const uint8_t *from, void *to);

/* Floats from 0 to 255 to 0 ... 1; those that go no further than 1 are there already. */
void vae_idx_scale(size_t n, float *values);

#endif
