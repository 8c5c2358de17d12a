/* SGD, Adagrad, Adam: one pass over weight, gradient and statistics.
 *
 * Where the gradient is zero, as at a pixel that is always black, a weight and Adam's averages
 * decay towards 0. They must not become denormal, hence v16_sweep.
 */
#ifndef SV_OPTIMIZER_H
#define SV_OPTIMIZER_H

#include "../kernels.h"
#include "names.h"
#include "reduce.h"
#include "vmath.h"

V16_INLINE v16 v16_sgd(v16 w, v16 g, v16 lr, v16 decay)
{
    return v16_sweep(v16_fnma(lr, v16_fma(decay, w, g), w));
}

/* Adagrad and Adam in three parts, which core/gemm_deferred.h keeps apart: the statistics, the root
 * by which a step is divided, and the step along `up`, the gradient or its average. */
V16_INLINE v16 v16_root(v16 s, v16 eps) { return v16_add(v16_sqrt(s), eps); }
V16_INLINE v16 v16_step(v16 w, v16 up, v16 root, v16 lr)
{
    return v16_sweep(v16_fnma(lr, v16_div(up, root), w));
}

/* Returns the gradient with the decay. */
V16_INLINE v16 v16_adagrad_sum(v16 w, v16 g, v16 *s, v16 decay)
{
    g = v16_fma(decay, w, g);
    *s = v16_fma(g, g, *s);
    return g;
}

V16_INLINE v16 v16_adagrad(v16 w, v16 g, v16 *s, v16 lr, v16 eps, v16 decay)
{
    g = v16_adagrad_sum(w, g, s, decay);
    return v16_step(w, g, v16_root(*s, eps), lr);
}

V16_INLINE void v16_adam_averages(v16 w, v16 g, v16 *m, v16 *v, v16 decay, float beta1, float beta2)
{
    g = v16_fma(decay, w, g);
    *m = v16_sweep(v16_fma(v16_set1(beta1), *m, v16_mul(v16_set1(1 - beta1), g)));
    g = v16_max(v16_set1(0x1p-57f),
                v16_abs(g)); /* no square underflows; v16_sweep removes what this adds */
    *v = v16_sweep(v16_fma(v16_set1(beta2), *v, v16_mul(v16_set1(1 - beta2), v16_mul(g, g))));
}

V16_INLINE v16 v16_adam(v16 w, v16 g, v16 *m, v16 *v, v16 alpha, v16 eps, v16 decay, float beta1,
                        float beta2)
{
    v16_adam_averages(w, g, m, v, decay, beta1, beta2);
    return v16_step(w, *m, v16_root(*v, eps), alpha);
}

static void SV_FN(sgd)(size_t n, float *w, const float *g, float lr, float decay)
{
    v16 vlr = v16_set1(lr), vd = v16_set1(decay);
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        v16_store(w + i, v16_sgd(v16_once(v16_load(w + i)), v16_load(g + i), vlr, vd));
    if (i == n) return;
    v16 tail = v16_sgd(v16_load_n(w + i, n - i), v16_load_n(g + i, n - i), vlr, vd);
    v16_store_n(w + i, tail, n - i);
}

static void SV_FN(adagrad)(size_t n, float *w, const float *g, float *s, float lr, float eps,
                           float decay)
{
    v16 vlr = v16_set1(lr), ve = v16_set1(eps), vd = v16_set1(decay);
    for (size_t i = 0; i < n; i += 16) {
        v16 vs = v16_load_upto(s + i, n - i);
        v16 vw = v16_load_upto(w + i, n - i), vg = v16_load_upto(g + i, n - i);
        v16_store_upto(w + i, v16_adagrad(vw, vg, &vs, vlr, ve, vd), n - i);
        v16_store_upto(s + i, vs, n - i);
    }
}

static void SV_FN(adam)(size_t n, float *w, const float *g, float *m, float *v,
                        const struct sv_optim *p)
{
    v16 alpha = v16_set1(p->lr), eps = v16_set1(p->eps), decay = v16_set1(p->decay);
    for (size_t i = 0; i < n; i += 16) {
        v16 vw = v16_load_upto(w + i, n - i), vg = v16_load_upto(g + i, n - i);
        v16 vm = v16_load_upto(m + i, n - i), vv = v16_load_upto(v + i, n - i);
        vw = v16_adam(vw, vg, &vm, &vv, alpha, eps, decay, p->beta1, p->beta2);
        v16_store_upto(w + i, vw, n - i);
        v16_store_upto(m + i, vm, n - i);
        v16_store_upto(v + i, vv, n - i);
    }
}

#endif
