#include "real.h"

/* log p(x | l) = sum_j x l - max(l, 0) - log(1 + exp(-|l|)) */
void REF(bernoulli_ll)(const struct SV_T(bernoulli_ll) * p)
{
    for (size_t i = 0; i < p->m; i++) {
        p->ll[i] = 0;
        for (size_t j = 0; j < p->n; j++) {
            const real l = p->logits[i * p->ldl + j];
            p->ll[i] += p->x[i * p->ldx + j] * l - (l > 0 ? l : 0) - log1p(exp(-fabs(l)));
        }
    }
}

void REF(bernoulli_ll_grad)(const struct SV_T(bernoulli_ll) * p)
{
    REF(bernoulli_ll)(p);
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            const real l = p->logits[i * p->ldl + j], x = p->x[i * p->ldx + j];
            p->dlogits[i * p->ldd + j] = p->scale * (sigmoid_of(l) - x);
        }
}

/* max(logvar, min_logvar) of element (i, j); a NaN logvar stays NaN */
static real limited(const struct SV_T(gaussian_ll) * p, size_t i, size_t j)
{
    const bool given = p->logvar && !(p->logvar[i * p->ld + j] < p->min_logvar);
    return given ? p->logvar[i * p->ld + j] : p->min_logvar;
}

/* log N(x; mean, exp v) = -1/2 sum_j (log 2 pi + v + (x - mean)^2 exp(-v)) */
void REF(gaussian_ll)(const struct SV_T(gaussian_ll) * p)
{
    for (size_t i = 0; i < p->m; i++) {
        p->ll[i] = 0;
        for (size_t j = 0; j < p->n; j++) {
            const real d = p->x[i * p->ldx + j] - p->mean[i * p->ld + j], v = limited(p, i, j);
            p->ll[i] -= half * (log_2pi + v + d * d * exp(-v));
        }
    }
}

void REF(gaussian_ll_grad)(const struct SV_T(gaussian_ll) * p)
{
    REF(gaussian_ll)(p);
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            const real d = p->x[i * p->ldx + j] - p->mean[i * p->ld + j], v = limited(p, i, j);
            const bool below = p->logvar && p->logvar[i * p->ld + j] < p->min_logvar;
            p->dmean[i * p->ldg + j] = -p->scale * d * exp(-v);
            if (p->logvar)
                p->dlogvar[i * p->ldg + j] = below ? 0 : half * p->scale * (1 - d * d * exp(-v));
        }
}

/* log N(z; 0, I) = -1/2 sum_j (log 2 pi + z^2) */
void REF(normal_ll)(size_t m, size_t n, const real *z, size_t ldz, real *ll)
{
    for (size_t i = 0; i < m; i++) {
        ll[i] = 0;
        for (size_t j = 0; j < n; j++) ll[i] -= half * (log_2pi + z[i * ldz + j] * z[i * ldz + j]);
    }
}
