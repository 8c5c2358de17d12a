/* KL(q || N(0, 1)) per row, in nats, of q = mu + sigma eps.
 *
 * Kernels copy their argument struct first: a vector store might alias the original, and the
 * compiler would reload its fields after each.
 */
#ifndef SV_KL_H
#define SV_KL_H

#include "../kernels.h"
#include "names.h"
#include "noise.h"
#include "reduce.h"
#include "vmath.h"

V16_INLINE v16 v16_sigma(v16 logvar) { return v16_exp(v16_mul(logvar, v16_set1(0.5f))); }

/* sigma^2 - 1; v sigma^2 + c of other noise. */
V16_INLINE v16 v16_excess(v16 sigma, v16 c, enum sv_noise noise)
{
    const v16 square = v16_mul(sigma, sigma);
    if (noise == SV_NOISE_NORMAL) return v16_sub(square, v16_set1(1));
    return v16_fma(v16_noise_variance(noise), square, c);
}

/* twice the KL of one element */
V16_INLINE v16 v16_kl2(v16 mu, v16 logvar, v16 sigma, enum sv_noise noise)
{
    return v16_fma(mu, mu, v16_sub(v16_excess(sigma, v16_noise_kappa2(noise), noise), logvar));
}

V16_INLINE void v16_kl_rows(const struct sv_kl *p, bool gradient, enum sv_noise noise)
{
    for (size_t i = 0; i < p->m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p->n; j += 16) {
            v16 u = v16_load_upto(p->mu + i * p->ld + j, p->n - j),
                lv = v16_load_upto(p->logvar + i * p->ld + j, p->n - j);
            v16 sigma = v16_sigma(lv);
            acc = v16_sum_upto(acc, v16_kl2(u, lv, sigma, noise), p->n - j);
            if (!gradient) continue;
            v16 d = v16_mul(v16_set1(0.5f), v16_excess(sigma, v16_set1(-1), noise));
            v16_store_upto(p->dmu + i * p->ldg + j, u, p->n - j);
            v16_store_upto(p->dlogvar + i * p->ldg + j, d, p->n - j);
        }
        p->kl[i] = 0.5f * v16_fold_add(acc);
    }
}

static void SV_FN(kl)(const struct sv_kl *args)
{
    const struct sv_kl p = *args;
    SV_EACH_NOISE(p.noise, v16_kl_rows(&p, false, noise))
}

static void SV_FN(kl_grad)(const struct sv_kl *args)
{
    const struct sv_kl p = *args;
    SV_EACH_NOISE(p.noise, v16_kl_rows(&p, true, noise))
}

#endif
