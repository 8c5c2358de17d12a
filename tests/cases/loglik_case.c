#include "../harness/kcase.h"
#include <math.h>

static const float SCALE = 0.25f;

/* --- Bernoulli --- */

enum { LOGITS, TARGET, LL, DLOGITS };

static size_t bernoulli_operands(const struct shape *s, struct operand *ops)
{
    ops[LOGITS] = matrix("logits", IN, FILL_NORMAL, s->m, s->n, s);
    ops[TARGET] = matrix("x", IN, FILL_UNIT, s->m, s->n, s);
    ops[LL] = vector("ll", OUT, FILL_NORMAL, s->m);
    return 3;
}
static size_t bernoulli_grad_operands(const struct shape *s, struct operand *ops)
{
    bernoulli_operands(s, ops);
    ops[DLOGITS] = matrix("dlogits", OUT, FILL_NORMAL, s->m, s->n, s);
    return 4;
}

CASE_CALL(call_bernoulli,
          k->bernoulli_ll(s->m, s->n, p[LOGITS], s->n + s->pad, p[TARGET], s->n + s->pad, p[LL]))
CASE_CALL(call_bernoulli_grad,
          k->bernoulli_ll_grad(s->m, s->n, p[LOGITS], s->n + s->pad, p[TARGET], s->n + s->pad,
                               SCALE, p[LL], p[DLOGITS], s->n + s->pad))

static void bound_bernoulli(const struct shape *s, double *const *before, double *const *after,
                            double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * (s->n + s->pad) + j;
            const double l = before[LOGITS][e], x = before[TARGET][e];
            const double addends = fabs(x * l) + fmax(l, 0) + log1p(exp(-fabs(l)));
            bound[LL][i] += U_F32 * (double)(s->n + 8) * addends;
        }
}
static void bound_bernoulli_grad(const struct shape *s, double *const *before, double *const *after,
                                 double *const *bound)
{
    bound_bernoulli(s, before, after, bound);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * (s->n + s->pad) + j;
            const double sigmoid = 1 / (1 + exp(-before[LOGITS][e]));
            bound[DLOGITS][e] = 6 * U_F32 * SCALE * (sigmoid + before[TARGET][e]);
        }
}
const struct kcase case_bernoulli_ll = {.kernel = "bernoulli_ll",
                                        .shape = shape_matrix,
                                        .operands = bernoulli_operands,
                                        .call = call_bernoulli,
                                        .call64 = call_bernoulli64,
                                        .bound = bound_bernoulli};
const struct kcase case_bernoulli_ll_grad = {.kernel = "bernoulli_ll_grad",
                                             .shape = shape_matrix,
                                             .operands = bernoulli_grad_operands,
                                             .call = call_bernoulli_grad,
                                             .call64 = call_bernoulli_grad64,
                                             .bound = bound_bernoulli_grad,
                                             .in_place = {{true, 0, 3}}};

/* --- Gaussian --- */

enum { MEAN, LOGVAR, X, GLL, DMEAN, DLOGVAR };

static size_t gaussian_operands(const struct shape *s, struct operand *ops)
{
    ops[MEAN] = matrix("mean", IN, FILL_NORMAL, s->m, s->n, s);
    ops[LOGVAR] = matrix("logvar", IN, FILL_NORMAL, s->m, s->n, s);
    ops[X] = matrix("x", IN, FILL_NORMAL, s->m, s->n, s);
    ops[GLL] = vector("ll", OUT, FILL_NORMAL, s->m);
    return 4;
}
static size_t gaussian_grad_operands(const struct shape *s, struct operand *ops)
{
    gaussian_operands(s, ops);
    ops[DMEAN] = matrix("dmean", OUT, FILL_NORMAL, s->m, s->n, s);
    ops[DLOGVAR] = matrix("dlogvar", OUT, FILL_NORMAL, s->m, s->n, s);
    return 6;
}

CASE_CALL(call_gaussian, k->gaussian_ll(s->m, s->n, p[MEAN], p[LOGVAR], s->n + s->pad, p[X],
                                        s->n + s->pad, p[GLL]))
CASE_CALL(call_gaussian_grad,
          k->gaussian_ll_grad(s->m, s->n, p[MEAN], p[LOGVAR], s->n + s->pad, p[X], s->n + s->pad,
                              SCALE, p[GLL], p[DMEAN], p[DLOGVAR], s->n + s->pad))

/* |x| + |mean| and exp(-v) of one element */
static void spread(double *const *before, size_t e, double *reach, double *precision)
{
    *reach = fabs(before[X][e]) + fabs(before[MEAN][e]);
    *precision = exp(-before[LOGVAR][e]);
}

static void bound_gaussian(const struct shape *s, double *const *before, double *const *after,
                           double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * (s->n + s->pad) + j;
            double reach, precision;
            spread(before, e, &reach, &precision);
            const double addends = 1.84 + fabs(before[LOGVAR][e]) + reach * reach * precision;
            bound[GLL][i] += U_F32 * (double)(s->n + 10) * 0.5 * addends;
        }
}
static void bound_gaussian_grad(const struct shape *s, double *const *before, double *const *after,
                                double *const *bound)
{
    bound_gaussian(s, before, after, bound);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * (s->n + s->pad) + j;
            double reach, precision;
            spread(before, e, &reach, &precision);
            bound[DMEAN][e] = 8 * U_F32 * SCALE * reach * precision;
            bound[DLOGVAR][e] = 10 * U_F32 * 0.5 * SCALE * (1 + reach * reach * precision);
        }
}
const struct kcase case_gaussian_ll = {.kernel = "gaussian_ll",
                                       .shape = shape_matrix,
                                       .operands = gaussian_operands,
                                       .call = call_gaussian,
                                       .call64 = call_gaussian64,
                                       .bound = bound_gaussian};
const struct kcase case_gaussian_ll_grad = {.kernel = "gaussian_ll_grad",
                                            .shape = shape_matrix,
                                            .operands = gaussian_grad_operands,
                                            .call = call_gaussian_grad,
                                            .call64 = call_gaussian_grad64,
                                            .bound = bound_gaussian_grad,
                                            .in_place = {{true, 0, 4}, {true, 1, 5}}};
