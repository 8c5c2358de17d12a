/* The epilogue of one vector of a finished microtile. */
#ifndef SV_GEMM_EPILOGUE_H
#define SV_GEMM_EPILOGUE_H

#include "activation.h"
#include "gemm_block.h"
#include "gemm_context.h"
#include "loglik.h"
#include "optimizer.h"
#include "reduce.h"
#include "vmath.h"

/* A row's log-likelihood so far is in lanes: loglik.h's sum, then its product. Columns arrive in
 * ascending order, j is the first of these. */
V16_INLINE v16 gemm_bernoulli(const struct sv_gemm *g, v16 l, v16 x, v16 e, size_t j, size_t left,
                              float *lanes)
{
    struct v16_bernoulli acc = {v16_load(lanes), v16_load(lanes + 16)};
    if (j && j % V16_BLOCK == 0) v16_bernoulli_close(&acc);
    v16_bernoulli_add(&acc, l, x, e, left);
    v16_store(lanes, acc.linear);
    v16_store(lanes + 16, acc.product);
    return v16_bernoulli_grad(l, x, e, v16_set1(g->scale));
}

/* n <= 16 columns. Where masks are cheap, a variable n takes the masked form even for 16, without a
 * branch. */
V16_INLINE v16 gemm_load(const float *p, size_t n)
{
    const bool masked = V16_MASKS && !__builtin_constant_p(n);
    return n == 16 && !masked ? v16_load(p) : v16_load_n(p, n);
}
V16_INLINE void gemm_store(float *p, v16 x, size_t n)
{
    const bool masked = V16_MASKS && !__builtin_constant_p(n);
    if (n == 16 && !masked)
        v16_store(p, x);
    else
        v16_store_n(p, x, n);
}

/* exp: exp(-|x|), where e is computed from it. NONE and BIAS return x. */
V16_INLINE v16 gemm_activation(enum sv_epilogue e, v16 x, v16 exp)
{
    switch (e) {
    case SV_EPI_TANH: return v16_tanh(x);
    case SV_EPI_RELU: return v16_relu(x);
    case SV_EPI_SOFTPLUS: return v16_softplus_from(x, exp);
    case SV_EPI_SIGMOID: return v16_sigmoid_from(x, exp);
    default: return x;
    }
}

V16_INLINE v16 gemm_slope(enum sv_epilogue e, v16 y, v16 x)
{
    switch (e) {
    case SV_EPI_TANH_GRAD: return v16_tanh_grad(y, x);
    case SV_EPI_RELU_GRAD: return v16_relu_grad(y, x);
    case SV_EPI_SOFTPLUS_GRAD: return v16_softplus_grad(y, x);
    default: return v16_sigmoid_grad(y, x);
    }
}

/* One optimiser step for `left` <= 16 weights with gradient x. Stores the statistics and returns
 * the new weights. */
V16_INLINE v16 gemm_optimize(const struct sv_gemm *g, const struct sv_optim *o, enum sv_epilogue e,
                             v16 x, size_t at, size_t left)
{
    const v16 w = gemm_load(g->c + at, left), decay = v16_set1(o->decay);
    const v16 lr = v16_set1(o->lr), eps = v16_set1(o->eps);
    if (e == SV_EPI_SGD) return v16_sgd(w, x, lr, decay);
    v16 s = gemm_load(g->s + at, left), v, next;
    if (e == SV_EPI_ADAGRAD) {
        next = v16_adagrad(w, x, &s, lr, eps, decay);
    } else {
        v = gemm_load(g->v + at, left);
        next = v16_adam(w, x, &s, &v, lr, eps, decay, o->beta1, o->beta2);
        gemm_store(g->v + at, v, left);
    }
    gemm_store(g->s + at, s, left);
    return next;
}

/* Stores epilogue e of x, for `left` <= 16 columns; e is a constant. exp: exp(-|x + bias|), where e
 * is computed from it. */
V16_INLINE void gemm_put(const struct sv_gemm *g, const struct sv_optim *o, enum sv_epilogue e,
                         struct gemm_place p, v16 x, v16 exp, size_t left, float *lanes)
{
    v16 y = x;
    if (sv_epilogues[e].y) y = gemm_load(g->y + p.i * g->ldy + p.j, left);
    if (sv_epilogues[e].bias) x = v16_add(x, gemm_load(g->bias + p.j, left));
    if (sv_epilogues[e].arrays)
        x = gemm_optimize(g, o, e, x, p.at, left);
    else if (sv_epilogues[e].row_sum)
        x = gemm_bernoulli(g, x, y, exp, p.j, left, lanes + GEMM_LANES * p.i);
    else if (sv_epilogues[e].y)
        x = gemm_slope(e, y, x);
    else
        x = gemm_activation(e, x, exp);
    gemm_store(g->c + p.at, x, left);
}

#endif
