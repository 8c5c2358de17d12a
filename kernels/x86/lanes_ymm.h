/* Operations common to AVX2 and AVX-512 with 256-bit vectors: sixteen lanes as two ymm registers.
 * Masks, and what depends on them, are in lanes_avx2.h and lanes_avx512vl.h.
 *
 * Lane i is element i of lo for i < 8 and element i - 8 of hi above.
 */
#ifndef SV_LANES_YMM_H
#define SV_LANES_YMM_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    __m256 lo, hi;
} v16;
typedef struct {
    __m256i lo, hi;
} v16u;

#define V16_INLINE static inline __attribute__((always_inline, unused))

/* --- memory --- */
V16_INLINE v16 v16_load(const float *p)
{
    return (v16){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
V16_INLINE v16 v16_once(v16 x)
{
    __asm__("" : "+x"(x.lo), "+x"(x.hi));
    return x;
}
V16_INLINE void v16_store(float *p, v16 x)
{
    _mm256_storeu_ps(p, x.lo);
    _mm256_storeu_ps(p + 8, x.hi);
}
V16_INLINE void v16u_store(uint32_t *p, v16u x)
{
    _mm256_storeu_si256((__m256i *)p, x.lo);
    _mm256_storeu_si256((__m256i *)(p + 8), x.hi);
}
V16_INLINE v16u v16u_load_u8(const uint8_t *p)
{
    return (v16u){_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)),
                  _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(p + 8)))};
}

/* --- constants --- */
V16_INLINE v16 v16_set1(float x) { return (v16){_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
V16_INLINE v16u v16u_set1(uint32_t x)
{
    return (v16u){_mm256_set1_epi32((int)x), _mm256_set1_epi32((int)x)};
}
V16_INLINE v16u v16u_count(uint32_t first)
{
    __m256i f = _mm256_set1_epi32((int)first);
    return (v16u){_mm256_add_epi32(f, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)),
                  _mm256_add_epi32(f, _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15))};
}

/* --- arithmetic and words --- */
#define V16_BINARY(type, name, op)                                                                 \
    V16_INLINE type name(type a, type b) { return (type){op(a.lo, b.lo), op(a.hi, b.hi)}; }
V16_BINARY(v16, v16_add, _mm256_add_ps)
V16_BINARY(v16, v16_sub, _mm256_sub_ps)
V16_BINARY(v16, v16_mul, _mm256_mul_ps)
V16_BINARY(v16, v16_div, _mm256_div_ps)
V16_BINARY(v16, v16_min, _mm256_min_ps) /* minps returns its second operand on NaN */
V16_BINARY(v16, v16_max, _mm256_max_ps)
V16_BINARY(v16u, v16u_add, _mm256_add_epi32)
V16_BINARY(v16u, v16u_sub, _mm256_sub_epi32)
V16_BINARY(v16u, v16u_and, _mm256_and_si256)
V16_BINARY(v16u, v16u_or, _mm256_or_si256)
V16_BINARY(v16u, v16u_xor, _mm256_xor_si256)
#undef V16_BINARY

V16_INLINE v16 v16_fma(v16 a, v16 b, v16 c)
{
    return (v16){_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
V16_INLINE v16 v16_fnma(v16 a, v16 b, v16 c)
{
    return (v16){_mm256_fnmadd_ps(a.lo, b.lo, c.lo), _mm256_fnmadd_ps(a.hi, b.hi, c.hi)};
}
V16_INLINE v16 v16_sqrt(v16 a) { return (v16){_mm256_sqrt_ps(a.lo), _mm256_sqrt_ps(a.hi)}; }

V16_INLINE v16u v16u_shl(v16u a, int n)
{
    return (v16u){_mm256_slli_epi32(a.lo, n), _mm256_slli_epi32(a.hi, n)};
}
V16_INLINE v16u v16u_shr(v16u a, int n)
{
    return (v16u){_mm256_srli_epi32(a.lo, n), _mm256_srli_epi32(a.hi, n)};
}
V16_INLINE v16u v16u_sra(v16u a, int n)
{
    return (v16u){_mm256_srai_epi32(a.lo, n), _mm256_srai_epi32(a.hi, n)};
}

/* vpmuludq multiplies the even words; the odd ones are shifted down, multiplied, and blended in. */
V16_INLINE __m256i v16_mulhilo8(__m256i a, __m256i b, __m256i *hi)
{
    __m256i even = _mm256_mul_epu32(a, b);
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), b);
    *hi = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
    return _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
}
V16_INLINE v16u v16u_mulhilo(v16u a, uint32_t b, v16u *hi)
{
    __m256i m = _mm256_set1_epi32((int)b);
    v16u lo;
    lo.lo = v16_mulhilo8(a.lo, m, &hi->lo);
    lo.hi = v16_mulhilo8(a.hi, m, &hi->hi);
    return lo;
}

