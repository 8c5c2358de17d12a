/* Sixteen lanes as one zmm register (AVX-512 F, DQ, BW, VL). lanes_generic.h says what each
 * operation means. Tails and selections are mask registers: a masked-out lane is not touched.
 */
#ifndef SV_LANES_H
#define SV_LANES_H

#include "../core/lanes_magic.h"
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    __m512 v;
} v16;
typedef struct {
    __m512i v;
} v16u;
typedef struct {
    __mmask16 m;
} v16m;

/* Without optimisation gcc's intrinsics are macros that pass unsigned masks to builtins with signed
 * ones, and the warning points at the lines that use them. */
#pragma GCC diagnostic push
#if !defined(__OPTIMIZE__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

#define V16_INLINE static inline __attribute__((always_inline, unused))

/* 1 if a masked load or store costs no more than a whole one. */
enum { V16_MASKS = 1 };

/* How many v16 an element-wise function computes side by side, as the registers allow. */
enum { V16_CHAINS = 4 };

V16_INLINE v16m v16m_first(size_t n) { return (v16m){(__mmask16)((1u << n) - 1)}; } /* n <= 16 */

/* --- memory --- */
V16_INLINE v16 v16_load(const float *p) { return (v16){_mm512_loadu_ps(p)}; }
V16_INLINE v16 v16_once(v16 x)
{
    __asm__("" : "+v"(x.v));
    return x;
}
V16_INLINE void v16_store(float *p, v16 x) { _mm512_storeu_ps(p, x.v); }
V16_INLINE v16 v16_load_n(const float *p, size_t n)
{
    return (v16){_mm512_maskz_loadu_ps(v16m_first(n).m, p)};
}
V16_INLINE void v16_store_n(float *p, v16 x, size_t n)
{
    _mm512_mask_storeu_ps(p, v16m_first(n).m, x.v);
}
V16_INLINE void v16u_store(uint32_t *p, v16u x) { _mm512_storeu_si512(p, x.v); }
V16_INLINE void v16u_store_n(uint32_t *p, v16u x, size_t n)
{
    _mm512_mask_storeu_epi32(p, v16m_first(n).m, x.v);
}
V16_INLINE v16u v16u_load_u8(const uint8_t *p)
{
    return (v16u){_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p))};
}

/* --- constants --- */
V16_INLINE v16 v16_set1(float x) { return (v16){_mm512_set1_ps(x)}; }
V16_INLINE v16u v16u_set1(uint32_t x) { return (v16u){_mm512_set1_epi32((int)x)}; }
V16_INLINE v16u v16u_count(uint32_t first)
{
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return (v16u){_mm512_add_epi32(_mm512_set1_epi32((int)first), lane)};
}

/* --- arithmetic and words --- */
#define V16_BINARY(type, name, op)                                                                 \
    V16_INLINE type name(type a, type b) { return (type){op(a.v, b.v)}; }
V16_BINARY(v16, v16_add, _mm512_add_ps)
V16_BINARY(v16, v16_sub, _mm512_sub_ps)
V16_BINARY(v16, v16_mul, _mm512_mul_ps)
V16_BINARY(v16, v16_div, _mm512_div_ps)
V16_BINARY(v16, v16_min, _mm512_min_ps) /* vminps returns its second operand on NaN */
V16_BINARY(v16, v16_max, _mm512_max_ps)
V16_BINARY(v16u, v16u_add, _mm512_add_epi32)
V16_BINARY(v16u, v16u_sub, _mm512_sub_epi32)
V16_BINARY(v16u, v16u_and, _mm512_and_si512)
V16_BINARY(v16u, v16u_or, _mm512_or_si512)
V16_BINARY(v16u, v16u_xor, _mm512_xor_si512)
#undef V16_BINARY

V16_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { return (v16){_mm512_fmadd_ps(a.v, b.v, c.v)}; }
V16_INLINE v16 v16_fnma(v16 a, v16 b, v16 c) { return (v16){_mm512_fnmadd_ps(a.v, b.v, c.v)}; }
V16_INLINE v16 v16_sqrt(v16 a) { return (v16){_mm512_sqrt_ps(a.v)}; }

V16_INLINE v16u v16u_shl(v16u a, int n) { return (v16u){_mm512_slli_epi32(a.v, (unsigned)n)}; }
V16_INLINE v16u v16u_shr(v16u a, int n) { return (v16u){_mm512_srli_epi32(a.v, (unsigned)n)}; }
V16_INLINE v16u v16u_sra(v16u a, int n) { return (v16u){_mm512_srai_epi32(a.v, (unsigned)n)}; }

/* vpmuludq multiplies the even words; the odd ones are shifted down, multiplied, and blended in. */
V16_INLINE v16u v16u_mulhilo(v16u a, uint32_t b, v16u *hi)
{
    const __m512i m = _mm512_set1_epi32((int)b);
    const __m512i even = _mm512_mul_epu32(a.v, m);
    const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), m);
    hi->v = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
    return (v16u){_mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32))};
}

/* --- conversions --- */
V16_INLINE v16u v16_bits(v16 a) { return (v16u){_mm512_castps_si512(a.v)}; }
V16_INLINE v16 v16_from_bits(v16u a) { return (v16){_mm512_castsi512_ps(a.v)}; }
V16_INLINE v16 v16_from_i32(v16u a) { return (v16){_mm512_cvtepi32_ps(a.v)}; }

