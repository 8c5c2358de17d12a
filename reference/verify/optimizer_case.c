#include "kcase.h"
#include <math.h>

static const float LR = 0.01f, EPS = 0.125f, DECAY = 0x1p-9f;
static const float BETA1 = 0.9f, BETA2 = 0.999f;

enum { W, G, S, V };

static size_t sgd_operands(const struct shape *s, struct operand *ops)
{
    ops[W] = vector("w", INOUT, FILL_NORMAL, s->n);
    ops[G] = vector("g", IN, FILL_NORMAL, s->n);
    return 2;
}
static size_t adagrad_operands(const struct shape *s, struct operand *ops)
{
    sgd_operands(s, ops);
    ops[S] = vector("s", INOUT, FILL_POSITIVE, s->n);
    return 3;
}
static size_t adam_operands(const struct shape *s, struct operand *ops)
{
    sgd_operands(s, ops);
    ops[S] = vector("m", INOUT, FILL_NORMAL, s->n);
    ops[V] = vector("v", INOUT, FILL_POSITIVE, s->n);
    return 4;
}

#define ADAM(T)                                                                                    \
    const struct T##optim a = {                                                                    \
        .lr = LR, .beta1 = BETA1, .beta2 = BETA2, .eps = EPS, .decay = DECAY};                     \
    k->adam(s->n, p[W], p[G], p[S], p[V], &a)
CASE_CALL(call_sgd, k->sgd(s->n, p[W], p[G], LR, DECAY))
CASE_CALL(call_adagrad, k->adagrad(s->n, p[W], p[G], p[S], LR, EPS, DECAY))
CASE_CALL_T(call_adam, ADAM)

/* |g| + |decay w|: the addends of the decayed gradient */
static double gradient(double *const *before, size_t i)
{
    return fabs(before[G][i]) + fabs(DECAY * before[W][i]);
}

static void bound_sgd(const struct shape *s, const struct operand *o, double *const *before,
                      double *const *after, double *const *bound)
{
    (void)o, (void)after;
    for (size_t i = 0; i < s->n; i++)
        bound[W][i] = SWEPT + 4 * U_F32 * (fabs(before[W][i]) + LR * gradient(before, i));
}

static void bound_adagrad(const struct shape *s, const struct operand *o, double *const *before,
                          double *const *after, double *const *bound)
{
    (void)o;
    for (size_t i = 0; i < s->n; i++) {
        const double g = gradient(before, i), root = sqrt(after[S][i]) + EPS;
        bound[W][i] = SWEPT + 8 * U_F32 * (fabs(before[W][i]) + LR * g / root);
        bound[S][i] = 8 * U_F32 * (before[S][i] + g * g);
    }
}

static void bound_adam(const struct shape *s, const struct operand *o, double *const *before,
                       double *const *after, double *const *bound)
{
    (void)o;
    for (size_t i = 0; i < s->n; i++) {
        const double g = gradient(before, i), root = sqrt(after[V][i]) + EPS;
        const double m = fabs(BETA1 * before[S][i]) + 0.1 * g;
        bound[W][i] = SWEPT + 10 * U_F32 * (fabs(before[W][i]) + LR * m / root);
        bound[S][i] = SWEPT + 8 * U_F32 * m;
        bound[V][i] = SWEPT + 8 * U_F32 * (before[V][i] + 0.001 * g * g);
    }
}

const struct kcase case_sgd = {.kernel = "sgd",
                               .shape = shape_vector,
                               .operands = sgd_operands,
                               .call = call_sgd,
                               .call64 = call_sgd64,
                               .bound = bound_sgd,
                               .flops = 4};
const struct kcase case_adagrad = {.kernel = "adagrad",
                                   .shape = shape_vector,
                                   .operands = adagrad_operands,
                                   .call = call_adagrad,
                                   .call64 = call_adagrad64,
                                   .bound = bound_adagrad,
                                   .flops = 9};
const struct kcase case_adam = {.kernel = "adam",
                                .shape = shape_vector,
                                .operands = adam_operands,
                                .call = call_adam,
                                .call64 = call_adam64,
                                .bound = bound_adam,
                                .flops = 14};
