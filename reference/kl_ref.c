#include "real.h"

/* KL = 1/2 sum_j (mu^2 + sigma^2 - 1 - log sigma^2) */
void REF(kl)(size_t m, size_t n, const real *mu, const real *logvar, size_t ld, real *kl)
{
    for (size_t i = 0; i < m; i++) {
        kl[i] = 0;
        for (size_t j = 0; j < n; j++) {
            const real u = mu[i * ld + j], lv = logvar[i * ld + j];
            kl[i] += half * (u * u + exp(lv) - 1 - lv);
        }
    }
}

void REF(kl_grad)(size_t m, size_t n, const real *mu, const real *logvar, size_t ld, real *kl,
                  real *dmu, real *dlogvar, size_t ldg)
{
    REF(kl)(m, n, mu, logvar, ld, kl);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            dmu[i * ldg + j] = mu[i * ld + j];
            dlogvar[i * ldg + j] = half * (exp(logvar[i * ld + j]) - 1);
        }
}
