/* A variant is the number of draws L, 0 ... 3, plus steps of 4 for what else there is. */
#include "kcase.h"
#include "noise_case.h"
#include <math.h>
#include <stdio.h>

enum { SAMPLES = 4 };
static size_t samples(const struct shape *s) { return (size_t)(s->variant % SAMPLES); }

static bool draws_shape(size_t i, bool quick, struct shape *s)
{
    const bool more = shape_matrix(i, quick, s);
    s->variant = (int)(i % SAMPLES);
    return more;
}

static bool reparam_shape(size_t i, bool quick, struct shape *s)
{
    return shape_noise(draws_shape, SAMPLES, i, quick, s);
}

static enum sv_noise noise_of(const struct shape *s)
{
    return (enum sv_noise)(s->variant / SAMPLES);
}

static void samples_text(int variant, char text[VARIANT_TEXT])
{
    char noise[VARIANT_TEXT];
    noise_text(variant / SAMPLES, noise);
    snprintf(text, VARIANT_TEXT, "L = %d%s%.40s", variant % SAMPLES, *noise ? ", " : "", noise);
}

static struct sv_rng rng_of(const struct shape *s) { return sv_rng_at(0x5eed0000 + s->n, 3, 7); }

/* --- forward --- */

enum { MU, LOGVAR, Z, EPS, KL };

static size_t reparam_operands(const struct shape *s, struct operand *ops)
{
    const size_t rows = s->m * samples(s);
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
                                 .samples = samples(s),                                            \
                                 .mu = p[MU],                                                      \
                                 .logvar = p[LOGVAR],                                              \
                                 .ld = o[MU].ld,                                                   \
                                 .z = p[Z],                                                        \
                                 .eps = p[EPS],                                                    \
                                 .ldz = o[2].ld,                                                   \
                                 .kl = p[KL],                                                      \
                                 .rng = rng_of(s),                                                 \
                                 .noise = noise_of(s)};                                            \
    k->reparam(&r)
CASE_CALL_T(call_reparam, REPARAM)