/* --- comparison and selection --- */
V16_INLINE v16m v16_lt(v16 a, v16 b) { return (v16m){_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
V16_INLINE v16m v16_eq(v16 a, v16 b) { return (v16m){_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
V16_INLINE v16 v16_select(v16m m, v16 a, v16 b)
{
    return (v16){_mm512_mask_blend_ps(m.m, b.v, a.v)};
}
V16_INLINE v16 v16_keep(v16m m, v16 a) { return (v16){_mm512_maskz_mov_ps(m.m, a.v)}; }

/* Transposes 4 x 4 blocks within 128-bit quarters, then moves the quarters in two steps. */
V16_INLINE void v16_transpose(v16 r[16])
{
    __m512 q[16];
    for (int i = 0; i < 16; i += 4) {
        const __m512 ab = _mm512_unpacklo_ps(r[i].v, r[i + 1].v);
        const __m512 ab2 = _mm512_unpackhi_ps(r[i].v, r[i + 1].v);
        const __m512 cd = _mm512_unpacklo_ps(r[i + 2].v, r[i + 3].v);
        const __m512 cd2 = _mm512_unpackhi_ps(r[i + 2].v, r[i + 3].v);
        q[i] = _mm512_shuffle_ps(ab, cd, 0x44);
        q[i + 1] = _mm512_shuffle_ps(ab, cd, 0xee);
        q[i + 2] = _mm512_shuffle_ps(ab2, cd2, 0x44);
        q[i + 3] = _mm512_shuffle_ps(ab2, cd2, 0xee);
    }
    for (int c = 0; c < 4; c++) {
        const __m512 even = _mm512_shuffle_f32x4(q[c], q[4 + c], 0x88);
        const __m512 even2 = _mm512_shuffle_f32x4(q[8 + c], q[12 + c], 0x88);
        const __m512 odd = _mm512_shuffle_f32x4(q[c], q[4 + c], 0xdd);
        const __m512 odd2 = _mm512_shuffle_f32x4(q[8 + c], q[12 + c], 0xdd);
        r[c].v = _mm512_shuffle_f32x4(even, even2, 0x88);
        r[4 + c].v = _mm512_shuffle_f32x4(odd, odd2, 0x88);
        r[8 + c].v = _mm512_shuffle_f32x4(even, even2, 0xdd);
        r[12 + c].v = _mm512_shuffle_f32x4(odd, odd2, 0xdd);
    }
}

/* --- building blocks of the functions --- */
V16_INLINE v16 v16_ldexp(v16 y, v16 t)
{
    return (v16){_mm512_scalef_ps(y.v, _mm512_sub_ps(t.v, _mm512_set1_ps(V16_MAGIC)))};
}
V16_INLINE v16 v16_ldexp_down(v16 y, v16 t)
{
    return (v16){_mm512_scalef_ps(y.v, _mm512_sub_ps(t.v, _mm512_set1_ps(V16_MAGIC_DOWN)))};
}
/* vgetexp takes m from [1, 2): its exponent is one too small where vgetmant gives m < 1. */
V16_INLINE v16 v16_split(v16 x, v16 *e)
{
    const __m512 one = _mm512_set1_ps(1), exponent = _mm512_getexp_ps(x.v);
    const __m512 m = _mm512_getmant_ps(x.v, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    const __mmask16 below = _mm512_cmp_ps_mask(m, one, _CMP_LT_OQ);
    e->v = _mm512_mask_add_ps(exponent, below, exponent, one);
    return (v16){m};
}
V16_INLINE v16 v16_split_normal(v16 x, v16 *e) { return v16_split(x, e); }

/* vfixupimm's result by class of x, from nibble 0:
 * qNaN, sNaN: x; 0: -inf; 1: y; -inf: NaN; inf: inf; < 0: NaN; > 0: y */
V16_INLINE v16 v16_log_specials(v16 x, v16 y)
{
    return (v16){_mm512_fixupimm_ps(y.v, x.v, _mm512_set1_epi32(0x03530422), 0)};
}
V16_INLINE v16 v16_lookup8(const float table[8], v16u i)
{
    return (v16){_mm512_permutexvar_ps(i.v, _mm512_broadcast_f32x8(_mm256_loadu_ps(table)))};
}
V16_INLINE v16 v16_if_sign(v16 x, v16 a, v16 b)
{
    return v16_select((v16m){_mm512_movepi32_mask(_mm512_castps_si512(x.v))}, a, b);
}

/* --- folds: 16 -> 8 -> 4 -> 2 -> 1 --- */
#define V16_FOLD(name, op8, op4)                                                                   \
    V16_INLINE float name(v16 a)                                                                   \
    {                                                                                              \
        const __m256 h = op8(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));         \
        __m128 q = op4(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));                    \
        q = op4(q, _mm_movehl_ps(q, q));                                                           \
        return _mm_cvtss_f32(op4(q, _mm_shuffle_ps(q, q, 1)));                                     \
    }
V16_FOLD(v16_fold_add, _mm256_add_ps, _mm_add_ps)
V16_FOLD(v16_fold_max, _mm256_max_ps, _mm_max_ps)
#undef V16_FOLD

#pragma GCC diagnostic pop

#endif
