/* Sixteen lanes as four vectors of WebAssembly's SIMD. lanes_generic.h says what each operation
 * means.
 *
 * Lane i is element i % 4 of q[i / 4]. Tails are made of accesses of 16, 8 and 4 bytes. Of pmin
 * and pmax the first operand is what a comparison with NaN, or of two zeros, gives. There is no
 * fma: fma4.h. */
#ifndef SV_LANES_H
#define SV_LANES_H

#include "fma4.h"
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    v128_t q[4];
} v16;
typedef struct {
    v128_t q[4];
} v16u;
typedef struct {
    v128_t q[4]; /* all ones or all zeros */
} v16m;

#define V16_INLINE static inline __attribute__((always_inline, unused))

/* 1 if a masked load or store costs no more than a whole one. */
enum { V16_MASKS = 0 };

/* How many v16 an element-wise function computes side by side, as the registers allow. */
enum { V16_CHAINS = 1 };

/* An operation on each of the four vectors. */
#define V16_UNARY(to, name, from, op)                                                              \
    V16_INLINE to name(from a) { return (to){{op(a.q[0]), op(a.q[1]), op(a.q[2]), op(a.q[3])}}; }
#define V16_BINARY(to, name, from, op)                                                             \
    V16_INLINE to name(from a, from b)                                                             \
    {                                                                                              \
        return (to){                                                                               \
            {op(a.q[0], b.q[0]), op(a.q[1], b.q[1]), op(a.q[2], b.q[2]), op(a.q[3], b.q[3])}};     \
    }

/* --- memory --- */
V16_INLINE v16 v16_load(const float *p)
{
    return (v16){
        {wasm_v128_load(p), wasm_v128_load(p + 4), wasm_v128_load(p + 8), wasm_v128_load(p + 12)}};
}
V16_INLINE v16 v16_once(v16 x) { return x; }

/* Loads elements i < last of a quarter and +0 for the others; last may be below 0 or above 4. */
V16_INLINE v128_t v16_load4(const float *p, ptrdiff_t last)
{
    v128_t x = wasm_i32x4_const_splat(0);
    if (last >= 4) return wasm_v128_load(p);
    if (last == 1) x = wasm_v128_load32_zero(p);
    if (last >= 2) x = wasm_v128_load64_zero(p);
    if (last == 3) x = wasm_v128_load32_lane(p + 2, x, 2);
    return x;
}
V16_INLINE v16 v16_load_n(const float *p, size_t n)
{
    const ptrdiff_t last = (ptrdiff_t)n;
    return (v16){{v16_load4(p, last), v16_load4(p + 4, last - 4), v16_load4(p + 8, last - 8),
                  v16_load4(p + 12, last - 12)}};
}

/* Stores of floats and of words. */
#define V16_STORES(v, to)                                                                          \
    V16_INLINE void v##_store(to *p, v x)                                                          \
    {                                                                                              \
        for (int i = 0; i < 4; i++) wasm_v128_store(p + 4 * i, x.q[i]);                            \
    }                                                                                              \
    V16_INLINE void v##_store_n(to *p, v x, size_t n)                                              \
    {                                                                                              \
        for (int i = 0; i < 4 && n; i++, p += 4) {                                                 \
            if (n >= 4) {                                                                          \
                wasm_v128_store(p, x.q[i]);                                                        \
                n -= 4;                                                                            \
                continue;                                                                          \
            }                                                                                      \
            if (n == 1) wasm_v128_store32_lane(p, x.q[i], 0);                                      \
            if (n >= 2) wasm_v128_store64_lane(p, x.q[i], 0);                                      \
            if (n == 3) wasm_v128_store32_lane(p + 2, x.q[i], 2);                                  \
            n = 0;                                                                                 \
        }                                                                                          \
    }
V16_STORES(v16, float)
V16_STORES(v16u, uint32_t)
#undef V16_STORES

/* --- conversions --- */
V16_INLINE v16u v16_bits(v16 a) { return (v16u){{a.q[0], a.q[1], a.q[2], a.q[3]}}; }
V16_INLINE v16 v16_from_bits(v16u a) { return (v16){{a.q[0], a.q[1], a.q[2], a.q[3]}}; }
V16_UNARY(v16, v16_from_i32, v16u, wasm_f32x4_convert_i32x4)

V16_INLINE v16u v16u_load_u8(const uint8_t *p)
{
    const v128_t lo = wasm_u16x8_load8x8(p), hi = wasm_u16x8_load8x8(p + 8);
    return (v16u){{wasm_u32x4_extend_low_u16x8(lo), wasm_u32x4_extend_high_u16x8(lo),
                   wasm_u32x4_extend_low_u16x8(hi), wasm_u32x4_extend_high_u16x8(hi)}};
}

