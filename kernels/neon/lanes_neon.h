/* Sixteen lanes as four q registers of 64-bit Arm. lanes_generic.h says what each operation means.
 *
 * Lane i is element i % 4 of q[i / 4]. Tails are made of accesses of 16, 8 and 4 bytes. NEON's
 * minimum and maximum return NaN if either operand is NaN, but lanes_generic.h requires the second
 * operand: so here they are a comparison and a selection.
 */
#ifndef SV_LANES_H
#define SV_LANES_H

#include <arm_neon.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    float32x4_t q[4];
} v16;
typedef struct {
    uint32x4_t q[4];
} v16u;
typedef struct {
    uint32x4_t q[4]; /* all ones or all zeros */
} v16m;

#define V16_INLINE static inline __attribute__((always_inline, unused))

/* 1 if a masked load or store costs no more than a whole one. */
enum { V16_MASKS = 0 };

/* How many v16 an element-wise function computes side by side, as the registers allow. */
enum { V16_CHAINS = 1 };

/* An operation on each of the four q registers. */
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
    return (v16){{vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}};
}
V16_INLINE v16 v16_once(v16 x)
{
    __asm__("" : "+w"(x.q[0]), "+w"(x.q[1]), "+w"(x.q[2]), "+w"(x.q[3]));
    return x;
}

/* Loads elements i < last of a quarter and +0 for the others; last may be below 0 or above 4. */
V16_INLINE float32x4_t v16_load4(const float *p, ptrdiff_t last)
{
    float32x4_t x = vdupq_n_f32(0);
    if (last >= 4) return vld1q_f32(p);
    if (last == 1) x = vld1q_lane_f32(p, x, 0);
    if (last >= 2) x = vcombine_f32(vld1_f32(p), vdup_n_f32(0));
    if (last == 3) x = vld1q_lane_f32(p + 2, x, 2);
    return x;
}
V16_INLINE v16 v16_load_n(const float *p, size_t n)
{
    const ptrdiff_t last = (ptrdiff_t)n;
    return (v16){{v16_load4(p, last), v16_load4(p + 4, last - 4), v16_load4(p + 8, last - 8),
                  v16_load4(p + 12, last - 12)}};
}

/* Stores of floats and of words: vst1q_f32, vst1q_u32 ... */
#define V16_STORES(v, to, type)                                                                    \
    V16_INLINE void v##_store(to *p, v x)                                                          \
    {                                                                                              \
        vst1q_##type(p, x.q[0]);                                                                   \
        vst1q_##type(p + 4, x.q[1]);                                                               \
        vst1q_##type(p + 8, x.q[2]);                                                               \
        vst1q_##type(p + 12, x.q[3]);                                                              \
    }                                                                                              \
    V16_INLINE void v##_store_n(to *p, v x, size_t n)                                              \
    {                                                                                              \
        for (int i = 0; i < 4 && n; i++, p += 4) {                                                 \
            if (n >= 4) {                                                                          \
                vst1q_##type(p, x.q[i]);                                                           \
                n -= 4;                                                                            \
                continue;                                                                          \
            }                                                                                      \
            if (n == 1) vst1q_lane_##type(p, x.q[i], 0);                                           \
            if (n >= 2) vst1_##type(p, vget_low_##type(x.q[i]));                                   \
            if (n == 3) vst1q_lane_##type(p + 2, x.q[i], 2);                                       \
            n = 0;                                                                                 \
        }                                                                                          \
    }
V16_STORES(v16, float, f32)
V16_STORES(v16u, uint32_t, u32)
#undef V16_STORES

/* --- conversions --- */
V16_UNARY(v16u, v16_bits, v16, vreinterpretq_u32_f32)
V16_UNARY(v16, v16_from_bits, v16u, vreinterpretq_f32_u32)
V16_INLINE float32x4_t v16_from_i32x4(uint32x4_t a)
{
    return vcvtq_f32_s32(vreinterpretq_s32_u32(a));
}
V16_UNARY(v16, v16_from_i32, v16u, v16_from_i32x4)

V16_INLINE v16u v16u_load_u8(const uint8_t *p)
{
    const uint8x16_t bytes = vld1q_u8(p);
    const uint16x8_t lo = vmovl_u8(vget_low_u8(bytes)), hi = vmovl_high_u8(bytes);
    return (v16u){{vmovl_u16(vget_low_u16(lo)), vmovl_high_u16(lo), vmovl_u16(vget_low_u16(hi)),
                   vmovl_high_u16(hi)}};
}

/* --- constants --- */
V16_INLINE v16 v16_set1(float x)
{
    const float32x4_t q = vdupq_n_f32(x);
    return (v16){{q, q, q, q}};
}
V16_INLINE v16u v16u_set1(uint32_t x)
{
    const uint32x4_t q = vdupq_n_u32(x);
    return (v16u){{q, q, q, q}};
}
static const uint32_t v16_lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

