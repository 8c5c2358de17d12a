/* KL(N(mu, sigma^2) || N(0, 1)) per row, nats. */
#ifndef SV_KL_H
#define SV_KL_H

#include "names.h"
#include "reduce.h"
#include "vmath.h"

V16_INLINE v16 v16_sigma(v16 logvar) { return v16_exp(v16_mul(logvar, v16_set1(0.5f))); }

/* sigma^2 - 1 */
V16_INLINE v16 v16_excess(v16 sigma) { return v16_sub(v16_mul(sigma, sigma), v16_set1(1)); }

/* twice the KL of one element */
V16_INLINE v16 v16_kl2(v16 mu, v16 logvar, v16 sigma)
{
    return v16_fma(mu, mu, v16_sub(v16_excess(sigma), logvar));
}

static void SV_FN(kl)(size_t m, size_t n, const float *mu, const float *logvar, size_t ld,
                      float *kl)
{
    for (size_t i = 0; i < m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < n; j += 16) {
            v16 lv = v16_load_upto(logvar + i * ld + j, n - j);
            v16 term = v16_kl2(v16_load_upto(mu + i * ld + j, n - j), lv, v16_sigma(lv));
            acc = v16_sum_upto(acc, term, n - j);
        }
        kl[i] = 0.5f * v16_fold_add(acc);
    }
}

static void SV_FN(kl_grad)(size_t m, size_t n, const float *mu, const float *logvar, size_t ld,
                           float *kl, float *dmu, float *dlogvar, size_t ldg)
{
    for (size_t i = 0; i < m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < n; j += 16) {
            v16 u = v16_load_upto(mu + i * ld + j, n - j),
                lv = v16_load_upto(logvar + i * ld + j, n - j);
            v16 sigma = v16_sigma(lv);
            acc = v16_sum_upto(acc, v16_kl2(u, lv, sigma), n - j);
            v16_store_upto(dmu + i * ldg + j, u, n - j);
            v16_store_upto(dlogvar + i * ldg + j, v16_mul(v16_set1(0.5f), v16_excess(sigma)),
                           n - j);
        }
        kl[i] = 0.5f * v16_fold_add(acc);
    }
}

#endif