/* --- constants --- */
V16_INLINE v16 v16_set1(float x)
{
    const v128_t q = wasm_f32x4_splat(x);
    return (v16){{q, q, q, q}};
}
V16_INLINE v16u v16u_set1(uint32_t x)
{
    const v128_t q = wasm_u32x4_splat(x);
    return (v16u){{q, q, q, q}};
}
V16_INLINE v16u v16u_count(uint32_t first)
{
    const v128_t f = wasm_u32x4_splat(first);
    return (v16u){{wasm_i32x4_add(f, wasm_i32x4_const(0, 1, 2, 3)),
                   wasm_i32x4_add(f, wasm_i32x4_const(4, 5, 6, 7)),
                   wasm_i32x4_add(f, wasm_i32x4_const(8, 9, 10, 11)),
                   wasm_i32x4_add(f, wasm_i32x4_const(12, 13, 14, 15))}};
}

/* --- arithmetic and words --- */
V16_INLINE v128_t v16_min4(v128_t a, v128_t b) { return wasm_f32x4_pmin(b, a); }
V16_INLINE v128_t v16_max4(v128_t a, v128_t b) { return wasm_f32x4_pmax(b, a); }
V16_BINARY(v16, v16_add, v16, wasm_f32x4_add)
V16_BINARY(v16, v16_sub, v16, wasm_f32x4_sub)
V16_BINARY(v16, v16_mul, v16, wasm_f32x4_mul)
V16_BINARY(v16, v16_div, v16, wasm_f32x4_div)
V16_BINARY(v16, v16_min, v16, v16_min4)
V16_BINARY(v16, v16_max, v16, v16_max4)
V16_UNARY(v16, v16_sqrt, v16, wasm_f32x4_sqrt)
V16_BINARY(v16u, v16u_add, v16u, wasm_i32x4_add)
V16_BINARY(v16u, v16u_sub, v16u, wasm_i32x4_sub)
V16_BINARY(v16u, v16u_and, v16u, wasm_v128_and)
V16_BINARY(v16u, v16u_or, v16u, wasm_v128_or)
V16_BINARY(v16u, v16u_xor, v16u, wasm_v128_xor)

V16_INLINE v16 v16_fma(v16 a, v16 b, v16 c)
{
    v16 r;
    for (int i = 0; i < 4; i += 2) {
        v128_t p[4], from[4], s[4];
        for (int h = 0; h < 2; h++) {
            p[2 * h] = wasm_f64x2_mul(wasm_f64x2_promote_low_f32x4(a.q[i + h]),
                                      wasm_f64x2_promote_low_f32x4(b.q[i + h]));
            p[2 * h + 1] = wasm_f64x2_mul(fma4_upper(a.q[i + h]), fma4_upper(b.q[i + h]));
            from[2 * h] = wasm_f64x2_promote_low_f32x4(c.q[i + h]);
            from[2 * h + 1] = fma4_upper(c.q[i + h]);
        }
        for (int j = 0; j < 4; j++) s[j] = wasm_f64x2_add(p[j], from[j]);
        if (__builtin_expect(fma4_rare(4, s), 0))
            for (int j = 0; j < 4; j++) s[j] = fma4_odd(p[j], from[j], s[j]);
        for (int h = 0; h < 2; h++) r.q[i + h] = fma4_floats(s[2 * h], s[2 * h + 1]);
    }
    return r;
}
V16_UNARY(v16, v16_negated, v16, wasm_f32x4_neg)
V16_INLINE v16 v16_fnma(v16 a, v16 b, v16 c) { return v16_fma(v16_negated(a), b, c); }

#define V16U_SHIFT(name, op)                                                                       \
    V16_INLINE v16u name(v16u a, int n)                                                            \
    {                                                                                              \
        return (v16u){{op(a.q[0], (uint32_t)n), op(a.q[1], (uint32_t)n), op(a.q[2], (uint32_t)n),  \
                       op(a.q[3], (uint32_t)n)}};                                                  \
    }
V16U_SHIFT(v16u_shl, wasm_i32x4_shl)
V16U_SHIFT(v16u_shr, wasm_u32x4_shr)
V16U_SHIFT(v16u_sra, wasm_i32x4_shr)
#undef V16U_SHIFT

/* Two 64-bit products per vector: even words are the low halves, odd words the high halves. */
V16_INLINE v16u v16u_mulhilo(v16u a, uint32_t b, v16u *hi)
{
    const v128_t by = wasm_u32x4_splat(b);
    v16u lo;
    for (int i = 0; i < 4; i++) {
        const v128_t p = wasm_u64x2_extmul_low_u32x4(a.q[i], by);
        const v128_t r = wasm_u64x2_extmul_high_u32x4(a.q[i], by);
        lo.q[i] = wasm_i32x4_shuffle(p, r, 0, 2, 4, 6);
        hi->q[i] = wasm_i32x4_shuffle(p, r, 1, 3, 5, 7);
    }
    return lo;
}