V16_INLINE v16u v16u_count(uint32_t first)
{
    const uint32x4_t f = vdupq_n_u32(first);
    return (v16u){{vaddq_u32(f, vld1q_u32(v16_lanes)), vaddq_u32(f, vld1q_u32(v16_lanes + 4)),
                   vaddq_u32(f, vld1q_u32(v16_lanes + 8)),
                   vaddq_u32(f, vld1q_u32(v16_lanes + 12))}};
}

/* --- arithmetic and words --- */
V16_INLINE float32x4_t v16_min4(float32x4_t a, float32x4_t b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}
V16_INLINE float32x4_t v16_max4(float32x4_t a, float32x4_t b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}
V16_BINARY(v16, v16_add, v16, vaddq_f32)
V16_BINARY(v16, v16_sub, v16, vsubq_f32)
V16_BINARY(v16, v16_mul, v16, vmulq_f32)
V16_BINARY(v16, v16_div, v16, vdivq_f32)
V16_BINARY(v16, v16_min, v16, v16_min4)
V16_BINARY(v16, v16_max, v16, v16_max4)
V16_UNARY(v16, v16_sqrt, v16, vsqrtq_f32)
V16_BINARY(v16u, v16u_add, v16u, vaddq_u32)
V16_BINARY(v16u, v16u_sub, v16u, vsubq_u32)
V16_BINARY(v16u, v16u_and, v16u, vandq_u32)
V16_BINARY(v16u, v16u_or, v16u, vorrq_u32)
V16_BINARY(v16u, v16u_xor, v16u, veorq_u32)

V16_INLINE v16 v16_fma(v16 a, v16 b, v16 c)
{
    return (v16){{vfmaq_f32(c.q[0], a.q[0], b.q[0]), vfmaq_f32(c.q[1], a.q[1], b.q[1]),
                  vfmaq_f32(c.q[2], a.q[2], b.q[2]), vfmaq_f32(c.q[3], a.q[3], b.q[3])}};
}
V16_INLINE v16 v16_fnma(v16 a, v16 b, v16 c)
{
    return (v16){{vfmsq_f32(c.q[0], a.q[0], b.q[0]), vfmsq_f32(c.q[1], a.q[1], b.q[1]),
                  vfmsq_f32(c.q[2], a.q[2], b.q[2]), vfmsq_f32(c.q[3], a.q[3], b.q[3])}};
}

/* By the compiler's vector operators, because the intrinsics need a literal count. */
V16_INLINE v16u v16u_shl(v16u a, int n)
{
    return (v16u){{a.q[0] << n, a.q[1] << n, a.q[2] << n, a.q[3] << n}};
}
V16_INLINE v16u v16u_shr(v16u a, int n)
{
    return (v16u){{a.q[0] >> n, a.q[1] >> n, a.q[2] >> n, a.q[3] >> n}};
}
V16_INLINE uint32x4_t v16_sra4(uint32x4_t a, int n)
{
    return vreinterpretq_u32_s32(vreinterpretq_s32_u32(a) >> n);
}
V16_INLINE v16u v16u_sra(v16u a, int n)
{
    return (v16u){
        {v16_sra4(a.q[0], n), v16_sra4(a.q[1], n), v16_sra4(a.q[2], n), v16_sra4(a.q[3], n)}};
}

/* Two 64-bit products per register: even words are the low halves, odd words the high halves. */
V16_INLINE uint32x4_t v16_mulhilo4(uint32x4_t a, uint32x4_t b, uint32x4_t *hi)
{
    const uint32x4_t p = vreinterpretq_u32_u64(vmull_u32(vget_low_u32(a), vget_low_u32(b)));
    const uint32x4_t r = vreinterpretq_u32_u64(vmull_high_u32(a, b));
    *hi = vuzp2q_u32(p, r);
    return vuzp1q_u32(p, r);
}
V16_INLINE v16u v16u_mulhilo(v16u a, uint32_t b, v16u *hi)
{
    const uint32x4_t m = vdupq_n_u32(b);
    return (v16u){{v16_mulhilo4(a.q[0], m, &hi->q[0]), v16_mulhilo4(a.q[1], m, &hi->q[1]),
                   v16_mulhilo4(a.q[2], m, &hi->q[2]), v16_mulhilo4(a.q[3], m, &hi->q[3])}};
}

