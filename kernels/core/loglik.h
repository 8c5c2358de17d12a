/* Log-likelihoods per row, in nats, and their gradients (of -log p); log N(z; 0, I).
 *
 * Bernoulli: x l - max(l, 0) - log(1 + e), e = exp(-|l|): e serves both the value and sigmoid(l).
 * Gaussian:  -1/2 (log 2 pi + v + d^2 exp(-v)), d = x - mean, v = max(logvar, min_logvar).
 */
#ifndef SV_LOGLIK_H
#define SV_LOGLIK_H

#include "../kernels.h"
#include "activation.h"
#include "names.h"
#include "reduce.h"
#include "vmath.h"

#define LOG_2PI 0x1.d67f1cp0f

/* A row's Bernoulli log-likelihood, lane by lane as in reduce.h: minus the sum of max(l, 0) - x l,
 * and the product of all 1 + e. So V16_BLOCK columns take one logarithm instead of 64; a product of
 * 64 factors between 1 and 2 cannot overflow. */
struct v16_bernoulli {
    v16 linear, product;
};

V16_INLINE void v16_bernoulli_add(struct v16_bernoulli *acc, v16 l, v16 x, v16 e, size_t left)
{
    const v16 t = v16_fnma(x, l, v16_max(v16_set1(0), l));
    const bool all = left >= 16;
    acc->linear = v16_sub(acc->linear, all ? t : v16_keep(v16m_first(left), t));
    acc->product = v16_fma(acc->product, all ? e : v16_keep(v16m_first(left), e), acc->product);
}

/* Ends a block: takes the product's logarithm into the sum. */
V16_INLINE void v16_bernoulli_close(struct v16_bernoulli *acc)
{
    acc->linear = v16_sub(acc->linear, v16_log(acc->product));
    acc->product = v16_set1(1);
}

V16_INLINE v16 v16_bernoulli_grad(v16 l, v16 x, v16 e, v16 scale)
{
    return v16_mul(scale, v16_sub(v16_sigmoid_from(l, e), x));
}

/* One block of a row, or the rest of the row if that is shorter. Writes the gradient if d is not
 * NULL. */
V16_INLINE void v16_bernoulli_block(size_t left, const float *logits, const float *x, float scale,
                                    float *d, struct v16_bernoulli *acc)
{
    _Alignas(64) float e[V16_BLOCK];
    const size_t n = left < V16_BLOCK ? left : V16_BLOCK;
    const v16 vs = v16_set1(scale);
    size_t i = 0;
    SV_FN(exp_neg_abs)(n, logits, e);
    for (; i + 16 <= n; i += 16) {
        const v16 l = v16_load(logits + i), t = v16_load(x + i), el = v16_load(e + i);
        v16_bernoulli_add(acc, l, t, el, 16);
        if (d) v16_store(d + i, v16_bernoulli_grad(l, t, el, vs));
    }
    if (i < n) {
        const v16 l = v16_load_n(logits + i, n - i), t = v16_load_n(x + i, n - i);
        const v16 el = v16_load_n(e + i, n - i);
        v16_bernoulli_add(acc, l, t, el, n - i);
        if (d) v16_store_n(d + i, v16_bernoulli_grad(l, t, el, vs), n - i);
    }
    v16_bernoulli_close(acc);
}

V16_INLINE void v16_bernoulli_rows(const struct sv_bernoulli_ll *p, bool gradient)
{
    for (size_t i = 0; i < p->m; i++) {
        struct v16_bernoulli acc = {v16_set1(0), v16_set1(1)};
        for (size_t j = 0; j < p->n; j += V16_BLOCK)
            v16_bernoulli_block(p->n - j, p->logits + i * p->ldl + j, p->x + i * p->ldx + j,
                                p->scale, gradient ? p->dlogits + i * p->ldd + j : NULL, &acc);
        p->ll[i] = v16_fold_add(acc.linear);
    }
}

