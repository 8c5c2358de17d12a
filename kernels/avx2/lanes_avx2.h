/* Sixteen lanes as two ymm registers. lanes_generic.h says what each operation means.
 *
 * Lane i is element i of lo for i < 8 and element i - 8 of hi above. Tails go through maskload and
 * maskstore, which neither fault on nor touch a lane whose mask is off.
 */
#ifndef SV_LANES_H
#define SV_LANES_H

#include "../x86/lanes_ymm.h"
#include <stdbool.h>
#include <string.h>

typedef struct {
    __m256 lo, hi;
} v16m;

/* 1 if a masked load or store costs no more than a whole one. */
enum { V16_MASKS = 0 };

/* How many v16 an element-wise function computes side by side, as the registers allow. */
enum { V16_CHAINS = 2 };

/* Masks of 8 lanes, loaded from [16 - n]: lane i is on for i < n. */
static const int32_t v16_window[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                       -1, -1, -1, -1, -1, 0,  0,  0,  0,  0,  0,
                                       0,  0,  0,  0,  0,  0,  0,  0,  0,  0};

V16_INLINE v16u v16_tail(size_t n) /* n <= 16 */
{
    const int32_t *w = v16_window + 16 - n;
    return (v16u){_mm256_loadu_si256((const __m256i *)w),
                  _mm256_loadu_si256((const __m256i *)(w + 8))};
}

/* --- memory --- */
V16_INLINE v16 v16_load_n(const float *p, size_t n)
{
    const v16u m = v16_tail(n);
    if (n < 8) return (v16){_mm256_maskload_ps(p, m.lo), _mm256_setzero_ps()};
    if (n == 8) return (v16){_mm256_loadu_ps(p), _mm256_setzero_ps()};
    return (v16){_mm256_loadu_ps(p), _mm256_maskload_ps(p + 8, m.hi)};
}
V16_INLINE void v16_store_n(float *p, v16 x, size_t n)
{
    const v16u m = v16_tail(n);
    if (n < 8) {
        _mm256_maskstore_ps(p, m.lo, x.lo);
        return;
    }
    _mm256_storeu_ps(p, x.lo);
    if (n > 8) _mm256_maskstore_ps(p + 8, m.hi, x.hi);
}
V16_INLINE void v16u_store_n(uint32_t *p, v16u x, size_t n)
{
    v16u m = v16_tail(n);
    _mm256_maskstore_epi32((int *)p, m.lo, x.lo);
    if (n > 8) _mm256_maskstore_epi32((int *)(p + 8), m.hi, x.hi);
}

/* --- comparison and selection --- */
V16_INLINE v16m v16_lt(v16 a, v16 b)
{
    return (v16m){_mm256_cmp_ps(a.lo, b.lo, _CMP_LT_OQ), _mm256_cmp_ps(a.hi, b.hi, _CMP_LT_OQ)};
}
V16_INLINE v16m v16_eq(v16 a, v16 b)
{
    return (v16m){_mm256_cmp_ps(a.lo, b.lo, _CMP_EQ_OQ), _mm256_cmp_ps(a.hi, b.hi, _CMP_EQ_OQ)};
}
V16_INLINE v16m v16m_first(size_t n)
{
    v16u m = v16_tail(n);
    return (v16m){_mm256_castsi256_ps(m.lo), _mm256_castsi256_ps(m.hi)};
}
V16_INLINE v16 v16_select(v16m m, v16 a, v16 b)
{
    return (v16){_mm256_blendv_ps(b.lo, a.lo, m.lo), _mm256_blendv_ps(b.hi, a.hi, m.hi)};
}
V16_INLINE v16 v16_keep(v16m m, v16 a)
{
    return (v16){_mm256_and_ps(m.lo, a.lo), _mm256_and_ps(m.hi, a.hi)};
}

/* --- building blocks of the functions; the others are in lanes_words.h --- */
V16_INLINE v16 v16_if_sign(v16 x, v16 a, v16 b) { return v16_select((v16m){x.lo, x.hi}, a, b); }

#include "../core/lanes_words.h"

#endif
