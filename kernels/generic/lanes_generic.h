/* Sixteen lanes in plain C: the portable backend, and the definition of what each operation means.
 *
 * v16 holds sixteen floats, v16u sixteen 32-bit words, v16m sixteen truth values. Every backend
 * gives these operations the same bits (NaN payloads apart), so that a kernel body written over
 * them has the same bits everywhere. Loops have constant length, so that the compiler can vectorise
 * them.
 */
#ifndef SV_LANES_H
#define SV_LANES_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    float f[16];
} v16;
typedef struct {
    uint32_t u[16];
} v16u;
typedef struct {
    uint32_t u[16]; /* all ones or all zeros */
} v16m;

#define V16_INLINE static inline __attribute__((always_inline, unused))

/* 1 if a masked load or store costs no more than a whole one. */
enum { V16_MASKS = 0 };

/* How many v16 an element-wise function computes side by side, as the registers allow. */
enum { V16_CHAINS = 1 };
#define V16_EACH for (int i = 0; i < 16; i++)

/* --- memory: any alignment; the _n forms touch the first n <= 16 elements and no byte more --- */
V16_INLINE v16 v16_load(const float *p)
{
    v16 r;
    memcpy(r.f, p, sizeof r.f);
    return r;
}
/* Keeps a loaded value in its register. Otherwise a compiler may load it twice, as memory operands
 * of two instructions, where loads are the bottleneck. */
V16_INLINE v16 v16_once(v16 x) { return x; }
V16_INLINE void v16_store(float *p, v16 x) { memcpy(p, x.f, sizeof x.f); }
V16_INLINE v16 v16_load_n(const float *p, size_t n) /* missing lanes are +0 */
{
    v16 r = {{0}};
    memcpy(r.f, p, n * sizeof *p);
    return r;
}
V16_INLINE void v16_store_n(float *p, v16 x, size_t n) { memcpy(p, x.f, n * sizeof *p); }
V16_INLINE void v16u_store(uint32_t *p, v16u x) { memcpy(p, x.u, sizeof x.u); }
V16_INLINE void v16u_store_n(uint32_t *p, v16u x, size_t n) { memcpy(p, x.u, n * sizeof *p); }
V16_INLINE v16u v16u_load_u8(const uint8_t *p)
{
    v16u r;
    V16_EACH r.u[i] = p[i];
    return r;
}

/* --- constants --- */
V16_INLINE v16 v16_set1(float x)
{
    v16 r;
    V16_EACH r.f[i] = x;
    return r;
}
V16_INLINE v16u v16u_set1(uint32_t x)
{
    v16u r;
    V16_EACH r.u[i] = x;
    return r;
}
V16_INLINE v16u v16u_count(uint32_t first) /* first, first + 1, ..., first + 15 mod 2^32 */
{
    v16u r;
    V16_EACH r.u[i] = first + (uint32_t)i;
    return r;
}

/* --- arithmetic: one IEEE rounding each, to nearest even --- */
#define V16_BINARY(name, expr)                                                                     \
    V16_INLINE v16 v16_##name(v16 a, v16 b)                                                        \
    {                                                                                              \
        v16 r;                                                                                     \
        V16_EACH r.f[i] = (expr);                                                                  \
        return r;                                                                                  \
    }
V16_BINARY(add, a.f[i] + b.f[i])
V16_BINARY(sub, a.f[i] - b.f[i])
V16_BINARY(mul, a.f[i] * b.f[i])
V16_BINARY(div, a.f[i] / b.f[i])
V16_BINARY(min, a.f[i] < b.f[i] ? a.f[i] : b.f[i]) /* b if either is NaN or both are 0 */
V16_BINARY(max, a.f[i] > b.f[i] ? a.f[i] : b.f[i]) /* b if either is NaN or both are 0 */
#undef V16_BINARY

V16_INLINE v16 v16_fma(v16 a, v16 b, v16 c) /* a b + c */
{
    v16 r;
    V16_EACH r.f[i] = fmaf(a.f[i], b.f[i], c.f[i]);
    return r;
}
V16_INLINE v16 v16_fnma(v16 a, v16 b, v16 c) /* c - a b */
{
    v16 r;
    V16_EACH r.f[i] = fmaf(-a.f[i], b.f[i], c.f[i]);
    return r;
}
V16_INLINE v16 v16_sqrt(v16 a)
{
    v16 r;
    V16_EACH r.f[i] = sqrtf(a.f[i]);
    return r;
}

/* --- words --- */
#define V16U_BINARY(name, expr)                                                                    \
    V16_INLINE v16u v16u_##name(v16u a, v16u b)                                                    \
    {                                                                                              \
        v16u r;                                                                                    \
        V16_EACH r.u[i] = (expr);                                                                  \
        return r;                                                                                  \
    }
