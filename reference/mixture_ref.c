#include "real.h"

/* max(logvar, min_logvar) of column j; a NaN logvar stays NaN */
static real limited(const struct SV_T(mixture_ll) * p, size_t j)
{
    return p->logvar[j] < p->min_logvar ? p->min_logvar : p->logvar[j];
}

/* log N(x; mean, exp v) of element (i, j) */
static real gaussian(const struct SV_T(mixture_ll) * p, size_t i, size_t j)
{
    const real d = p->x[i * p->ldx + j] - p->mean[i * p->ld + j], v = limited(p, j);
    return -half * (log_2pi + v + d * d * exp(-v));
}

/* log(pi + (1 - pi) e^g), pi = sigmoid(u) */
void REF(mixture_ll)(const struct SV_T(mixture_ll) * p)
{
    for (size_t i = 0; i < p->m; i++) {
        p->ll[i] = 0;
        for (size_t j = 0; j < p->n; j++) {
            const real u = p->unif[j], g = gaussian(p, i, j);
            const real most = u < g ? g : u;
            p->ll[i] += most + log1p(exp(-fabs(u - g))) - softplus_of(u);
        }
    }
}

void REF(mixture_ll_grad)(const struct SV_T(mixture_ll) * p)
{
    REF(mixture_ll)(p);
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            const real d = p->x[i * p->ldx + j] - p->mean[i * p->ld + j], v = limited(p, j);
            const real u = p->unif[j], g = gaussian(p, i, j), r = sigmoid_of(g - u);
            const bool none = r < (real)0x1p-126;
            p->dmean[i * p->ldg + j] = none ? 0 : p->scale * r * -d * exp(-v);
            p->dlogvar[i * p->ldg + j] = none || p->logvar[j] < p->min_logvar
                                             ? 0
                                             : half * p->scale * r * (1 - d * d * exp(-v));
            p->dunif[i * p->ldg + j] = p->scale * (sigmoid_of(u) - sigmoid_of(u - g));
        }
}