/* --- comparison and selection --- */
V16_BINARY(v16m, v16_lt, v16, vcltq_f32)
V16_BINARY(v16m, v16_eq, v16, vceqq_f32)
V16_INLINE v16m v16m_first(size_t n)
{
    const uint32x4_t m = vdupq_n_u32((uint32_t)n);
    return (v16m){{vcltq_u32(vld1q_u32(v16_lanes), m), vcltq_u32(vld1q_u32(v16_lanes + 4), m),
                   vcltq_u32(vld1q_u32(v16_lanes + 8), m),
                   vcltq_u32(vld1q_u32(v16_lanes + 12), m)}};
}
V16_INLINE v16 v16_select(v16m m, v16 a, v16 b)
{
    return (v16){{vbslq_f32(m.q[0], a.q[0], b.q[0]), vbslq_f32(m.q[1], a.q[1], b.q[1]),
                  vbslq_f32(m.q[2], a.q[2], b.q[2]), vbslq_f32(m.q[3], a.q[3], b.q[3])}};
}
V16_INLINE v16 v16_keep(v16m m, v16 a)
{
    const v16u kept = v16u_and((v16u){{m.q[0], m.q[1], m.q[2], m.q[3]}}, v16_bits(a));
    return v16_from_bits(kept);
}

/* Transposes a 4 x 4 block: pairs of elements, then pairs of pairs. */
V16_INLINE void v16_transpose4(float32x4_t r0, float32x4_t r1, float32x4_t r2, float32x4_t r3,
                               float32x4_t to[4])
{
    const float64x2_t even = vreinterpretq_f64_f32(vtrn1q_f32(r0, r1));
    const float64x2_t odd = vreinterpretq_f64_f32(vtrn2q_f32(r0, r1));
    const float64x2_t even2 = vreinterpretq_f64_f32(vtrn1q_f32(r2, r3));
    const float64x2_t odd2 = vreinterpretq_f64_f32(vtrn2q_f32(r2, r3));
    to[0] = vreinterpretq_f32_f64(vtrn1q_f64(even, even2));
    to[1] = vreinterpretq_f32_f64(vtrn1q_f64(odd, odd2));
    to[2] = vreinterpretq_f32_f64(vtrn2q_f64(even, even2));
    to[3] = vreinterpretq_f32_f64(vtrn2q_f64(odd, odd2));
}
V16_INLINE void v16_transpose(v16 r[16])
{
    v16 t[16];
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            float32x4_t block[4];
            v16_transpose4(r[4 * i].q[j], r[4 * i + 1].q[j], r[4 * i + 2].q[j], r[4 * i + 3].q[j],
                           block);
            for (int c = 0; c < 4; c++) t[4 * j + c].q[i] = block[c];
        }
    for (int i = 0; i < 16; i++) r[i] = t[i];
}

/* --- building blocks of the functions; the others are in lanes_words.h --- */

/* tbl looks up bytes: word i of the table is bytes 4 i ... 4 i + 3. */
V16_INLINE float32x4_t v16_lookup4(uint8x16x2_t table, uint32x4_t i)
{
    const uint32x4_t first = vandq_u32(i, vdupq_n_u32(7));
    const uint32x4_t bytes = vmlaq_u32(vdupq_n_u32(0x03020100), first, vdupq_n_u32(0x04040404));
    return vreinterpretq_f32_u8(vqtbl2q_u8(table, vreinterpretq_u8_u32(bytes)));
}
V16_INLINE v16 v16_lookup8(const float table[8], v16u i)
{
    const uint8x16x2_t t = {
        {vreinterpretq_u8_f32(vld1q_f32(table)), vreinterpretq_u8_f32(vld1q_f32(table + 4))}};
    return (v16){{v16_lookup4(t, i.q[0]), v16_lookup4(t, i.q[1]), v16_lookup4(t, i.q[2]),
                  v16_lookup4(t, i.q[3])}};
}

V16_INLINE uint32x4_t v16_sign4(float32x4_t x) { return vcltzq_s32(vreinterpretq_s32_f32(x)); }
V16_UNARY(v16m, v16_negative, v16, v16_sign4)
V16_INLINE v16 v16_if_sign(v16 x, v16 a, v16 b) { return v16_select(v16_negative(x), a, b); }

/* --- folds: 16 -> 8 -> 4 -> 2 -> 1 --- */
V16_INLINE float32x2_t v16_max2(float32x2_t a, float32x2_t b)
{
    return vbsl_f32(vcgt_f32(a, b), a, b);
}
#define V16_FOLD(name, op4, op2)                                                                   \
    V16_INLINE float name(v16 a)                                                                   \
    {                                                                                              \
        const float32x4_t q = op4(op4(a.q[0], a.q[2]), op4(a.q[1], a.q[3]));                       \
        const float32x2_t d = op2(vget_low_f32(q), vget_high_f32(q));                              \
        return vget_lane_f32(op2(d, vdup_lane_f32(d, 1)), 0);                                      \
    }
V16_FOLD(v16_fold_add, vaddq_f32, vadd_f32)
V16_FOLD(v16_fold_max, v16_max4, v16_max2)
#undef V16_FOLD
#undef V16_UNARY
#undef V16_BINARY

#include "../core/lanes_words.h"

#endif
