#include "kcase.h"
#include <math.h>

/* A different key for each shape; the first two counter words are near their wrap-around. */
static struct sv_rng rng_of(const struct shape *s)
{
    struct sv_rng r = sv_rng_at(0x9e3779b97f4a7c15 * (s->n + 1), 11, (uint32_t)s->pad);
    r.ctr[0] = (uint32_t)-16;
    r.ctr[1] = (uint32_t)-2;
    return r;
}

static size_t draw_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = matrix("y", OUT, FILL_NORMAL, s->m, s->n, s, 0);
    return 1;
}
static size_t philox_operands(const struct shape *s, struct operand *ops)
{
    draw_operands(s, ops);
    ops[0].elem = U32;
    return 1;
}
static size_t bernoulli_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = matrix("p", IN, FILL_UNIT, s->m, s->n, s, 0);
    ops[1] = matrix("y", OUT, FILL_UNIT, s->m, s->n, s, s->pad % 2);
    return 2;
}

CASE_CALL(call_philox, k->philox(s->m, s->n, rng_of(s), p[0], o[0].ld))
CASE_CALL(call_uniform, k->uniform(s->m, s->n, rng_of(s), p[0], o[0].ld))
CASE_CALL(call_normal, k->normal(s->m, s->n, rng_of(s), p[0], o[0].ld))
CASE_CALL(call_bernoulli, k->bernoulli(s->m, s->n, rng_of(s), p[0], o[0].ld, p[1], o[1].ld))

static void bound_normal(const struct shape *s, const struct operand *o, double *const *before,
                         double *const *after, double *const *bound)
{
    (void)before;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * o[0].ld + j;
            bound[0][e] = 6 * U_F32 * fabs(after[0][e]);
        }
}

const struct kcase case_philox = {.kernel = "philox",
                                  .shape = shape_matrix,
                                  .operands = philox_operands,
                                  .call = call_philox,
                                  .call64 = call_philox64,
                                  .flops = 1};
const struct kcase case_uniform = {.kernel = "uniform",
                                   .shape = shape_matrix,
                                   .operands = draw_operands,
                                   .call = call_uniform,
                                   .call64 = call_uniform64,
                                   .flops = 2};
const struct kcase case_normal = {.kernel = "normal",
                                  .shape = shape_matrix,
                                  .operands = draw_operands,
                                  .call = call_normal,
                                  .call64 = call_normal64,
                                  .bound = bound_normal,
                                  .flops = 6};
const struct kcase case_bernoulli = {.kernel = "bernoulli",
                                     .shape = shape_matrix,
                                     .operands = bernoulli_operands,
                                     .call = call_bernoulli,
                                     .call64 = call_bernoulli64,
                                     .in_place = {{true, 0, 1}},
                                     .flops = 3};
