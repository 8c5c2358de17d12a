#include "real.h"

/* log p(x | l) = sum_j x l - max(l, 0) - log(1 + exp(-|l|)) */
void REF(bernoulli_ll)(size_t m, size_t n, const real *logits, size_t ldl, const real *x,
                       size_t ldx, real *ll)
{
    for (size_t i = 0; i < m; i++) {
        ll[i] = 0;
        for (size_t j = 0; j < n; j++) {
            const real l = logits[i * ldl + j];
            ll[i] += x[i * ldx + j] * l - (l > 0 ? l : 0) - log1p(exp(-fabs(l)));
        }
    }
}

void REF(bernoulli_ll_grad)(size_t m, size_t n, const real *logits, size_t ldl, const real *x,
                            size_t ldx, real scale, real *ll, real *dlogits, size_t ldd)
{
    REF(bernoulli_ll)(m, n, logits, ldl, x, ldx, ll);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            dlogits[i * ldd + j] = scale * (sigmoid_of(logits[i * ldl + j]) - x[i * ldx + j]);
}

/* max(logvar, least): a NaN stays */
static real limited(const real *logvar, size_t at, real least)
{
    return !logvar || logvar[at] < least ? least : logvar[at];
}

/* log N(x; mean, exp v) = -1/2 sum_j (log 2 pi + v + (x - mean)^2 exp(-v)) */
void REF(gaussian_ll)(size_t m, size_t n, const real *mean, const real *logvar, size_t ld,
                      real min_logvar, const real *x, size_t ldx, real *ll)
{
    const real log_2pi = (real)1.83787706640934548356;
    for (size_t i = 0; i < m; i++) {
        ll[i] = 0;
        for (size_t j = 0; j < n; j++) {
            const real d = x[i * ldx + j] - mean[i * ld + j];
            const real v = limited(logvar, i * ld + j, min_logvar);
            ll[i] -= half * (log_2pi + v + d * d * exp(-v));
        }
    }
}

void REF(gaussian_ll_grad)(size_t m, size_t n, const real *mean, const real *logvar, size_t ld,
                           real min_logvar, const real *x, size_t ldx, real scale, real *ll,
                           real *dmean, real *dlogvar, size_t ldg)
{
    REF(gaussian_ll)(m, n, mean, logvar, ld, min_logvar, x, ldx, ll);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const real d = x[i * ldx + j] - mean[i * ld + j];
            const real v = limited(logvar, i * ld + j, min_logvar);
            const bool below = logvar && logvar[i * ld + j] < min_logvar;
            dmean[i * ldg + j] = -scale * d * exp(-v);
            if (logvar) dlogvar[i * ldg + j] = below ? 0 : half * scale * (1 - d * d * exp(-v));
        }
}