/* --- conversions --- */
V16_INLINE v16u v16_bits(v16 a)
{
    return (v16u){_mm256_castps_si256(a.lo), _mm256_castps_si256(a.hi)};
}
V16_INLINE v16 v16_from_bits(v16u a)
{
    return (v16){_mm256_castsi256_ps(a.lo), _mm256_castsi256_ps(a.hi)};
}
V16_INLINE v16 v16_from_i32(v16u a)
{
    return (v16){_mm256_cvtepi32_ps(a.lo), _mm256_cvtepi32_ps(a.hi)};
}

/* table[i mod 8] */
V16_INLINE v16 v16_lookup8(const float table[8], v16u i)
{
    const __m256 t = _mm256_loadu_ps(table);
    return (v16){_mm256_permutevar8x32_ps(t, i.lo), _mm256_permutevar8x32_ps(t, i.hi)};
}

/* Transposes 4 x 4 blocks within 128-bit quarters; v16_transpose then moves the quarters. */
V16_INLINE void v16_transpose4(__m256 *a, __m256 *b, __m256 *c, __m256 *d)
{
    const __m256 ab = _mm256_unpacklo_ps(*a, *b), ab2 = _mm256_unpackhi_ps(*a, *b);
    const __m256 cd = _mm256_unpacklo_ps(*c, *d), cd2 = _mm256_unpackhi_ps(*c, *d);
    *a = _mm256_shuffle_ps(ab, cd, 0x44);
    *b = _mm256_shuffle_ps(ab, cd, 0xee);
    *c = _mm256_shuffle_ps(ab2, cd2, 0x44);
    *d = _mm256_shuffle_ps(ab2, cd2, 0xee);
}
V16_INLINE void v16_transpose(v16 r[16])
{
    v16 t[16];
    for (int i = 0; i < 16; i += 4) {
        v16_transpose4(&r[i].lo, &r[i + 1].lo, &r[i + 2].lo, &r[i + 3].lo);
        v16_transpose4(&r[i].hi, &r[i + 1].hi, &r[i + 2].hi, &r[i + 3].hi);
    }
    for (int c = 0; c < 4; c++) {
        t[c].lo = _mm256_permute2f128_ps(r[c].lo, r[4 + c].lo, 0x20);
        t[c].hi = _mm256_permute2f128_ps(r[8 + c].lo, r[12 + c].lo, 0x20);
        t[4 + c].lo = _mm256_permute2f128_ps(r[c].lo, r[4 + c].lo, 0x31);
        t[4 + c].hi = _mm256_permute2f128_ps(r[8 + c].lo, r[12 + c].lo, 0x31);
        t[8 + c].lo = _mm256_permute2f128_ps(r[c].hi, r[4 + c].hi, 0x20);
        t[8 + c].hi = _mm256_permute2f128_ps(r[8 + c].hi, r[12 + c].hi, 0x20);
        t[12 + c].lo = _mm256_permute2f128_ps(r[c].hi, r[4 + c].hi, 0x31);
        t[12 + c].hi = _mm256_permute2f128_ps(r[8 + c].hi, r[12 + c].hi, 0x31);
    }
    for (int i = 0; i < 16; i++) r[i] = t[i];
}

/* --- folds: 16 -> 8 -> 4 -> 2 -> 1 --- */
#define V16_FOLD(name, op8, op4)                                                                   \
    V16_INLINE float name(v16 a)                                                                   \
    {                                                                                              \
        __m256 h = op8(a.lo, a.hi);                                                                \
        __m128 q = op4(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));                    \
        q = op4(q, _mm_movehl_ps(q, q));                                                           \
        return _mm_cvtss_f32(op4(q, _mm_shuffle_ps(q, q, 1)));                                     \
    }
V16_FOLD(v16_fold_add, _mm256_add_ps, _mm_add_ps)
V16_FOLD(v16_fold_max, _mm256_max_ps, _mm_max_ps)
#undef V16_FOLD

#endif
