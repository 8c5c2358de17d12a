/* variant is the number of samples L. */
#include "kcase.h"
#include <math.h>
#include <stdio.h>

static bool reparam_shape(size_t i, bool quick, struct shape *s)
{
    const bool more = shape_matrix(i, quick, s);
    s->variant = (int)(i % 4);
    return more;
}

static void samples_text(int samples, char text[VARIANT_TEXT])
{
    snprintf(text, VARIANT_TEXT, "L = %d", samples);
}

static struct sv_rng rng_of(const struct shape *s) { return sv_rng_at(0x5eed0000 + s->n, 3, 7); }

/* --- forward --- */

enum { MU, LOGVAR, Z, EPS, KL };

static size_t reparam_operands(const struct shape *s, struct operand *ops)
{
    const size_t rows = s->m * (size_t)s->variant;
    ops[MU] = matrix("mu", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[LOGVAR] = matrix("logvar", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[Z] = matrix("z", OUT, FILL_NORMAL, rows, s->n, s, 1);
    ops[EPS] = matrix("eps", OUT, FILL_NORMAL, rows, s->n, s, 1);
    ops[KL] = vector("kl", OUT, FILL_NORMAL, s->m);
    return 5;
}

#define REPARAM(T)                                                                                 \
    const struct T##reparam r = {.m = s->m,                                                        \
                                 .n = s->n,                                                        \
                                 .samples = (size_t)s->variant,                                    \
                                 .mu = p[MU],                                                      \
                                 .logvar = p[LOGVAR],                                              \
                                 .ld = o[MU].ld,                                                   \
                                 .z = p[Z],                                                        \
                                 .eps = p[EPS],                                                    \
                                 .ldz = o[2].ld,                                                   \
                                 .kl = p[KL],                                                      \
                                 .rng = rng_of(s)};                                                \
    k->reparam(&r)
CASE_CALL_T(call_reparam, REPARAM)

static void bound_reparam(const struct shape *s, const struct operand *o, double *const *before,
                          double *const *after, double *const *bound)
{
    const size_t ld = o[MU].ld, ldz = o[Z].ld, samples = (size_t)s->variant;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const double mu = before[MU][i * ld + j], lv = before[LOGVAR][i * ld + j];
            bound[KL][i] += U_F32 * (double)(s->n + 8) * 0.5 * (mu * mu + exp(lv) + 1 + fabs(lv));
            for (size_t r = i * samples; r < (i + 1) * samples; r++) {
                const double eps = fabs(after[EPS][r * ldz + j]);
                bound[EPS][r * ldz + j] = 6 * U_F32 * eps;
                bound[Z][r * ldz + j] = 12 * U_F32 * (fabs(mu) + exp(lv / 2) * eps);
            }
        }
}
const struct kcase case_reparam = {.kernel = "reparam",
                                   .shape = reparam_shape,
                                   .operands = reparam_operands,
                                   .call = call_reparam,
                                   .call64 = call_reparam64,
                                   .bound = bound_reparam,
                                   .flops = 16,
                                   .variant_text = samples_text,
                                   .timed_variant = 1};

/* --- backward --- */

enum { DZ = 2, EPS_IN, DMU, DLOGVAR };

static size_t reparam_grad_operands(const struct shape *s, struct operand *ops)
{
    const size_t rows = s->m * (size_t)s->variant;
    ops[MU] = matrix("mu", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[LOGVAR] = matrix("logvar", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[DZ] = matrix("dz", IN, FILL_NORMAL, rows, s->n, s, 1);
    ops[EPS_IN] = matrix("eps", IN, FILL_NORMAL, rows, s->n, s, 1);
    ops[DMU] = matrix("dmu", OUT, FILL_NORMAL, s->m, s->n, s, 2);
    ops[DLOGVAR] = matrix("dlogvar", OUT, FILL_NORMAL, s->m, s->n, s, 2);
    return 6;
}

#define REPARAM_GRAD(T)                                                                            \
    const struct T##reparam_grad r = {.m = s->m,                                                   \
                                      .n = s->n,                                                   \
                                      .samples = (size_t)s->variant,                               \
                                      .mu = p[MU],                                                 \
                                      .logvar = p[LOGVAR],                                         \
                                      .ld = o[MU].ld,                                              \
                                      .dz = p[DZ],                                                 \
                                      .eps = p[EPS_IN],                                            \
                                      .ldz = o[2].ld,                                              \
                                      .dmu = p[DMU],                                               \
                                      .dlogvar = p[DLOGVAR],                                       \
                                      .ldg = o[DMU].ld};                                           \
    k->reparam_grad(&r)
CASE_CALL_T(call_reparam_grad, REPARAM_GRAD)

static void bound_reparam_grad(const struct shape *s, const struct operand *o,
                               double *const *before, double *const *after, double *const *bound)
{
    const size_t ld = o[MU].ld, ldz = o[DZ].ld, samples = (size_t)s->variant;
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * ld + j, out = i * o[DMU].ld + j;
            const double lv = before[LOGVAR][e], factor = U_F32 * (double)(samples + 8);
            double pull = fabs(before[MU][e]), stretch = 0;
            for (size_t r = i * samples; r < (i + 1) * samples; r++) {
                pull += fabs(before[DZ][r * ldz + j]);
                stretch += fabs(before[DZ][r * ldz + j] * before[EPS_IN][r * ldz + j]);
            }
            bound[DMU][out] = factor * pull;
            bound[DLOGVAR][out] = factor * 0.5 * (exp(lv) + 1 + exp(lv / 2) * stretch);
        }
}
const struct kcase case_reparam_grad = {.kernel = "reparam_grad",
                                        .shape = reparam_shape,
                                        .operands = reparam_grad_operands,
                                        .call = call_reparam_grad,
                                        .call64 = call_reparam_grad64,
                                        .bound = bound_reparam_grad,
                                        .flops = 10,
                                        .variant_text = samples_text,
                                        .timed_variant = 1};
