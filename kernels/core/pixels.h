/* Bytes to floats. */
#ifndef SV_PIXELS_H
#define SV_PIXELS_H

#include "names.h"
#include <string.h>

V16_INLINE v16u v16u_load_u8_n(const uint8_t *p, size_t n)
{
    uint8_t row[16] = {0};
    memcpy(row, p, n);
    return v16u_load_u8(row);
}

/* x / 255 without a division: 1 / 255 as a sum of two floats, correctly rounded for every byte */
V16_INLINE v16 v16_u8_to_f32(v16u x)
{
    v16 v = v16_from_i32(x);
    return v16_fma(v, v16_set1(0x1.010102p-8f), v16_mul(v, v16_set1(-0x1.fdfdfep-33f)));
}

V16_INLINE v16 v16_binarize(v16u x) /* the byte's top bit */
{
    return v16_from_i32(v16u_shr(x, 7));
}

/* Prefetch distance in floats, for ownership: other cores may own the lines of y. It reaches past y
 * into the rows that are written next. */
enum { PIXELS_AHEAD = 16 * 48 };

#define SV_PIXELS(name)                                                                            \
    static void SV_FN(name)(size_t n, const uint8_t *x, float *y)                                  \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + 16 <= n; i += 16) {                                                             \
            __builtin_prefetch(y + i + PIXELS_AHEAD, 1);                                           \
            v16_store(y + i, v16_##name(v16u_load_u8(x + i)));                                     \
        }                                                                                          \
        if (i < n) v16_store_n(y + i, v16_##name(v16u_load_u8_n(x + i, n - i)), n - i);            \
    }
SV_PIXELS(u8_to_f32)
SV_PIXELS(binarize)
#undef SV_PIXELS

#endif
