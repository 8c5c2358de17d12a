#include "kcase.h"
#include <math.h>
#include <stdio.h>

/* --- a Gaussian mixed with a uniform density --- */

static const float SCALE = 0.25f;

enum { MEAN, LOGVAR, UNIF, X, LL, DMEAN, DLOGVAR, DUNIF };

enum { FREE, LIMITED, VARIANTS };
static const float MIN_LOGVAR[VARIANTS] = {[FREE] = -INFINITY, [LIMITED] = -0.5f};

static void variance_text(int variant, char text[VARIANT_TEXT])
{
    *text = 0;
    if (variant == LIMITED)
        snprintf(text, VARIANT_TEXT, "logvar >= %g", (double)MIN_LOGVAR[LIMITED]);
}

/* All shapes of one variant, then those of the next. */
static bool shape_mixture(size_t i, bool quick, struct shape *s)
{
    size_t count = 0;
    while (shape_matrix(count, quick, s)) count++;
    shape_matrix(i % count, quick, s);
    s->variant = (int)(i / count);
    return s->variant < VARIANTS;
}

static size_t mixture_operands(const struct shape *s, struct operand *ops)
{
    ops[MEAN] = matrix("mean", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[LOGVAR] = vector("logvar", IN, FILL_NORMAL, s->n);
    ops[UNIF] = vector("unif", IN, FILL_LARGE, s->n);
    ops[X] = matrix("x", IN, FILL_NORMAL, s->m, s->n, s, 1);
    ops[LL] = vector("ll", OUT, FILL_NORMAL, s->m);
    return 5;
}
static size_t mixture_grad_operands(const struct shape *s, struct operand *ops)
{
    mixture_operands(s, ops);
    ops[DMEAN] = matrix("dmean", OUT, FILL_NORMAL, s->m, s->n, s, 2);
    ops[DLOGVAR] = matrix("dlogvar", OUT, FILL_NORMAL, s->m, s->n, s, 2);
    ops[DUNIF] = matrix("dunif", OUT, FILL_NORMAL, s->m, s->n, s, 2);
    return 8;
}

#define MIXTURE_CALL(T, kernel)                                                                    \
    const struct T##mixture_ll a = {.m = s->m,                                                     \
                                    .n = s->n,                                                     \
                                    .mean = p[MEAN],                                               \
                                    .ld = o[MEAN].ld,                                              \
                                    .logvar = p[LOGVAR],                                           \
                                    .unif = p[UNIF],                                               \
                                    .min_logvar = MIN_LOGVAR[s->variant],                          \
                                    .x = p[X],                                                     \
                                    .ldx = o[X].ld,                                                \
                                    .ll = p[LL],                                                   \
                                    .scale = SCALE,                                                \
                                    .dmean = p[DMEAN],                                             \
                                    .dlogvar = p[DLOGVAR],                                         \
                                    .dunif = p[DUNIF],                                             \
                                    .ldg = o[DMEAN].ld};                                           \
    k->kernel(&a)
#define MIXTURE(T)      MIXTURE_CALL(T, mixture_ll)
#define MIXTURE_GRAD(T) MIXTURE_CALL(T, mixture_ll_grad)
CASE_CALL_T(call_mixture, MIXTURE)
CASE_CALL_T(call_mixture_grad, MIXTURE_GRAD)

static double finite_or_0(double x) { return isinf(x) ? 0 : x; }

/* What bounds element (i, j): the magnitudes of dmean and dlogvar without their share, the contract's a,
 * the shares, and whether logvar is below its limit. What is infinite makes a share exactly 0 or 1. */
struct spread {
    double dmean, dlogvar, a, gaussian, uniform, prior;
    bool below;
};
static struct spread spread(const struct shape *s, const struct operand *o, double *const *before,
                            size_t i, size_t j)
{
    const double mean = before[MEAN][i * o[MEAN].ld + j], x = before[X][i * o[X].ld + j];
    const double given = before[LOGVAR][j], u = before[UNIF][j];
    const double min = (double)MIN_LOGVAR[s->variant], v = given < min ? min : given;
    const double d = x - mean, reach = fabs(x) + fabs(mean), precision = exp(-v);
    const double t = u + (1.84 + v + d * d * precision) / 2;
    return (struct spread){.dmean = reach * precision,
                           .dlogvar = 1 + reach * reach * precision,
                           .a = 1.84 + finite_or_0(fabs(v)) +
                                finite_or_0(reach * reach * precision) + finite_or_0(fabs(u)),
                           .gaussian = 1 / (1 + exp(t)),
                           .uniform = 1 / (1 + exp(-t)),
                           .prior = 1 / (1 + exp(-u)),
                           .below = given < min};
}

static void bound_mixture(const struct shape *s, const struct operand *o, double *const *before,
                          double *const *after, double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++)
            bound[LL][i] += U_F32 * (double)(s->n + 20) * spread(s, o, before, i, j).a;
}
static void bound_mixture_grad(const struct shape *s, const struct operand *o,
                               double *const *before, double *const *after, double *const *bound)
{
    bound_mixture(s, o, before, after, bound);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const struct spread at = spread(s, o, before, i, j);
            const size_t e = i * o[DMEAN].ld + j;
            const double relative = 12 * (1 + at.a) * U_F32 * SCALE;
            const double share = relative * at.gaussian + 0x1p-124;
            if (at.gaussian >= 0x1p-127) { /* otherwise +0 exactly */
                bound[DMEAN][e] = share * at.dmean;
                bound[DLOGVAR][e] = at.below ? 0 : share * at.dlogvar;
            }
            bound[DUNIF][e] = relative * (at.prior + at.uniform) + SMALLEST;
        }
}
const struct kcase case_mixture_ll = {.kernel = "mixture_ll",
                                      .shape = shape_mixture,
                                      .operands = mixture_operands,
                                      .call = call_mixture,
                                      .call64 = call_mixture64,
                                      .bound = bound_mixture,
                                      .flops = 14,
                                      .variant_text = variance_text};
const struct kcase case_mixture_ll_grad = {.kernel = "mixture_ll_grad",
                                           .shape = shape_mixture,
                                           .operands = mixture_grad_operands,
                                           .call = call_mixture_grad,
                                           .call64 = call_mixture_grad64,
                                           .bound = bound_mixture_grad,
                                           .flops = 24,
                                           .variant_text = variance_text};
