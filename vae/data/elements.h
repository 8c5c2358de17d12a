/* Elements of arrays of pixels as files hold them, and what becomes of them.
 *
 *   integers, booleans                          0 to 255, where 255 is 1.0; anything else is refused.
 *                                               True is 255
 *   floats (16, 32, 64 bits)                    0 to 1; if any is above 1, 0 to 255, and all are
 *                                               divided by 255. Kept as floats
 */
#ifndef VAE_ELEMENTS_H
#define VAE_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum element_kind { ELEMENT_BOOL, ELEMENT_UNSIGNED, ELEMENT_SIGNED, ELEMENT_FLOAT };

struct element {
    enum element_kind kind;
    unsigned size; /* in bytes: 1, 2, 4, 8; a float 2, 4, 8; a boolean 1 */
    bool little;   /* least significant byte first */
};

/* Whether they are kept as floats, else as bytes. */
static inline bool vae_element_floats(const struct element *t) { return t->kind == ELEMENT_FLOAT; }

/* Whether any value is valid and needs no conversion. */
static inline bool vae_element_as_is(const struct element *t)
{
    return t->kind == ELEMENT_UNSIGNED && t->size == 1;
}

/* As the file has it: 1 is true. */
double vae_element_at(const struct element *t, const uint8_t *from);

/* Converts n elements to bytes or floats; stops at one that is not a number from 0 to 255. Returns
 * how many were converted. */
size_t vae_elements_convert(const struct element *t, size_t n, const uint8_t *from, void *to);

/* Scales values of 0 ... 255 to 0 ... 1; leaves them if none is above 1. */
void vae_elements_scale(size_t n, float *values);

#endif