static void bound_reparam(const struct shape *s, const struct operand *o, double *const *before,
                          double *const *after, double *const *bound)
{
    const size_t ld = o[MU].ld, ldz = o[Z].ld, draws = samples(s);
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const double mu = before[MU][i * ld + j], lv = before[LOGVAR][i * ld + j];
            bound[KL][i] +=
                U_F32 * (double)(s->n + 8) * 0.5 * noise_kl_addends(mu, lv, noise_of(s));
            for (size_t r = i * draws; r < (i + 1) * draws; r++) {
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
                                   .timed_variant = 1,
                                   .added = {.golden = SAMPLES, .known = SAMPLES}};

/* --- backward --- */

/* Objectives: beta = 1, another beta, row weights with beta = 0, both. None but the last two has
 * row weights. A variant is SAMPLES times the objective, plus the number of draws, plus SAMPLES *
 * OBJECTIVES times the noise. */
enum { PLAIN, SCALED, WEIGHTED, SCALED_WEIGHTED, OBJECTIVES };
static const float BETA[OBJECTIVES] = {[PLAIN] = 1, [SCALED] = 0.3f, [SCALED_WEIGHTED] = 0.3f};

static int objective(const struct shape *s) { return s->variant / SAMPLES % OBJECTIVES; }
static enum sv_noise grad_noise(const struct shape *s)
{
    return (enum sv_noise)(s->variant / (SAMPLES * OBJECTIVES));
}
static bool weighted(const struct shape *s)
{
    return objective(s) == WEIGHTED || objective(s) == SCALED_WEIGHTED;
}

static void objective_text(int variant, char text[VARIANT_TEXT])
{
    const struct shape s = {.variant = variant};
    char noise[VARIANT_TEXT];
    noise_text((int)grad_noise(&s), noise);
    snprintf(text, VARIANT_TEXT, "L = %zu, beta = %g%s%s%.40s", samples(&s),
             (double)BETA[objective(&s)], weighted(&s) ? ", row weights" : "", *noise ? ", " : "",
             noise);
}

/* All shapes of one objective, then those of the next. */
static bool objectives_shape(size_t i, bool quick, struct shape *s)
{
    size_t count = 0;
    while (draws_shape(count, quick, s)) count++;
    draws_shape(i % count, quick, s);
    s->variant += SAMPLES * (int)(i / count);
    return i / count < OBJECTIVES;
}

static bool reparam_grad_shape(size_t i, bool quick, struct shape *s)
{
    return shape_noise(objectives_shape, SAMPLES * OBJECTIVES, i, quick, s);
}

enum { DZ = 2, EPS_IN, DMU, DLOGVAR, C, Z_IN };

static size_t reparam_grad_operands(const struct shape *s, struct operand *ops)
{
    const size_t rows = s->m * samples(s), used = weighted(s) ? rows : 0;
    ops[MU] = matrix("mu", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[LOGVAR] = matrix("logvar", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[DZ] = matrix("dz", IN, FILL_NORMAL, rows, s->n, s, 1);
    ops[EPS_IN] = matrix("eps", IN, FILL_NORMAL, rows, s->n, s, 1);
    ops[DMU] = matrix("dmu", OUT, FILL_NORMAL, s->m, s->n, s, 2);
    ops[DLOGVAR] = matrix("dlogvar", OUT, FILL_NORMAL, s->m, s->n, s, 2);
    ops[C] = vector("c", IN, FILL_NORMAL, used);
    ops[Z_IN] = matrix("z", IN, FILL_NORMAL, used, s->n, s, 1);
    return 8;
}

#define REPARAM_GRAD(T)                                                                            \
    const struct T##reparam_grad r = {.m = s->m,                                                   \
                                      .n = s->n,                                                   \
                                      .samples = samples(s),                                       \
                                      .mu = p[MU],                                                 \
                                      .logvar = p[LOGVAR],                                         \
                                      .ld = o[MU].ld,                                              \
                                      .dz = p[DZ],                                                 \
                                      .eps = p[EPS_IN],                                            \
                                      .ldz = o[DZ].ld,                                             \
                                      .beta = BETA[objective(s)],                                  \
                                      .c = weighted(s) ? p[C] : NULL,                              \
                                      .z = weighted(s) ? p[Z_IN] : NULL,                           \
                                      .dmu = p[DMU],                                               \
                                      .dlogvar = p[DLOGVAR],                                       \
                                      .ldg = o[DMU].ld,                                            \
                                      .noise = grad_noise(s)};                                     \
    k->reparam_grad(&r)
CASE_CALL_T(call_reparam_grad, REPARAM_GRAD)

static void bound_reparam_grad(const struct shape *s, const struct operand *o,
                               double *const *before, double *const *after, double *const *bound)
{
    const double beta = (double)BETA[objective(s)], factor = U_F32 * (double)(samples(s) + 8);
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * o[MU].ld + j, out = i * o[DMU].ld + j;
            const double lv = before[LOGVAR][e];
            double pull = beta * fabs(before[MU][e]), stretch = 0, weights = 0;
            for (size_t r = i * samples(s); r < (i + 1) * samples(s); r++) {
                const size_t rj = r * o[DZ].ld + j;
                double g = fabs(before[DZ][rj]);
                if (weighted(s)) {
                    g += fabs(before[C][r] * before[Z_IN][rj]);
                    weights += fabs(before[C][r]);
                }
                pull += g;
                stretch += g * fabs(before[EPS_IN][rj]);
            }
            bound[DMU][out] = factor * pull;
            bound[DLOGVAR][out] =
                factor * 0.5 *
                (beta * (noise_v(grad_noise(s)) * exp(lv) + 1) + exp(lv / 2) * stretch + weights);
        }
}
const struct kcase case_reparam_grad = {
    .kernel = "reparam_grad",
    .shape = reparam_grad_shape,
    .operands = reparam_grad_operands,
    .call = call_reparam_grad,
    .call64 = call_reparam_grad64,
    .bound = bound_reparam_grad,
    .flops = 10,
    .variant_text = objective_text,
    .timed_variant = 1,
    .added = {.golden = SAMPLES * SCALED, .known = SAMPLES * SCALED}};

/* --- log p(z) - log q(z|x) --- */

enum { RATIO_LOGVAR, RATIO_Z, RATIO_EPS, RATIO };

static size_t log_ratio_operands(const struct shape *s, struct operand *ops)
{
    const size_t rows = s->m * samples(s);
    ops[RATIO_LOGVAR] = matrix("logvar", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[RATIO_Z] = matrix("z", IN, FILL_NORMAL, rows, s->n, s, 1);
    ops[RATIO_EPS] = matrix("eps", IN, FILL_NORMAL, rows, s->n, s, 1);
    ops[RATIO] = vector("y", OUT, FILL_NORMAL, rows);
    return 4;
}

#define LOG_RATIO(T)                                                                               \
    const struct T##log_ratio a = {.m = s->m,                                                      \
                                   .n = s->n,                                                      \
                                   .samples = samples(s),                                          \
                                   .logvar = p[RATIO_LOGVAR],                                      \
                                   .ld = o[RATIO_LOGVAR].ld,                                       \
                                   .z = p[RATIO_Z],                                                \
                                   .eps = p[RATIO_EPS],                                            \
                                   .ldz = o[RATIO_Z].ld,                                           \
                                   .y = p[RATIO],                                                  \
                                   .noise = noise_of(s)};                                          \
    k->log_ratio(&a)
CASE_CALL_T(call_log_ratio, LOG_RATIO)

static void bound_log_ratio(const struct shape *s, const struct operand *o, double *const *before,
                            double *const *after, double *const *bound)
{
    (void)after;
    for (size_t r = 0; r < s->m * samples(s); r++)
        for (size_t j = 0; j < s->n; j++) {
            const double lv = before[RATIO_LOGVAR][r / samples(s) * o[RATIO_LOGVAR].ld + j];
            const double z = before[RATIO_Z][r * o[RATIO_Z].ld + j];
            const double eps = before[RATIO_EPS][r * o[RATIO_EPS].ld + j];
            const double h = noise_of(s) ? 2 * fabs(eps) + 4 : eps * eps;
            const double addends = 0.5 * (h + fabs(lv) + z * z);
            bound[RATIO][r] += U_F32 * (double)(s->n + 10) * addends;
        }
}
const struct kcase case_log_ratio = {.kernel = "log_ratio",
                                     .shape = reparam_shape,
                                     .operands = log_ratio_operands,
                                     .call = call_log_ratio,
                                     .call64 = call_log_ratio64,
                                     .bound = bound_log_ratio,
                                     .flops = 6,
                                     .variant_text = samples_text,
                                     .timed_variant = 1,
                                     .added = {.golden = SAMPLES, .known = SAMPLES}};
