#include "real.h"

/* eps from the word w: its size by the inverse of the distribution function, at a u that is a float by
 * definition; its sign is w's last bit. */
static real eps_of(uint32_t w, enum sv_noise noise)
{
    const float u = (float)(((w >> 1) + 0.5) / 2147483648.0);
    const real size =
        noise == SV_NOISE_LAPLACE ? -log((real)u) : log1p(2 * (1 - (real)u) / (real)u);
    return w % 2 ? -size : size;
}

static void draw_eps(const struct SV_T(reparam) * p)
{
    if (p->noise == SV_NOISE_NORMAL) {
        REF(normal)(p->m * p->samples, p->n, p->rng, p->eps, p->ldz);
        return;
    }
    struct sv_rng rng = p->rng;
    for (size_t r = 0; r < p->m * p->samples; r++, rng.ctr[1]++)
        for (size_t j = 0; j < p->n; j++) {
            struct sv_rng at = rng;
            uint32_t w[64];
            at.ctr[0] += (uint32_t)(16 * (j / 64));
            REF(philox)(1, j % 64 + 1, at, w, 64);
            p->eps[r * p->ldz + j] = eps_of(w[j % 64], p->noise);
        }
}

/* z = mu + sigma eps, L draws per row; and KL(q || N(0, I)) */
void REF(reparam)(const struct SV_T(reparam) * p)
{
    const size_t samples = p->samples;
    draw_eps(p);
    REF(kl)
    (&(struct SV_T(kl)){.m = p->m,
                        .n = p->n,
                        .mu = p->mu,
                        .logvar = p->logvar,
                        .ld = p->ld,
                        .kl = p->kl,
                        .noise = p->noise});
    for (size_t r = 0; r < p->m * samples; r++)
        for (size_t j = 0; j < p->n; j++) {
            const size_t ij = r / samples * p->ld + j, rj = r * p->ldz + j;
            p->z[rj] = p->mu[ij] + exp(p->logvar[ij] / 2) * p->eps[rj];
        }
}

/* dmu = beta mu + sum_l g_l,
 * dlogvar = beta (v sigma^2 - 1)/2 + sigma/2 sum_l g_l eps_l - 1/2 sum_l c_l,
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
            const real sigma = exp(p->logvar[ij] / 2);
            const real excess = p->beta * noise_variance(p->noise) * (sigma * sigma) - p->beta;
            p->dmu[out] = p->beta * p->mu[ij] + dmu;
            p->dlogvar[out] = half * (excess + sigma * dsigma - c);
        }
}

/* -2 log f(eps) - log 2 pi, f its density */
static real minus_log_f(real eps, enum sv_noise noise)
{
    const real size = fabs(eps);
    switch (noise) {
    case SV_NOISE_LAPLACE: return 2 * size + 2 * log((real)2) - log_2pi;
    case SV_NOISE_LOGISTIC: return 2 * size + 4 * log1p(exp(-size)) - log_2pi;
    default: return eps * eps;
    }
}

/* log p(z) - log q(z|x) = 1/2 sum_j (h(eps) + logvar - z^2),  z = mu + sigma eps */
void REF(log_ratio)(const struct SV_T(log_ratio) * p)
{
    for (size_t r = 0; r < p->m * p->samples; r++) {
        p->y[r] = 0;
        for (size_t j = 0; j < p->n; j++) {
            const real z = p->z[r * p->ldz + j], eps = p->eps[r * p->ldz + j];
            p->y[r] +=
                half * (minus_log_f(eps, p->noise) + p->logvar[r / p->samples * p->ld + j] - z * z);
        }
    }
}
