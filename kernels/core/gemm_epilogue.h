/* What happens to one vector of a finished tile on its way to C. */
#ifndef SV_GEMM_EPILOGUE_H
#define SV_GEMM_EPILOGUE_H

#include "activation.h"
#include "gemm_context.h"
#include "loglik.h"
#include "optimizer.h"
#include "reduce.h"
#include "vmath.h"

/* Log-likelihood terms go to the row's sixteen lanes, as in reduce.h; columns arrive ascending. */
V16_INLINE v16 gemm_bernoulli(const struct sv_gemm *g, v16 l, v16 x, v16 e, size_t left,
                              float *lanes)
{
    v16_store(lanes, v16_sum_upto(v16_load(lanes), v16_bernoulli(l, x, e), left));
    return v16_bernoulli_grad(l, x, e, v16_set1(g->scale));
}

/* n <= 16 columns; a constant 16, or an ISA without cheap masks, takes the plain form. */
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

/* exp: exp(-|x|) where gemm_needs_exp */
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

/* One step of the optimiser for sixteen weights w with gradient x. */
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

/* Does the epilogue start from exp(-|x|)? That is taken of a whole tile first (activation.h, V16_BLOCK). */
static inline bool gemm_needs_exp(enum sv_epilogue e)
{
    return e == SV_EPI_SOFTPLUS || e == SV_EPI_SIGMOID || e == SV_EPI_BERNOULLI;
}

/* Stores epilogue e, a constant, of x, of `left` <= 16 columns; exp as above. */
V16_INLINE void gemm_put(const struct sv_gemm *g, const struct sv_optim *o, enum sv_epilogue e,
                         struct gemm_place p, v16 x, v16 exp, size_t left, float *lanes)
{
    if (e >= SV_EPI_SGD) {
        x = gemm_optimize(g, o, e, x, p.at, left);
    } else if (e >= SV_EPI_TANH_GRAD) {
        const v16 y = gemm_load(g->y + p.i * g->ldy + p.j, left);
        if (e == SV_EPI_BERNOULLI) {
            x = v16_add(x, gemm_load(g->bias + p.j, left));
            x = gemm_bernoulli(g, x, y, exp, left, lanes + 16 * p.i);
        } else {
            x = gemm_slope(e, y, x);
        }
    } else if (e != SV_EPI_NONE) {
        x = gemm_activation(e, v16_add(x, gemm_load(g->bias + p.j, left)), exp);
    }
    gemm_store(g->c + p.at, x, left);
}

/* Cases of a switch over epilogues, each running STEP(e) with e a constant: the light ones are applied
 * to a tile in its registers; the heavy ones, which hold a polynomial, need the registers themselves,
 * and the tile waits in L1. */
#define GEMM_LIGHT_CASES(STEP)                                                                     \
    case SV_EPI_NONE: STEP(SV_EPI_NONE); break;                                                    \
    case SV_EPI_BIAS: STEP(SV_EPI_BIAS); break;                                                    \
    case SV_EPI_RELU: STEP(SV_EPI_RELU); break;                                                    \
    case SV_EPI_TANH_GRAD: STEP(SV_EPI_TANH_GRAD); break;                                          \
    case SV_EPI_RELU_GRAD: STEP(SV_EPI_RELU_GRAD); break;                                          \
    case SV_EPI_SIGMOID_GRAD: STEP(SV_EPI_SIGMOID_GRAD); break;                                    \
    case SV_EPI_SGD: STEP(SV_EPI_SGD); break;                                                      \
    case SV_EPI_ADAGRAD: STEP(SV_EPI_ADAGRAD); break;                                              \
    case SV_EPI_ADAM:                                                                              \
        STEP(SV_EPI_ADAM);                                                                         \
        break
#define GEMM_HEAVY_CASES(STEP)                                                                     \
    case SV_EPI_TANH: STEP(SV_EPI_TANH); break;                                                    \
    case SV_EPI_SOFTPLUS: STEP(SV_EPI_SOFTPLUS); break;                                            \
    case SV_EPI_SIGMOID: STEP(SV_EPI_SIGMOID); break;                                              \
    case SV_EPI_SOFTPLUS_GRAD: STEP(SV_EPI_SOFTPLUS_GRAD); break;                                  \
    case SV_EPI_BERNOULLI: STEP(SV_EPI_BERNOULLI); break

static inline bool gemm_is_heavy(enum sv_epilogue e)
{
    return e == SV_EPI_TANH || e == SV_EPI_SOFTPLUS || e == SV_EPI_SIGMOID ||
           e == SV_EPI_SOFTPLUS_GRAD || e == SV_EPI_BERNOULLI;
}

#endif
