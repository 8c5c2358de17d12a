#include "kcase.h"
#include <math.h>
#include <stdio.h>

static const float SCALE = 0.25f;

/* The group of gradients. For some shapes it differs from that of their inputs; for the others it
 * is the same, and in place is tried too. */
static size_t apart(const struct shape *s) { return s->pad % 2 ? 2 : 0; }

/* --- Bernoulli --- */

enum { LOGITS, TARGET, LL, DLOGITS };

static size_t bernoulli_operands(const struct shape *s, struct operand *ops)
{
    ops[LOGITS] = matrix("logits", IN, FILL_LARGE, s->m, s->n, s, 0);
    ops[TARGET] = matrix("x", IN, FILL_UNIT, s->m, s->n, s, 1);
    ops[LL] = vector("ll", OUT, FILL_NORMAL, s->m);
    return 3;
}
static size_t bernoulli_grad_operands(const struct shape *s, struct operand *ops)
{
    bernoulli_operands(s, ops);
    ops[DLOGITS] = matrix("dlogits", OUT, FILL_NORMAL, s->m, s->n, s, apart(s));
    return 4;
}

#define BERNOULLI_CALL(T, kernel)                                                                  \
    const struct T##bernoulli_ll a = {.m = s->m,                                                   \
                                      .n = s->n,                                                   \
                                      .logits = p[LOGITS],                                         \
                                      .ldl = o[LOGITS].ld,                                         \
                                      .x = p[TARGET],                                              \
                                      .ldx = o[TARGET].ld,                                         \
                                      .ll = p[LL],                                                 \
                                      .scale = SCALE,                                              \
                                      .dlogits = p[DLOGITS],                                       \
                                      .ldd = o[DLOGITS].ld};                                       \
    k->kernel(&a)
#define BERNOULLI(T)      BERNOULLI_CALL(T, bernoulli_ll)
#define BERNOULLI_GRAD(T) BERNOULLI_CALL(T, bernoulli_ll_grad)
CASE_CALL_T(call_bernoulli, BERNOULLI)
CASE_CALL_T(call_bernoulli_grad, BERNOULLI_GRAD)

static void bound_bernoulli(const struct shape *s, const struct operand *o, double *const *before,
                            double *const *after, double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const double l = before[LOGITS][i * o[LOGITS].ld + j];
            const double x = before[TARGET][i * o[TARGET].ld + j];
            const double addends = fabs(x * l) + fmax(l, 0) + log1p(exp(-fabs(l)));
            bound[LL][i] += U_F32 * ((double)(s->n + 8) * addends + 1);
        }
}
static void bound_bernoulli_grad(const struct shape *s, const struct operand *o,
                                 double *const *before, double *const *after, double *const *bound)
{
    bound_bernoulli(s, o, before, after, bound);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const double sigmoid = 1 / (1 + exp(-before[LOGITS][i * o[LOGITS].ld + j]));
            const double x = before[TARGET][i * o[TARGET].ld + j];
            bound[DLOGITS][i * o[DLOGITS].ld + j] = 6 * U_F32 * SCALE * (sigmoid + x) + SMALLEST;
        }
}
const struct kcase case_bernoulli_ll = {.kernel = "bernoulli_ll",
                                        .shape = shape_matrix,
                                        .operands = bernoulli_operands,
                                        .call = call_bernoulli,
                                        .call64 = call_bernoulli64,
                                        .bound = bound_bernoulli,
                                        .flops = 7};
const struct kcase case_bernoulli_ll_grad = {.kernel = "bernoulli_ll_grad",
                                             .shape = shape_matrix,
                                             .operands = bernoulli_grad_operands,
                                             .call = call_bernoulli_grad,
                                             .call64 = call_bernoulli_grad64,
                                             .bound = bound_bernoulli_grad,
                                             .in_place = {{true, 0, 3}},
                                             .flops = 10};

/* --- Gaussian --- */

enum { MEAN, LOGVAR, X, GLL, DMEAN, DLOGVAR };

/* LIMITED_AT_ZERO: special values hit the limit, both zeros among them. FIXED: logvar is NULL. */
enum { FREE, LIMITED, LIMITED_AT_ZERO, FIXED, VARIANTS };
static const float MIN_LOGVAR[VARIANTS] = {
    [FREE] = -INFINITY, [LIMITED] = -0.5f, [LIMITED_AT_ZERO] = 0, [FIXED] = 0.75f};

static void variance_text(int variant, char text[VARIANT_TEXT])
{
    if (variant == FREE)
        *text = 0;
    else
        snprintf(text, VARIANT_TEXT,
                 variant == FIXED ? "variance fixed at exp(%g)" : "logvar >= %g",
                 (double)MIN_LOGVAR[variant]);
}

/* All shapes of one variant, then those of the next. */
static bool shape_gaussian(size_t i, bool quick, struct shape *s)
{
    size_t count = 0;
    while (shape_matrix(count, quick, s)) count++;
    shape_matrix(i % count, quick, s);
    s->variant = (int)(i / count);
    return s->variant < VARIANTS;
}

