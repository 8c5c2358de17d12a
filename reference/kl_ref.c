#include "real.h"

/* KL = 1/2 sum_j (mu^2 + v sigma^2 + 2 kappa - log sigma^2); of normal eps v = 1, 2 kappa = -1 */
void REF(kl)(const struct SV_T(kl) * p)
{
    for (size_t i = 0; i < p->m; i++) {
        p->kl[i] = 0;
        for (size_t j = 0; j < p->n; j++) {
            const real mu = p->mu[i * p->ld + j], logvar = p->logvar[i * p->ld + j];
            p->kl[i] += half * (mu * mu + noise_variance(p->noise) * exp(logvar) +
                                noise_kappa2(p->noise) - logvar);
        }
    }
}

void REF(kl_grad)(const struct SV_T(kl) * p)
{
    REF(kl)(p);
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            const real mu = p->mu[i * p->ld + j], logvar = p->logvar[i * p->ld + j];
            p->dmu[i * p->ldg + j] = mu;
            p->dlogvar[i * p->ldg + j] = half * (noise_variance(p->noise) * exp(logvar) - 1);
        }
}
