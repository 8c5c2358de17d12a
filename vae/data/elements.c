#include "elements.h"
#include <math.h>
#include <string.h>

static double as_half(uint32_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double size = exponent == 31  ? (fraction ? NAN : INFINITY)
                        : exponent == 0 ? ldexp(fraction, -24)
                                        : ldexp(fraction + 1024, exponent - 25);
    return bits >> 15 ? -size : size;
}

static double as_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return (double)x;
}

static double as_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t word_of(const struct element *t, const uint8_t *from)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < t->size; i++) bits = bits << 8 | from[t->little ? t->size - 1 - i : i];
    return bits;
}

double vae_element_at(const struct element *t, const uint8_t *from)
{
    const uint64_t bits = word_of(t, from), sign = (uint64_t)1 << (8 * t->size - 1);
    switch (t->kind) {
    case ELEMENT_FLOAT:
        return t->size == 2   ? as_half((uint32_t)bits)
               : t->size == 4 ? as_float((uint32_t)bits)
                              : as_double(bits);
    case ELEMENT_SIGNED: return (double)(bits & ~sign) - (double)(bits & sign);
    default: return (double)bits;
    }
}

size_t vae_elements_convert(const struct element *t, size_t n, const uint8_t *from, void *to)
{
    uint8_t *bytes = to;
    float *floats = to;
    for (size_t i = 0; i < n; i++) {
        const double x = vae_element_at(t, from + i * t->size);
        if (!(x >= 0 && x <= (t->kind == ELEMENT_BOOL ? 1 : 255))) return i; /* NaN too */
        if (vae_element_floats(t))
            floats[i] = (float)x;
        else
            bytes[i] = (uint8_t)(t->kind == ELEMENT_BOOL ? 255 * x : x);
    }
    return n;
}

void vae_elements_scale(size_t n, float *values)
{
    bool bytes = false;
    for (size_t i = 0; i < n && !bytes; i++) bytes = values[i] > 1;
    for (size_t i = 0; i < n && bytes; i++) values[i] /= 255;
}