/* --- comparison and selection --- */
V16_BINARY(v16m, v16_lt, v16, wasm_f32x4_lt)
V16_BINARY(v16m, v16_eq, v16, wasm_f32x4_eq)
V16_INLINE v16m v16m_first(size_t n)
{
    const v16u count = v16u_count(0);
    const v128_t end = wasm_u32x4_splat((uint32_t)n);
    return (v16m){{wasm_u32x4_lt(count.q[0], end), wasm_u32x4_lt(count.q[1], end),
                   wasm_u32x4_lt(count.q[2], end), wasm_u32x4_lt(count.q[3], end)}};
}
V16_INLINE v16 v16_select(v16m m, v16 a, v16 b)
{
    v16 r;
    for (int i = 0; i < 4; i++) r.q[i] = wasm_v128_bitselect(a.q[i], b.q[i], m.q[i]);
    return r;
}
V16_INLINE v16 v16_keep(v16m m, v16 a)
{
    v16 r;
    for (int i = 0; i < 4; i++) r.q[i] = wasm_v128_and(a.q[i], m.q[i]);
    return r;
}

/* --- 16 x 16 transpose, by blocks of 4 x 4 --- */
V16_INLINE void v16_transpose4(const v128_t r[4], v128_t to[4])
{
    const v128_t a = wasm_i32x4_shuffle(r[0], r[1], 0, 4, 1, 5);
    const v128_t b = wasm_i32x4_shuffle(r[2], r[3], 0, 4, 1, 5);
    const v128_t c = wasm_i32x4_shuffle(r[0], r[1], 2, 6, 3, 7);
    const v128_t d = wasm_i32x4_shuffle(r[2], r[3], 2, 6, 3, 7);
    to[0] = wasm_i64x2_shuffle(a, b, 0, 2);
    to[1] = wasm_i64x2_shuffle(a, b, 1, 3);
    to[2] = wasm_i64x2_shuffle(c, d, 0, 2);
    to[3] = wasm_i64x2_shuffle(c, d, 1, 3);
}
V16_INLINE void v16_transpose(v16 r[16])
{
    v16 t[16];
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            const v128_t rows[4] = {r[4 * i].q[j], r[4 * i + 1].q[j], r[4 * i + 2].q[j],
                                    r[4 * i + 3].q[j]};
            v128_t block[4];
            v16_transpose4(rows, block);
            for (int c = 0; c < 4; c++) t[4 * j + c].q[i] = block[c];
        }
    for (int i = 0; i < 16; i++) r[i] = t[i];
}

/* --- building blocks of the functions; the others are in lanes_words.h --- */

/* swizzle looks up bytes of 16, and gives 0 for the others: word i is bytes 4 i ... 4 i + 3. */
V16_INLINE v16 v16_lookup8(const float table[8], v16u index)
{
    const v128_t lower = wasm_v128_load(table), upper = wasm_v128_load(table + 4);
    v16 r;
    for (int i = 0; i < 4; i++) {
        const v128_t first = wasm_v128_and(index.q[i], wasm_i32x4_const_splat(7));
        const v128_t bytes =
            wasm_i32x4_add(wasm_i32x4_mul(first, wasm_i32x4_const_splat(0x04040404)),
                           wasm_i32x4_const_splat(0x03020100));
        r.q[i] = wasm_v128_or(
            wasm_i8x16_swizzle(lower, bytes),
            wasm_i8x16_swizzle(upper, wasm_i8x16_sub(bytes, wasm_i8x16_const_splat(16))));
    }
    return r;
}

V16_INLINE v16 v16_if_sign(v16 x, v16 a, v16 b)
{
    v16 r;
    for (int i = 0; i < 4; i++)
        r.q[i] = wasm_v128_bitselect(a.q[i], b.q[i], wasm_i32x4_shr(x.q[i], 31));
    return r;
}

/* --- folds: 16 -> 8 -> 4 -> 2 -> 1 --- */
#define V16_FOLD(name, op)                                                                         \
    V16_INLINE float name(v16 a)                                                                   \
    {                                                                                              \
        const v128_t q = op(op(a.q[0], a.q[2]), op(a.q[1], a.q[3]));                               \
        const v128_t d = op(q, wasm_i32x4_shuffle(q, q, 2, 3, 2, 3));                              \
        return wasm_f32x4_extract_lane(op(d, wasm_i32x4_shuffle(d, d, 1, 1, 1, 1)), 0);            \
    }
V16_FOLD(v16_fold_add, wasm_f32x4_add)
V16_FOLD(v16_fold_max, v16_max4)
#undef V16_FOLD
#undef V16_UNARY
#undef V16_BINARY

#include "../core/lanes_words.h"

#endif
