#include "real.h"

/* One block of Philox4x32-10 (Salmon et al. 2011): word `word` of counter c under key k */
static uint32_t philox(const uint32_t key[2], const uint32_t counter[4], size_t word)
{
    uint32_t k0 = key[0], k1 = key[1];
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xd2511f53 * c[0], p1 = (uint64_t)0xcd9e8d57 * c[2];
        c[0] = (uint32_t)(p1 >> 32) ^ c[1] ^ k0;
        c[1] = (uint32_t)p1;
        c[2] = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
        c[3] = (uint32_t)p0;
        k0 += 0x9e3779b9;
        k1 += 0xbb67ae85;
    }
    return c[word];
}

static uint32_t word_at(struct sv_rng rng, size_t i, size_t j)
{
    const uint32_t block = (uint32_t)(16 * (j / 64) + j % 16);
    const uint32_t counter[4] = {rng.ctr[0] + block, rng.ctr[1] + (uint32_t)i, rng.ctr[2],
                                 rng.ctr[3]};
    return philox(rng.key, counter, j / 16 % 4);
}

static real uniform_at(struct sv_rng rng, size_t i, size_t j)
{
    return (real)(word_at(rng, i, j) >> 8) / 16777216;
}

void REF(philox)(size_t m, size_t n, struct sv_rng rng, uint32_t *y, size_t ld)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) y[i * ld + j] = word_at(rng, i, j);
}

void REF(uniform)(size_t m, size_t n, struct sv_rng rng, real *y, size_t ld)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) y[i * ld + j] = uniform_at(rng, i, j);
}

void REF(bernoulli)(size_t m, size_t n, struct sv_rng rng, const real *p, size_t ldp, real *y,
                    size_t ldy)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) y[i * ldy + j] = uniform_at(rng, i, j) < p[i * ldp + j];
}

/* Box-Muller with r = sqrt(-2 log u1): r cos(2 pi u2) in column `even`, r sin(2 pi u2) 16 columns
 * on. u1 and u2 are floats by definition, whatever `real` is. */
static real normal_at(struct sv_rng rng, size_t i, size_t j)
{
    const size_t even = j - j % 32 + j % 16;
    const float u1 = (float)((word_at(rng, i, even) + 0.5) / 4294967296.0);
    const real u2 = uniform_at(rng, i, even + 16);
    const real r = sqrt(-2 * log((real)u1));
    real s, c;
    REF(sincos2pi)(1, &u2, &s, &c);
    return j == even ? r * c : r * s;
}

void REF(normal)(size_t m, size_t n, struct sv_rng rng, real *y, size_t ld)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) y[i * ld + j] = normal_at(rng, i, j);
}
