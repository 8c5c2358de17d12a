/* z = mu + exp(logvar / 2) eps with its KL, and the way back (AEVB, section 2.4).
 *
 * Columns go in groups of 64, as Philox yields them; a group's sigma is kept for all L samples.
 */
#ifndef SV_REPARAM_H
#define SV_REPARAM_H

#include "../kernels.h"
#include "kl.h"
#include "names.h"
#include "reduce.h"
#include "rng.h"

/* One group: columns j ... j + 63 of row i, all samples. Returns acc plus the group's KL terms. */
V16_INLINE v16 v16_reparam_group(const struct sv_reparam *p, size_t i, size_t j, v16 acc)
{
    v16 mu[4], sigma[4], eps[4];
    const size_t left = p->n - j, vectors = left >= 64 ? 4 : (left + 15) / 16;
    for (size_t q = 0; q < vectors; q++) {
        const size_t col = j + 16 * q;
        v16 lv = v16_load_upto(p->logvar + i * p->ld + col, p->n - col);
        mu[q] = v16_load_upto(p->mu + i * p->ld + col, p->n - col);
        sigma[q] = v16_sigma(lv);
        acc = v16_sum_upto(acc, v16_kl2(mu[q], lv, sigma[q]), p->n - col);
    }
    for (size_t r = i * p->samples; r < (i + 1) * p->samples; r++) {
        struct sv_rng rng = p->rng;
        rng.ctr[1] += (uint32_t)r;
        v16_normals(rng, (uint32_t)(j / 64), left, eps);
        for (size_t q = 0; q < vectors; q++) {
            const size_t col = j + 16 * q;
            v16_store_upto(p->eps + r * p->ldz + col, eps[q], p->n - col);
            v16_store_upto(p->z + r * p->ldz + col, v16_fma(sigma[q], eps[q], mu[q]), p->n - col);
        }
    }
    return acc;
}

static void SV_FN(reparam)(const struct sv_reparam *p)
{
    for (size_t i = 0; i < p->m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p->n; j += 64) acc = v16_reparam_group(p, i, j, acc);
        p->kl[i] = 0.5f * v16_fold_add(acc);
    }
}

static void SV_FN(reparam_grad)(const struct sv_reparam_grad *p)
{
    const v16 half = v16_set1(0.5f);
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j += 16) {
            const size_t left = p->n - j;
            v16 dmu = v16_set1(0), dsigma = v16_set1(0);
            for (size_t r = i * p->samples; r < (i + 1) * p->samples; r++) {
                v16 dz = v16_load_upto(p->dz + r * p->ldz + j, left);
                dmu = v16_add(dmu, dz);
                dsigma = v16_fma(dz, v16_load_upto(p->eps + r * p->ldz + j, left), dsigma);
            }
            v16 sigma = v16_sigma(v16_load_upto(p->logvar + i * p->ld + j, left));
            v16 mu = v16_load_upto(p->mu + i * p->ld + j, left);
            v16 dlv = v16_mul(half, v16_fma(sigma, dsigma, v16_excess(sigma)));
            v16_store_upto(p->dmu + i * p->ldg + j, v16_add(dmu, mu), left);
            v16_store_upto(p->dlogvar + i * p->ldg + j, dlv, left);
        }
}

#endif
