#include "real.h"

void REF(u8_to_f32)(size_t n, const uint8_t *x, real *y)
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] / (real)255;
}

void REF(binarize)(size_t n, const uint8_t *x, real *y)
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] >= 128;
}
