#include "kcase.h"
#include <math.h>

static bool always(const struct shape *s) { return s->n < 4096; }

/* --- colsum: u (m + 2) sum |a| --- */

static size_t colsum_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = matrix("a", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[1] = vector("y", OUT, FILL_NORMAL, s->n);
    return 2;
}
CASE_CALL(call_colsum, k->colsum(s->m, s->n, p[0], o[0].ld, p[1]))

static void bound_colsum(const struct shape *s, const struct operand *o, double *const *before,
                         double *const *after, double *const *bound)
{
    (void)after;
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < s->m; i++)
            bound[1][j] += U_F32 * (double)(s->m + 2) * fabs(before[0][i * o[0].ld + j]);
}
const struct kcase case_colsum = {.kernel = "colsum",
                                  .shape = shape_matrix,
                                  .operands = colsum_operands,
                                  .call = call_colsum,
                                  .call64 = call_colsum64,
                                  .bound = bound_colsum,
                                  .exact_on_integers = always,
                                  .flops = 1};

/* --- logsumexp: (n + 8) u + 2 u |y| --- */

static size_t logsumexp_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = matrix("x", IN, FILL_LARGE, s->m, s->n, s, 0);
    ops[1] = vector("y", OUT, FILL_NORMAL, s->m);
    return 2;
}
CASE_CALL(call_logsumexp, k->logsumexp(s->m, s->n, p[0], o[0].ld, p[1]))

static void bound_logsumexp(const struct shape *s, const struct operand *o, double *const *before,
                            double *const *after, double *const *bound)
{
    (void)o, (void)before;
    for (size_t i = 0; i < s->m; i++)
        bound[1][i] = U_F32 * ((double)(s->n + 8) + 2 * fabs(after[1][i]));
}
const struct kcase case_logsumexp = {.kernel = "logsumexp",
                                     .shape = shape_matrix,
                                     .operands = logsumexp_operands,
                                     .call = call_logsumexp,
                                     .call64 = call_logsumexp64,
                                     .bound = bound_logsumexp,
                                     .flops = 4};
