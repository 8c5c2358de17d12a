/* The variant is the noise. */
#include "kcase.h"
#include "noise_case.h"
#include <math.h>

static bool kl_shape(size_t i, bool quick, struct shape *s)
{
    return shape_noise(shape_matrix, 1, i, quick, s);
}

static enum sv_noise noise_of(const struct shape *s) { return (enum sv_noise)s->variant; }

enum { MU, LOGVAR, KL, DMU, DLOGVAR };

static size_t kl_operands(const struct shape *s, struct operand *ops)
{
    ops[MU] = matrix("mu", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[LOGVAR] = matrix("logvar", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[KL] = vector("kl", OUT, FILL_NORMAL, s->m);
    return 3;
}
static size_t kl_grad_operands(const struct shape *s, struct operand *ops)
{
    kl_operands(s, ops);
    ops[DMU] = matrix("dmu", OUT, FILL_NORMAL, s->m, s->n, s, 1);
    ops[DLOGVAR] = matrix("dlogvar", OUT, FILL_NORMAL, s->m, s->n, s, 1);
    return 5;
}

#define KL_CALL(T, kernel)                                                                         \
    const struct T##kl a = {.m = s->m,                                                             \
                            .n = s->n,                                                             \
                            .mu = p[MU],                                                           \
                            .logvar = p[LOGVAR],                                                   \
                            .ld = o[MU].ld,                                                        \
                            .kl = p[KL],                                                           \
                            .dmu = p[DMU],                                                         \
                            .dlogvar = p[DLOGVAR],                                                 \
                            .ldg = o[DMU].ld,                                                      \
                            .noise = noise_of(s)};                                                 \
    k->kernel(&a)
#define VALUE(T) KL_CALL(T, kl)
#define GRAD(T)  KL_CALL(T, kl_grad)
CASE_CALL_T(call_kl, VALUE)
CASE_CALL_T(call_kl_grad, GRAD)

static void bound_kl(const struct shape *s, const struct operand *o, double *const *before,
                     double *const *after, double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * o[MU].ld + j;
            const double mu = before[MU][e], lv = before[LOGVAR][e];
            bound[KL][i] +=
                U_F32 * (double)(s->n + 8) * 0.5 * noise_kl_addends(mu, lv, noise_of(s));
        }
}
static void bound_kl_grad(const struct shape *s, const struct operand *o, double *const *before,
                          double *const *after, double *const *bound)
{
    bound_kl(s, o, before, after, bound);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const double lv = before[LOGVAR][i * o[MU].ld + j];
            bound[DLOGVAR][i * o[DMU].ld + j] =
                8 * U_F32 * 0.5 * (noise_v(noise_of(s)) * exp(lv) + 1); /* dmu: exact */
        }
}

const struct kcase case_kl = {.kernel = "kl",
                              .shape = kl_shape,
                              .operands = kl_operands,
                              .call = call_kl,
                              .call64 = call_kl64,
                              .bound = bound_kl,
                              .flops = 8,
                              .variant_text = noise_text,
                              .added = {.golden = 1, .known = 1}};
const struct kcase case_kl_grad = {.kernel = "kl_grad",
                                   .shape = kl_shape,
                                   .operands = kl_grad_operands,
                                   .call = call_kl_grad,
                                   .call64 = call_kl_grad64,
                                   .bound = bound_kl_grad,
                                   .flops = 9,
                                   .variant_text = noise_text,
                                   .added = {.golden = 1, .known = 1}};
