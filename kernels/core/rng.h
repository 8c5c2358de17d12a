/* Philox4x32-10, uniforms, normals, Bernoulli draws.
 *
 * One call of v16_philox runs sixteen counters and yields four vectors of words: columns 64 g to
 * 64 g + 63 of a row (contracts.h, philox). Normals pair vectors 0 with 1 and 2 with 3.
 */
#ifndef SV_RNG_H
#define SV_RNG_H

#include "../kernels.h"
#include "names.h"
#include "reduce.h"
#include "vmath.h"

/* Multipliers and key increments: Salmon et al. 2011, section 4.3 and table 1. */
#define PHILOX_M0 0xd2511f53u
#define PHILOX_M1 0xcd9e8d57u
#define PHILOX_W0 0x9e3779b9u
#define PHILOX_W1 0xbb67ae85u

V16_INLINE void v16_philox(struct sv_rng rng, uint32_t block, v16u w[4])
{
    v16u c0 = v16u_count(rng.ctr[0] + block), c1 = v16u_set1(rng.ctr[1]);
    v16u c2 = v16u_set1(rng.ctr[2]), c3 = v16u_set1(rng.ctr[3]);
    uint32_t k0 = rng.key[0], k1 = rng.key[1];
    for (int round = 0; round < 10; round++) {
        v16u hi0, hi1;
        v16u lo0 = v16u_mulhilo(c0, PHILOX_M0, &hi0);
        v16u lo1 = v16u_mulhilo(c2, PHILOX_M1, &hi1);
        c0 = v16u_xor(v16u_xor(hi1, c1), v16u_set1(k0));
        c2 = v16u_xor(v16u_xor(hi0, c3), v16u_set1(k1));
        c1 = lo1;
        c3 = lo0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    w[0] = c0;
    w[1] = c1;
    w[2] = c2;
    w[3] = c3;
}

/* (w >> 8) 2^-24: exact, in [0, 1) */
V16_INLINE v16 v16_uniform(v16u w)
{
    return v16_mul(v16_from_i32(v16u_shr(w, 8)), v16_set1(0x1p-24f));
}

/* (w + 1/2) 2^-32 with one rounding, in (0, 1]: 65536 high + (low + 1/2) by a single fma */
V16_INLINE v16 v16_uniform_open(v16u w)
{
    v16 high = v16_from_i32(v16u_shr(w, 16));
    v16 low = v16_from_i32(v16u_and(w, v16u_set1(0xffff)));
    v16 sum = v16_fma(high, v16_set1(0x1p16f), v16_add(low, v16_set1(0.5f)));
    return v16_mul(sum, v16_set1(0x1p-32f));
}

V16_INLINE void v16_box_muller(v16u w0, v16u w1, v16 *y0, v16 *y1)
{
    v16 s, c;
    v16 r = v16_sqrt(v16_mul(v16_set1(-2), v16_log(v16_uniform_open(w0))));
    v16_sincos2pi(v16_uniform(w1), &s, &c);
    *y0 = v16_mul(r, c);
    *y1 = v16_mul(r, s);
}

/* The normals of columns 64 g ... 64 g + 63 of a row, of which the first `left` are needed. */
V16_INLINE void v16_normals(struct sv_rng rng, uint32_t g, size_t left, v16 y[4])
{
    v16u w[4];
    v16_philox(rng, 16 * g, w);
    v16_box_muller(w[0], w[1], &y[0], &y[1]);
    y[2] = y[3] = v16_set1(0);
    if (left > 32) v16_box_muller(w[2], w[3], &y[2], &y[3]);
}

/* Runs statement `emit` for each 16 columns of an m x n matrix of words: w[q] holds those of row i
 * from column col on, of which `left` remain. */
#define SV_EACH_WORD(emit)                                                                         \
    for (size_t i = 0; i < m; i++, rng.ctr[1]++)                                                   \
        for (size_t j = 0; j < n; j += 64) {                                                       \
            v16u w[4];                                                                             \
            v16_philox(rng, (uint32_t)(j / 4), w);                                                 \
            for (size_t q = 0; q < 4 && j + 16 * q < n; q++) {                                     \
                const size_t col = j + 16 * q, left = n - col;                                     \
                emit;                                                                              \
            }                                                                                      \
        }

static void SV_FN(philox)(size_t m, size_t n, struct sv_rng rng, uint32_t *y, size_t ld)
{
    SV_EACH_WORD(if (left >= 16) v16u_store(y + i * ld + col, w[q]);
                 else v16u_store_n(y + i * ld + col, w[q], left))
}

static void SV_FN(uniform)(size_t m, size_t n, struct sv_rng rng, float *y, size_t ld)
{
    SV_EACH_WORD(v16_store_upto(y + i * ld + col, v16_uniform(w[q]), left))
}

static void SV_FN(bernoulli)(size_t m, size_t n, struct sv_rng rng, const float *p, size_t ldp,
                             float *y, size_t ld)
{
    const v16 one = v16_set1(1), zero = v16_set1(0);
    SV_EACH_WORD(v16m hit = v16_lt(v16_uniform(w[q]), v16_load_upto(p + i * ldp + col, left));
                 v16_store_upto(y + i * ld + col, v16_select(hit, one, zero), left))
}

static void SV_FN(normal)(size_t m, size_t n, struct sv_rng rng, float *y, size_t ld)
{
    for (size_t i = 0; i < m; i++, rng.ctr[1]++)
        for (size_t j = 0; j < n; j += 64) {
            v16 v[4];
            v16_normals(rng, (uint32_t)(j / 64), n - j, v);
            for (size_t q = 0; q < 4 && j + 16 * q < n; q++)
                v16_store_upto(y + i * ld + j + 16 * q, v[q], n - j - 16 * q);
        }
}

#undef SV_EACH_WORD
#endif
