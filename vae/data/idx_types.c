#include "idx_types.h"
#include <string.h>

static const struct idx_type types[] = {
    {.code = 0x08, .size = 1, .as_is = true},
    {.code = 0x09, .size = 1},
    {.code = 0x0b, .size = 2},
    {.code = 0x0c, .size = 4},
    {.code = 0x0d, .size = 4, .floats = true},
    {.code = 0x0e, .size = 8, .floats = true},
};

const struct idx_type *vae_idx_type(uint8_t code)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == code) return &types[i];
    return NULL;
}

static float as_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double as_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

double vae_idx_element(const struct idx_type *t, const uint8_t *from)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < t->size; i++) bits = bits << 8 | from[i];
    switch (t->code) {
    case 0x08: return (uint8_t)bits;
    case 0x09: return (int8_t)bits;
    case 0x0b: return (int16_t)bits;
    case 0x0c: return (int32_t)bits;
    case 0x0d: return (double)as_float((uint32_t)bits);
    default: return as_double(bits);
    }
}

size_t vae_idx_convert(const struct idx_type *t, size_t n, const uint8_t *from, void *to)
{
    uint8_t *bytes = to;
    float *floats = to;
    for (size_t i = 0; i < n; i++) {
        const double x = vae_idx_element(t, from + i * t->size);
        if (!(x >= 0 && x <= 255)) return i; /* NaN too */
        if (t->floats)
            floats[i] = (float)x;
        else
            bytes[i] = (uint8_t)x;
    }
    return n;
}

void vae_idx_scale(size_t n, float *values)
{
    bool bytes = false;
    for (size_t i = 0; i < n && !bytes; i++) bytes = values[i] > 1;
    for (size_t i = 0; i < n && bytes; i++) values[i] /= 255;
}
