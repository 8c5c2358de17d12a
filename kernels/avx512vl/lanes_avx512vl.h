/* Sixteen lanes as two ymm registers of AVX-512 (F, DQ, BW, VL): half the width of a zmm, the same
 * 32 registers and masks. lanes_generic.h says what each operation means.
 *
 * Lane i is element i of lo for i < 8 and element i - 8 of hi above. A masked-out lane is not
 * touched.
 */
#ifndef SV_LANES_H
#define SV_LANES_H

#include "../core/lanes_magic.h"
#include "../x86/lanes_ymm.h"
#include <stdbool.h>
#include <string.h>

typedef struct {
    __mmask8 lo, hi;
} v16m;

/* 1 if a masked load or store costs no more than a whole one. */
enum { V16_MASKS = 1 };

/* How many v16 an element-wise function computes side by side, as the registers allow. */
enum { V16_CHAINS = 2 };

/* Lanes 0 ... n - 1 on, n <= 16. */
V16_INLINE v16m v16m_first(size_t n)
{
    const uint32_t m = (1u << n) - 1;
    return (v16m){(__mmask8)m, (__mmask8)(m >> 8)};
}

/* --- memory --- */
V16_INLINE v16 v16_load_n(const float *p, size_t n)
{
    const v16m m = v16m_first(n);
    return (v16){_mm256_maskz_loadu_ps(m.lo, p), _mm256_maskz_loadu_ps(m.hi, p + 8)};
}
V16_INLINE void v16_store_n(float *p, v16 x, size_t n)
{
    const v16m m = v16m_first(n);
    _mm256_mask_storeu_ps(p, m.lo, x.lo);
    _mm256_mask_storeu_ps(p + 8, m.hi, x.hi);
}
V16_INLINE void v16u_store_n(uint32_t *p, v16u x, size_t n)
{
    const v16m m = v16m_first(n);
    _mm256_mask_storeu_epi32(p, m.lo, x.lo);
    _mm256_mask_storeu_epi32(p + 8, m.hi, x.hi);
}

/* --- comparison and selection --- */
V16_INLINE v16m v16_lt(v16 a, v16 b)
{
    return (v16m){_mm256_cmp_ps_mask(a.lo, b.lo, _CMP_LT_OQ),
                  _mm256_cmp_ps_mask(a.hi, b.hi, _CMP_LT_OQ)};
}
V16_INLINE v16m v16_eq(v16 a, v16 b)
{
    return (v16m){_mm256_cmp_ps_mask(a.lo, b.lo, _CMP_EQ_OQ),
                  _mm256_cmp_ps_mask(a.hi, b.hi, _CMP_EQ_OQ)};
}
V16_INLINE v16 v16_select(v16m m, v16 a, v16 b)
{
    return (v16){_mm256_mask_blend_ps(m.lo, b.lo, a.lo), _mm256_mask_blend_ps(m.hi, b.hi, a.hi)};
}
V16_INLINE v16 v16_keep(v16m m, v16 a)
{
    return (v16){_mm256_maskz_mov_ps(m.lo, a.lo), _mm256_maskz_mov_ps(m.hi, a.hi)};
}

/* --- building blocks of the functions --- */
V16_INLINE v16 v16_scale(v16 y, v16 t, __m256 magic)
{
    return (v16){_mm256_scalef_ps(y.lo, _mm256_sub_ps(t.lo, magic)),
                 _mm256_scalef_ps(y.hi, _mm256_sub_ps(t.hi, magic))};
}
V16_INLINE v16 v16_ldexp(v16 y, v16 t) { return v16_scale(y, t, _mm256_set1_ps(V16_MAGIC)); }
V16_INLINE v16 v16_ldexp_down(v16 y, v16 t)
{
    return v16_scale(y, t, _mm256_set1_ps(V16_MAGIC_DOWN));
}
/* vgetexp takes m from [1, 2): its exponent is one too small where vgetmant gives m < 1. */
V16_INLINE __m256 v16_split8(__m256 x, __m256 *e)
{
    const __m256 one = _mm256_set1_ps(1), exponent = _mm256_getexp_ps(x);
    const __m256 m = _mm256_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    const __mmask8 below = _mm256_cmp_ps_mask(m, one, _CMP_LT_OQ);
    *e = _mm256_mask_add_ps(exponent, below, exponent, one);
    return m;
}
V16_INLINE v16 v16_split(v16 x, v16 *e)
{
    v16 m;
    m.lo = v16_split8(x.lo, &e->lo);
    m.hi = v16_split8(x.hi, &e->hi);
    return m;
}
V16_INLINE v16 v16_split_normal(v16 x, v16 *e) { return v16_split(x, e); }

/* vfixupimm's result by class of x, from nibble 0:
 * qNaN, sNaN: x; 0: -inf; 1: y; -inf: NaN; inf: inf; < 0: NaN; > 0: y */
V16_INLINE v16 v16_log_specials(v16 x, v16 y)
{
    const __m256i answers = _mm256_set1_epi32(0x03530422);
    return (v16){_mm256_fixupimm_ps(y.lo, x.lo, answers, 0),
                 _mm256_fixupimm_ps(y.hi, x.hi, answers, 0)};
}
V16_INLINE v16 v16_if_sign(v16 x, v16 a, v16 b)
{
    const v16m sign = {_mm256_movepi32_mask(_mm256_castps_si256(x.lo)),
                       _mm256_movepi32_mask(_mm256_castps_si256(x.hi))};
    return v16_select(sign, a, b);
}

#endif
