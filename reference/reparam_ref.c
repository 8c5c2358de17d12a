#include "real.h"

/* z = mu + sigma eps, eps ~ N(0, I), L samples per row; and KL(q || N(0, I)) */
void REF(reparam)(const struct SV_T(reparam) * p)
{
    const size_t samples = p->samples;
    REF(normal)(p->m * samples, p->n, p->rng, p->eps, p->ldz);
    REF(kl)
    (&(struct SV_T(kl)){
        .m = p->m, .n = p->n, .mu = p->mu, .logvar = p->logvar, .ld = p->ld, .kl = p->kl});
    for (size_t r = 0; r < p->m * samples; r++)
        for (size_t j = 0; j < p->n; j++) {
            const size_t ij = r / samples * p->ld + j, rj = r * p->ldz + j;
            p->z[rj] = p->mu[ij] + exp(p->logvar[ij] / 2) * p->eps[rj];
        }
}

/* dmu = mu + sum_l dz_l,  dlogvar = (sigma^2 - 1)/2 + sigma/2 sum_l dz_l eps_l */
void REF(reparam_grad)(const struct SV_T(reparam_grad) * p)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            const size_t ij = i * p->ld + j, out = i * p->ldg + j;
            real dmu = 0, dsigma = 0;
            for (size_t l = 0; l < p->samples; l++) {
                const size_t rj = (i * p->samples + l) * p->ldz + j;
                dmu += p->dz[rj];
                dsigma += p->dz[rj] * p->eps[rj];
            }
            const real sigma = exp(p->logvar[ij] / 2);
            p->dmu[out] = p->mu[ij] + dmu;
            p->dlogvar[out] = half * (sigma * sigma - 1) + half * sigma * dsigma;
        }
}
