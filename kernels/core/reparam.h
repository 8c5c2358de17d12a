/* z = mu + exp(logvar / 2) eps with its KL, the backward pass (AEVB, section 2.4), and
 * log p(z) - log q(z|x).
 *
 * Columns are processed in groups of 64, which one call of v16_philox yields; a group's sigma is
 * kept for all L draws.
 */
#ifndef SV_REPARAM_H
#define SV_REPARAM_H

#include "../kernels.h"
#include "kl.h"
#include "names.h"
#include "noise.h"
#include "reduce.h"
#include "rng.h"

/* One group: columns j ... j + 63 of row i, all draws. Returns acc plus the group's KL terms. */
V16_INLINE v16 v16_reparam_group(const struct sv_reparam *p, size_t i, size_t j, v16 acc,
                                 enum sv_noise noise)
{
    v16 mu[4], sigma[4], eps[4];
    const size_t left = p->n - j, vectors = left >= 64 ? 4 : (left + 15) / 16;
    for (size_t q = 0; q < vectors; q++) {
        const size_t col = j + 16 * q;
        v16 lv = v16_load_upto(p->logvar + i * p->ld + col, p->n - col);
        mu[q] = v16_load_upto(p->mu + i * p->ld + col, p->n - col);
        sigma[q] = v16_sigma(lv);
        acc = v16_sum_upto(acc, v16_kl2(mu[q], lv, sigma[q], noise), p->n - col);
    }
    for (size_t r = i * p->samples; r < (i + 1) * p->samples; r++) {
        struct sv_rng rng = p->rng;
        rng.ctr[1] += (uint32_t)r;
        v16_noise(rng, (uint32_t)(j / 64), left, noise, eps);
        for (size_t q = 0; q < vectors; q++) {
            const size_t col = j + 16 * q;
            v16_store_upto(p->eps + r * p->ldz + col, eps[q], p->n - col);
            v16_store_upto(p->z + r * p->ldz + col, v16_fma(sigma[q], eps[q], mu[q]), p->n - col);
        }
    }
    return acc;
}

V16_INLINE void v16_reparam_rows(const struct sv_reparam *p, enum sv_noise noise)
{
    for (size_t i = 0; i < p->m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p->n; j += 64) acc = v16_reparam_group(p, i, j, acc, noise);
        p->kl[i] = 0.5f * v16_fold_add(acc);
    }
}

static void SV_FN(reparam)(const struct sv_reparam *p){
    SV_EACH_NOISE(p->noise, v16_reparam_rows(p, noise))}

/* Columns j ... j + 15 of row i; weighted: p->c is not NULL. */
V16_INLINE void v16_reparam_grad(const struct sv_reparam_grad *p, size_t i, size_t j, bool weighted,
                                 enum sv_noise noise)
{
    const size_t left = p->n - j, in = i * p->ld + j, out = i * p->ldg + j;
    const v16 beta = v16_set1(p->beta);
    v16 dmu = v16_set1(0), dsigma = v16_set1(0), c = v16_set1(0);
    for (size_t r = i * p->samples; r < (i + 1) * p->samples; r++) {
        v16 g = v16_load_upto(p->dz + r * p->ldz + j, left);
        if (weighted) {
            const v16 cr = v16_set1(p->c[r]);
            g = v16_fma(cr, v16_load_upto(p->z + r * p->ldz + j, left), g);
            c = v16_add(c, cr);
        }
        dmu = v16_add(dmu, g);
        dsigma = v16_fma(g, v16_load_upto(p->eps + r * p->ldz + j, left), dsigma);
    }
    v16 sigma = v16_sigma(v16_load_upto(p->logvar + in, left));
    /* beta (v sigma^2 - 1), with the bits of v16_excess if beta is 1 */
    v16 square = v16_mul(sigma, sigma);
    v16 scale = noise == SV_NOISE_NORMAL ? beta : v16_mul(beta, v16_noise_variance(noise));
    v16 excess = v16_fma(scale, square, v16_set1(-p->beta));
    v16 dlv = v16_fma(sigma, dsigma, excess);
    if (weighted) dlv = v16_sub(dlv, c);
    v16_store_upto(p->dmu + out, v16_fma(beta, v16_load_upto(p->mu + in, left), dmu), left);
    v16_store_upto(p->dlogvar + out, v16_mul(v16_set1(0.5f), dlv), left);
}

V16_INLINE void v16_reparam_grad_rows(const struct sv_reparam_grad *p, bool weighted,
                                      enum sv_noise noise)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j += 16) v16_reparam_grad(p, i, j, weighted, noise);
}

static void SV_FN(reparam_grad)(const struct sv_reparam_grad *args)
{
    const struct sv_reparam_grad p = *args;
    if (p.c)
        SV_EACH_NOISE(p.noise, v16_reparam_grad_rows(&p, true, noise))
    else
        SV_EACH_NOISE(p.noise, v16_reparam_grad_rows(&p, false, noise))
}

V16_INLINE void v16_log_ratio_rows(const struct sv_log_ratio *p, enum sv_noise noise)
{
    for (size_t r = 0; r < p->m * p->samples; r++) {
        const float *logvar = p->logvar + r / p->samples * p->ld;
        const float *z = p->z + r * p->ldz, *eps = p->eps + r * p->ldz;
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p->n; j += 16) {
            const size_t left = p->n - j;
            v16 vz = v16_load_upto(z + j, left), ve = v16_load_upto(eps + j, left);
            v16 rest = v16_fnma(vz, vz, v16_load_upto(logvar + j, left));
            acc = v16_sum_upto(acc, v16_noise_ratio2(ve, rest, noise), left);
        }
        p->y[r] = 0.5f * v16_fold_add(acc);
    }
}

static void SV_FN(log_ratio)(const struct sv_log_ratio *p)
{
    SV_EACH_NOISE(p->noise, v16_log_ratio_rows(p, noise))
}

#endif
