#include "real.h"

/* z = mu + sigma eps, eps ~ N(0, I), L draws per row; and KL(q || N(0, I)) */
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

/* dmu = beta mu + sum_l g_l,
 * dlogvar = beta (sigma^2 - 1)/2 + sigma/2 sum_l g_l eps_l - 1/2 sum_l c_l,
 * g_l = dz_l + c_l z_l */
void REF(reparam_grad)(const struct SV_T(reparam_grad) * p)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            const size_t ij = i * p->ld + j, out = i * p->ldg + j;
            real dmu = 0, dsigma = 0, c = 0;
            for (size_t r = i * p->samples; r < (i + 1) * p->samples; r++) {
                const size_t rj = r * p->ldz + j;
                const real g = p->dz[rj] + (p->c ? p->c[r] * p->z[rj] : 0);
                dmu += g;
                dsigma += g * p->eps[rj];
                if (p->c) c += p->c[r];
            }
            const real sigma = exp(p->logvar[ij] / 2), excess = p->beta * (sigma * sigma) - p->beta;
            p->dmu[out] = p->beta * p->mu[ij] + dmu;
            p->dlogvar[out] = half * (excess + sigma * dsigma - c);
        }
}

/* log p(z) - log q(z|x) = 1/2 sum_j (eps^2 + logvar - z^2),  z = mu + sigma eps */
void REF(log_ratio)(const struct SV_T(log_ratio) * p)
{
    for (size_t r = 0; r < p->m * p->samples; r++) {
        p->y[r] = 0;
        for (size_t j = 0; j < p->n; j++) {
            const real z = p->z[r * p->ldz + j], eps = p->eps[r * p->ldz + j];
            p->y[r] += half * (eps * eps + p->logvar[r / p->samples * p->ld + j] - z * z);
        }
    }
}