static size_t gaussian_operands(const struct shape *s, struct operand *ops)
{
    ops[MEAN] = matrix("mean", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[LOGVAR] = matrix("logvar", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[X] = matrix("x", IN, FILL_NORMAL, s->m, s->n, s, 1);
    ops[GLL] = vector("ll", OUT, FILL_NORMAL, s->m);
    return 4;
}
/* An output that must not be written has no rows, and is guarded like any other. */
static size_t gaussian_grad_operands(const struct shape *s, struct operand *ops)
{
    gaussian_operands(s, ops);
    ops[DMEAN] = matrix("dmean", OUT, FILL_NORMAL, s->m, s->n, s, apart(s));
    ops[DLOGVAR] =
        matrix("dlogvar", OUT, FILL_NORMAL, s->variant == FIXED ? 0 : s->m, s->n, s, apart(s));
    return 6;
}

#define GAUSSIAN_CALL(T, kernel)                                                                   \
    const struct T##gaussian_ll a = {.m = s->m,                                                    \
                                     .n = s->n,                                                    \
                                     .mean = p[MEAN],                                              \
                                     .logvar = s->variant == FIXED ? NULL : p[LOGVAR],             \
                                     .ld = o[MEAN].ld,                                             \
                                     .min_logvar = MIN_LOGVAR[s->variant],                         \
                                     .x = p[X],                                                    \
                                     .ldx = o[X].ld,                                               \
                                     .ll = p[GLL],                                                 \
                                     .scale = SCALE,                                               \
                                     .dmean = p[DMEAN],                                            \
                                     .dlogvar = p[DLOGVAR],                                        \
                                     .ldg = o[DMEAN].ld};                                          \
    k->kernel(&a)
#define GAUSSIAN(T)      GAUSSIAN_CALL(T, gaussian_ll)
#define GAUSSIAN_GRAD(T) GAUSSIAN_CALL(T, gaussian_ll_grad)
CASE_CALL_T(call_gaussian, GAUSSIAN)
CASE_CALL_T(call_gaussian_grad, GAUSSIAN_GRAD)

/* Magnitudes behind one element's bounds: |x| + |mean|, exp(-v), |v|. */
struct spread {
    double reach, precision, logvar;
    bool below; /* logvar is below the limit, or fixed: v is the limit and has no gradient */
};
static struct spread spread(const struct shape *s, const struct operand *o, double *const *before,
                            size_t i, size_t j)
{
    const double mean = before[MEAN][i * o[MEAN].ld + j], x = before[X][i * o[X].ld + j];
    const double given = before[LOGVAR][i * o[MEAN].ld + j], min = (double)MIN_LOGVAR[s->variant];
    const bool below = s->variant == FIXED || given < min;
    const double v = below ? min : given;
    return (struct spread){fabs(x) + fabs(mean), exp(-v), fabs(v), below};
}

static void bound_gaussian(const struct shape *s, const struct operand *o, double *const *before,
                           double *const *after, double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const struct spread a = spread(s, o, before, i, j);
            const double addends = 1.84 + a.logvar + a.reach * a.reach * a.precision;
            bound[GLL][i] += U_F32 * (double)(s->n + 10) * 0.5 * addends;
        }
}
static void bound_gaussian_grad(const struct shape *s, const struct operand *o,
                                double *const *before, double *const *after, double *const *bound)
{
    bound_gaussian(s, o, before, after, bound);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const struct spread a = spread(s, o, before, i, j);
            const size_t e = i * o[DMEAN].ld + j;
            bound[DMEAN][e] = 8 * U_F32 * SCALE * a.reach * a.precision;
            if (a.below) continue; /* exactly +0, or no output at all */
            bound[DLOGVAR][e] = 5 * U_F32 * SCALE * (1 + a.reach * a.reach * a.precision);
        }
}
const struct kcase case_gaussian_ll = {.kernel = "gaussian_ll",
                                       .shape = shape_gaussian,
                                       .operands = gaussian_operands,
                                       .call = call_gaussian,
                                       .call64 = call_gaussian64,
                                       .bound = bound_gaussian,
                                       .flops = 7,
                                       .variant_text = variance_text,
                                       .added.golden = LIMITED};
const struct kcase case_gaussian_ll_grad = {.kernel = "gaussian_ll_grad",
                                            .shape = shape_gaussian,
                                            .operands = gaussian_grad_operands,
                                            .call = call_gaussian_grad,
                                            .call64 = call_gaussian_grad64,
                                            .bound = bound_gaussian_grad,
                                            .in_place = {{true, 0, 4}, {true, 1, 5}},
                                            .flops = 11,
                                            .variant_text = variance_text,
                                            .added.golden = LIMITED};

/* --- standard normal --- */

static size_t normal_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = matrix("z", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[1] = vector("ll", OUT, FILL_NORMAL, s->m);
    return 2;
}
CASE_CALL(call_normal, k->normal_ll(s->m, s->n, p[0], o[0].ld, p[1]))

static void bound_normal(const struct shape *s, const struct operand *o, double *const *before,
                         double *const *after, double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const double z = before[0][i * o[0].ld + j];
            bound[1][i] += U_F32 * (double)(s->n + 8) * 0.5 * (1.84 + z * z);
        }
}
const struct kcase case_normal_ll = {.kernel = "normal_ll",
                                     .shape = shape_matrix,
                                     .operands = normal_operands,
                                     .call = call_normal,
                                     .call64 = call_normal64,
                                     .bound = bound_normal,
                                     .flops = 3};