static void SV_FN(bernoulli_ll)(const struct sv_bernoulli_ll *args)
{
    const struct sv_bernoulli_ll p = *args;
    v16_bernoulli_rows(&p, false);
}

static void SV_FN(bernoulli_ll_grad)(const struct sv_bernoulli_ll *args)
{
    const struct sv_bernoulli_ll p = *args;
    v16_bernoulli_rows(&p, true);
}

/* log 2 pi + v + d^2 / sigma^2 */
V16_INLINE v16 v16_gaussian2(v16 d, v16 logvar, v16 precision)
{
    return v16_fma(v16_mul(d, d), precision, v16_add(v16_set1(LOG_2PI), logvar));
}

V16_INLINE v16 v16_precision(v16 logvar)
{
    return v16_exp(v16_flip(logvar, v16u_set1(0x80000000)));
}

/* v = max(logvar, min). A logvar that is NaN or equals the limit is kept. */
V16_INLINE v16 v16_limited(size_t left, const float *logvar, v16 min)
{
    return logvar ? v16_max(min, v16_load_upto(logvar, left)) : min;
}

static void SV_FN(gaussian_ll)(const struct sv_gaussian_ll *args)
{
    const struct sv_gaussian_ll p = *args;
    const v16 min = v16_set1(p.min_logvar);
    for (size_t i = 0; i < p.m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p.n; j += 16) {
            v16 d = v16_sub(v16_load_upto(p.x + i * p.ldx + j, p.n - j),
                            v16_load_upto(p.mean + i * p.ld + j, p.n - j));
            v16 v = v16_limited(p.n - j, p.logvar ? p.logvar + i * p.ld + j : NULL, min);
            acc = v16_sum_upto(acc, v16_gaussian2(d, v, v16_precision(v)), p.n - j);
        }
        p.ll[i] = 0 - 0.5f * v16_fold_add(acc); /* 0 - ..., so that an empty sum gives +0 */
    }
}

static void SV_FN(gaussian_ll_grad)(const struct sv_gaussian_ll *args)
{
    const struct sv_gaussian_ll p = *args;
    const v16 s = v16_set1(p.scale), half = v16_set1(0.5f * p.scale), one = v16_set1(1);
    const v16 min = v16_set1(p.min_logvar);
    for (size_t i = 0; i < p.m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < p.n; j += 16) {
            v16 d = v16_sub(v16_load_upto(p.x + i * p.ldx + j, p.n - j),
                            v16_load_upto(p.mean + i * p.ld + j, p.n - j));
            const float *given = p.logvar ? p.logvar + i * p.ld + j : NULL;
            v16 v = v16_limited(p.n - j, given, min), precision = v16_precision(v);
            acc = v16_sum_upto(acc, v16_gaussian2(d, v, precision), p.n - j);
            v16 pull = v16_mul(d, precision); /* (x - mean) / sigma^2 */
            v16 dm = v16_mul(s, v16_flip(pull, v16u_set1(0x80000000)));
            v16 dv = v16_mul(half, v16_fnma(d, pull, one));
            if (given) dv = v16_select(v16_lt(v16_load_upto(given, p.n - j), min), v16_set1(0), dv);
            v16_store_upto(p.dmean + i * p.ldg + j, dm, p.n - j);
            if (given) v16_store_upto(p.dlogvar + i * p.ldg + j, dv, p.n - j);
        }
        p.ll[i] = 0 - 0.5f * v16_fold_add(acc);
    }
}

static void SV_FN(normal_ll)(size_t m, size_t n, const float *z, size_t ldz, float *ll)
{
    for (size_t i = 0; i < m; i++) {
        v16 acc = v16_set1(0);
        for (size_t j = 0; j < n; j += 16) {
            v16 v = v16_load_upto(z + i * ldz + j, n - j);
            acc = v16_sum_upto(acc, v16_fma(v, v, v16_set1(LOG_2PI)), n - j);
        }
        ll[i] = 0 - 0.5f * v16_fold_add(acc); /* 0 - ..., so that an empty sum gives +0 */
    }
}

#endif