V16U_BINARY(add, a.u[i] + b.u[i])
V16U_BINARY(sub, a.u[i] - b.u[i])
V16U_BINARY(and, a.u[i] & b.u[i])
V16U_BINARY(or, a.u[i] | b.u[i])
V16U_BINARY(xor, a.u[i] ^ b.u[i])
#undef V16U_BINARY

#define V16U_SHIFT(name, expr)                                                                     \
    V16_INLINE v16u v16u_##name(v16u a, int n)                                                     \
    {                                                                                              \
        v16u r;                                                                                    \
        V16_EACH r.u[i] = (expr);                                                                  \
        return r;                                                                                  \
    }
V16U_SHIFT(shl, a.u[i] << n)
V16U_SHIFT(shr, a.u[i] >> n)
V16U_SHIFT(sra, (a.u[i] >> n) | (a.u[i] >> 31 ? ~(UINT32_MAX >> n) : 0))
#undef V16U_SHIFT

V16_INLINE v16u v16u_mulhilo(v16u a, uint32_t b, v16u *hi) /* returns the low halves of a b */
{
    v16u lo;
    V16_EACH
    {
        uint64_t p = (uint64_t)a.u[i] * b;
        lo.u[i] = (uint32_t)p;
        hi->u[i] = (uint32_t)(p >> 32);
    }
    return lo;
}

/* --- conversions --- */
V16_INLINE v16u v16_bits(v16 a)
{
    v16u r;
    memcpy(&r, &a, sizeof r);
    return r;
}
V16_INLINE v16 v16_from_bits(v16u a)
{
    v16 r;
    memcpy(&r, &a, sizeof r);
    return r;
}
V16_INLINE v16 v16_from_i32(v16u a) /* words read as signed, rounded to nearest */
{
    v16 r;
    V16_EACH r.f[i] = (float)(int32_t)a.u[i];
    return r;
}

/* --- comparison and selection: false where either side is NaN --- */
V16_INLINE v16m v16_lt(v16 a, v16 b)
{
    v16m r;
    V16_EACH r.u[i] = a.f[i] < b.f[i] ? UINT32_MAX : 0;
    return r;
}
V16_INLINE v16m v16_eq(v16 a, v16 b)
{
    v16m r;
    V16_EACH r.u[i] = a.f[i] == b.f[i] ? UINT32_MAX : 0;
    return r;
}
V16_INLINE v16m v16m_first(size_t n) /* lanes 0 ... n - 1 */
{
    v16m r;
    V16_EACH r.u[i] = (size_t)i < n ? UINT32_MAX : 0;
    return r;
}
V16_INLINE v16 v16_select(v16m m, v16 a, v16 b) /* m ? a : b */
{
    v16 r;
    V16_EACH r.f[i] = m.u[i] ? a.f[i] : b.f[i];
    return r;
}
V16_INLINE v16 v16_keep(v16m m, v16 a) { return v16_select(m, a, v16_set1(0)); } /* m ? a : +0 */

/* r[i] lane j becomes r[j] lane i */
V16_INLINE void v16_transpose(v16 r[16])
{
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < i; j++) {
            const float t = r[i].f[j];
            r[i].f[j] = r[j].f[i];
            r[j].f[i] = t;
        }
}

/* --- building blocks of the functions; the others are in lanes_words.h --- */
V16_INLINE v16 v16_lookup8(const float table[8], v16u index) /* table[i mod 8] */
{
    v16 r;
    V16_EACH r.f[i] = table[index.u[i] & 7];
    return r;
}
V16_INLINE v16 v16_if_sign(v16 x, v16 a, v16 b) /* x's sign bit ? a : b */
{
    v16 r;
    V16_EACH r.f[i] = signbit(x.f[i]) ? a.f[i] : b.f[i];
    return r;
}

/* --- the one order in which lanes are summed: 16 -> 8 -> 4 -> 2 -> 1 --- */
V16_INLINE float v16_fold_add(v16 a)
{
    for (int w = 8; w; w /= 2)
        for (int i = 0; i < w; i++) a.f[i] += a.f[i + w];
    return a.f[0];
}
V16_INLINE float v16_fold_max(v16 a) /* a NaN lane may be lost */
{
    for (int w = 8; w; w /= 2)
        for (int i = 0; i < w; i++) a.f[i] = a.f[i] > a.f[i + w] ? a.f[i] : a.f[i + w];
    return a.f[0];
}

#include "../core/lanes_words.h"

#endif
