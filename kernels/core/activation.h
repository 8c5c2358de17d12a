/* Element-wise functions and derivatives. One wide loop, one masked tail. */
#ifndef SV_ACTIVATION_H
#define SV_ACTIVATION_H

#include "names.h"
#include "vmath.h"

/* The maximum may be -0; adding 0 makes it +0. */
V16_INLINE v16 v16_relu(v16 x) { return v16_add(v16_max(v16_set1(0), x), v16_set1(0)); }

/* dy f'(x), from y = f(x) */
V16_INLINE v16 v16_tanh_grad(v16 y, v16 dy) { return v16_mul(dy, v16_fnma(y, y, v16_set1(1))); }
V16_INLINE v16 v16_sigmoid_grad(v16 y, v16 dy)
{
    return v16_mul(dy, v16_mul(y, v16_sub(v16_set1(1), y)));
}
V16_INLINE v16 v16_softplus_grad(v16 y, v16 dy)
{
    v16 neg = v16_flip(y, v16u_set1(0x80000000));
    return v16_mul(dy, v16_sub(v16_set1(1), v16_exp(neg)));
}
V16_INLINE v16 v16_relu_grad(v16 y, v16 dy) /* NaN where y is NaN */
{
    v16 slope = v16_select(v16_lt(v16_set1(0), y), v16_set1(1), v16_set1(0));
    return v16_mul(dy, v16_select(v16_eq(y, y), slope, y));
}

/* Several vectors are computed side by side, so that they hide each other's latencies. */
#define SV_MAP(name)                                                                               \
    static void SV_FN(name)(size_t n, const float *x, float *y)                                    \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (v16 v[V16_CHAINS]; i + 16 * V16_CHAINS <= n; i += 16 * V16_CHAINS) {                  \
            for (int c = 0; c < V16_CHAINS; c++) v[c] = v16_##name(v16_load(x + i + 16 * c));      \
            for (int c = 0; c < V16_CHAINS; c++) v16_store(y + i + 16 * c, v[c]);                  \
        }                                                                                          \
        for (; i + 16 <= n; i += 16) v16_store(y + i, v16_##name(v16_load(x + i)));                \
        if (i < n) v16_store_n(y + i, v16_##name(v16_load_n(x + i, n - i)), n - i);                \
    }
SV_MAP(exp)
SV_MAP(log)
SV_MAP(log1p)
SV_MAP(tanh)
SV_MAP(relu)
SV_MAP(exp_neg_abs)
#undef SV_MAP

/* Functions of e = exp(-|x|) take two passes over a block in L1. In one pass the dependency chain
 * from x to y would be so long that too few of them fit a CPU's out-of-order window. */
enum { V16_BLOCK = 1024 };

#define SV_MAP_FROM_EXP(name)                                                                      \
    static void SV_FN(name)(size_t n, const float *x, float *y)                                    \
    {                                                                                              \
        _Alignas(64) float e[V16_BLOCK];                                                           \
        for (size_t b = 0; b < n; b += V16_BLOCK, x += V16_BLOCK, y += V16_BLOCK) {                \
            const size_t left = n - b < V16_BLOCK ? n - b : V16_BLOCK;                             \
            SV_FN(exp_neg_abs)(left, x, e);                                                        \
            size_t i = 0;                                                                          \
            for (; i + 16 <= left; i += 16)                                                        \
                v16_store(y + i, v16_##name##_from(v16_load(x + i), v16_load(e + i)));             \
            if (i == left) continue;                                                               \
            const v16 vx = v16_load_n(x + i, left - i), ve = v16_load_n(e + i, left - i);          \
            v16_store_n(y + i, v16_##name##_from(vx, ve), left - i);                               \
        }                                                                                          \
    }
SV_MAP_FROM_EXP(sigmoid)
SV_MAP_FROM_EXP(softplus)
#undef SV_MAP_FROM_EXP

#define SV_MAP_GRAD(name)                                                                          \
    static void SV_FN(name)(size_t n, const float *y, const float *dy, float *dx)                  \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + 16 <= n; i += 16)                                                               \
            v16_store(dx + i, v16_##name(v16_load(y + i), v16_load(dy + i)));                      \
        if (i == n) return;                                                                        \
        v16 tail = v16_##name(v16_load_n(y + i, n - i), v16_load_n(dy + i, n - i));                \
        v16_store_n(dx + i, tail, n - i);                                                          \
    }
SV_MAP_GRAD(tanh_grad)
SV_MAP_GRAD(sigmoid_grad)
SV_MAP_GRAD(softplus_grad)
SV_MAP_GRAD(relu_grad)
#undef SV_MAP_GRAD

static void SV_FN(sincos2pi)(size_t n, const float *x, float *s, float *c)
{
    v16 vs, vc;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        v16_sincos2pi(v16_load(x + i), &vs, &vc);
        v16_store(s + i, vs);
        v16_store(c + i, vc);
    }
    if (i == n) return;
    v16_sincos2pi(v16_load_n(x + i, n - i), &vs, &vc);
    v16_store_n(s + i, vs, n - i);
    v16_store_n(c + i, vc, n - i);
}

#endif
