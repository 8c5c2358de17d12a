/* Log-likelihood of a Gaussian mixed with a uniform density, per row, and its gradient. */
#ifndef SV_MIXTURE_H
#define SV_MIXTURE_H

#include "../kernels.h"
#include "loglik.h"
#include "names.h"
#include "reduce.h"
#include "vmath.h"

/* Sixteen elements: x - mean, e^-v, the uniform's logit u, its lead t = u - g over the Gaussian, and
 * e^-|t|. */
struct v16_mixture {
    v16 d, precision, u, t, e;
};

/* Elements j ... of row i; v_min: the lower limit. Returns log p less the share's normaliser. */
V16_INLINE v16 v16_mixture_at(const struct sv_mixture_ll *p, size_t i, size_t j, v16 v_min,
                              struct v16_mixture *y)
{
    const size_t left = p->n - j;
    const v16 v = v16_limited(left, p->logvar + j, v_min);
    y->d = v16_sub(v16_load_upto(p->x + i * p->ldx + j, left),
                   v16_load_upto(p->mean + i * p->ld + j, left));
    y->precision = v16_precision(v);
    y->u = v16_load_upto(p->unif + j, left);
    const v16 g = v16_mul(v16_set1(-0.5f), v16_gaussian2(y->d, v, y->precision));
    y->t = v16_sub(y->u, g);
    y->e = v16_exp_neg_abs(y->t);
    return v16_add(v16_max(y->u, g), v16_log1p_unit(y->e));
}

static void SV_FN(mixture_ll)(const struct sv_mixture_ll *args)
{
    const struct sv_mixture_ll p = *args;
    const v16 min = v16_set1(p.min_logvar);
    for (size_t i = 0; i < p.m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p.n; j += 16) {
            struct v16_mixture at;
            const v16 log_p = v16_mixture_at(&p, i, j, min, &at);
            const v16 norm = v16_softplus_from(at.u, v16_exp_neg_abs(at.u));
            acc = v16_sum_upto(acc, v16_sub(log_p, norm), p.n - j);
        }
        p.ll[i] = v16_fold_add(acc);
    }
}

static void SV_FN(mixture_ll_grad)(const struct sv_mixture_ll *args)
{
    const struct sv_mixture_ll p = *args;
    const v16 s = v16_set1(p.scale), min = v16_set1(p.min_logvar), zero = v16_set1(0);
    for (size_t i = 0; i < p.m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p.n; j += 16) {
            const size_t left = p.n - j, to = i * p.ldg + j;
            struct v16_mixture at;
            const v16 log_p = v16_mixture_at(&p, i, j, min, &at), e = v16_exp_neg_abs(at.u);
            acc = v16_sum_upto(acc, v16_sub(log_p, v16_softplus_from(at.u, e)), left);
            const v16 neg = v16_flip(at.t, v16u_set1(0x80000000));
            const v16 share = v16_sigmoid_from(neg, at.e), r = v16_mul(s, share);
            const v16m none = v16_lt(share, v16_set1(0x1p-126f));
            const v16 pull = v16_mul(at.d, at.precision); /* (x - mean) / sigma^2 */
            const v16 dm = v16_mul(r, v16_flip(pull, v16u_set1(0x80000000)));
            v16 dv = v16_mul(v16_mul(v16_set1(0.5f), r), v16_fnma(at.d, pull, v16_set1(1)));
            dv = v16_select(v16_lt(v16_load_upto(p.logvar + j, left), min), zero, dv);
            const v16 du = v16_sub(v16_sigmoid_from(at.u, e), v16_sigmoid_from(at.t, at.e));
            v16_store_upto(p.dmean + to, v16_select(none, zero, dm), left);
            v16_store_upto(p.dlogvar + to, v16_select(none, zero, dv), left);
            v16_store_upto(p.dunif + to, v16_mul(s, du), left);
        }
        p.ll[i] = v16_fold_add(acc);
    }
}

#endif
