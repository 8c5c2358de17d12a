/* Densities of eps in z = mu + sigma eps (contracts.h, kl and reparam). Each kernel is compiled once for
 * each, `noise` being a constant there. */
#ifndef SV_NOISE_H
#define SV_NOISE_H

#include "../kernels.h"
#include "reduce.h"
#include "rng.h"
#include "vmath.h"

/* Runs `call` with `noise` a constant. */
#define SV_EACH_NOISE(of, call)                                                                    \
    switch (of) {                                                                                  \
    case SV_NOISE_LAPLACE: {                                                                       \
        const enum sv_noise noise = SV_NOISE_LAPLACE;                                              \
        call;                                                                                      \
        break;                                                                                     \
    }                                                                                              \
    case SV_NOISE_LOGISTIC: {                                                                      \
        const enum sv_noise noise = SV_NOISE_LOGISTIC;                                             \
        call;                                                                                      \
        break;                                                                                     \
    }                                                                                              \
    default: {                                                                                     \
        const enum sv_noise noise = SV_NOISE_NORMAL;                                               \
        call;                                                                                      \
    }                                                                                              \
    }

/* The variance v of eps: 2; pi^2 / 3. */
V16_INLINE v16 v16_noise_variance(enum sv_noise noise)
{
    return v16_set1(noise == SV_NOISE_LAPLACE ? 2 : 0x1.a51a66p+1f);
}

/* 2 kappa: log(pi / 2) - 2; log 2 pi - 4. */
V16_INLINE v16 v16_noise_kappa2(enum sv_noise noise)
{
    return v16_set1(noise == SV_NOISE_LAPLACE ? -0x1.8c6514p+0f : -0x1.14c072p+1f);
}

/* ((w >> 1) + 1/2) 2^-31 with one rounding, in (0, 1] */
V16_INLINE v16 v16_uniform_half(v16u w)
{
    v16 high = v16_from_i32(v16u_shr(w, 17));
    v16 low = v16_from_i32(v16u_and(v16u_shr(w, 1), v16u_set1(0xffff)));
    v16 sum = v16_fma(high, v16_set1(0x1p16f), v16_add(low, v16_set1(0.5f)));
    return v16_mul(sum, v16_set1(0x1p-31f));
}

/* eps of a word; not the normal, which takes two. */
V16_INLINE v16 v16_noise_of(v16u w, enum sv_noise noise)
{
    const v16 u = v16_uniform_half(w), one = v16_set1(1);
    const v16u odd = v16u_shl(w, 31);
    if (noise == SV_NOISE_LAPLACE) /* log u <= 0: an even word turns its sign */
        return v16_flip(v16_log(u), v16u_xor(odd, v16u_set1(0x80000000)));
    return v16_flip(v16_log1p(v16_div(v16_mul(v16_set1(2), v16_sub(one, u)), u)), odd);
}

/* The eps of columns 64 g ... 64 g + 63 of a row, of which the first `left` are needed. */
V16_INLINE void v16_noise(struct sv_rng rng, uint32_t g, size_t left, enum sv_noise noise, v16 y[4])
{
    v16u w[4];
    if (noise == SV_NOISE_NORMAL) {
        v16_normals(rng, g, left, y);
        return;
    }
    v16_philox(rng, 16 * g, w);
    for (size_t q = 0; q < 4; q++) y[q] = left > 16 * q ? v16_noise_of(w[q], noise) : v16_set1(0);
}

/* h(eps) - z^2 + logvar: twice an element's log p(z) - log q(z). */
V16_INLINE v16 v16_noise_ratio2(v16 eps, v16 rest, enum sv_noise noise)
{
    if (noise == SV_NOISE_NORMAL) return v16_fma(eps, eps, rest);
    const v16 size = v16_abs(eps), two = v16_set1(2);
    if (noise == SV_NOISE_LAPLACE) /* log(2 / pi) */
        return v16_fma(two, size, v16_add(rest, v16_set1(-0x1.ce6bb2p-2f)));
    const v16 tail = v16_log1p(v16_exp(v16_flip(size, v16u_set1(0x80000000))));
    const v16 h = v16_fma(v16_set1(4), tail, v16_set1(-0x1.d67f1cp+0f)); /* less log 2 pi */
    return v16_fma(two, size, v16_add(rest, h));
}

#endif
