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

/* --- logsumexp_grad: y as logsumexp; w (n + 8 + |x - max|) u relative --- */

enum { X, Y, W };

static size_t logsumexp_grad_operands(const struct shape *s, struct operand *ops)
{
    logsumexp_operands(s, ops);
    /* has its own leading dimension for some shapes; for the others in place is tried too */
    ops[W] = matrix("w", OUT, FILL_NORMAL, s->m, s->n, s, s->pad % 2 ? 1 : 0);
    return 3;
}
#define LOGSUMEXP_GRAD(T)                                                                          \
    const struct T##logsumexp_grad a = {                                                           \
        .m = s->m, .n = s->n, .x = p[X], .ldx = o[X].ld, .y = p[Y], .w = p[W], .ldw = o[W].ld};    \
    k->logsumexp_grad(&a)
CASE_CALL_T(call_logsumexp_grad, LOGSUMEXP_GRAD)

static void bound_logsumexp_grad(const struct shape *s, const struct operand *o,
                                 double *const *before, double *const *after, double *const *bound)
{
    bound_logsumexp(s, o, before, after, bound);
    for (size_t i = 0; i < s->m; i++) {
        const double *x = before[X] + i * o[X].ld, *w = after[W] + i * o[W].ld;
        double max = -INFINITY;
        for (size_t j = 0; j < s->n; j++) max = fmax(max, x[j]);
        for (size_t j = 0; j < s->n; j++) {
            /* an x of -inf is infinitely far from max, and its weight exactly 0 */
            const double far = w[j] > 0 ? fabs(x[j] - max) : 0;
            bound[W][i * o[W].ld + j] = U_F32 * ((double)(s->n + 8) + far) * w[j] + 2 * SMALLEST;
        }
    }
}
const struct kcase case_logsumexp_grad = {.kernel = "logsumexp_grad",
                                          .shape = shape_matrix,
                                          .operands = logsumexp_grad_operands,
                                          .call = call_logsumexp_grad,
                                          .call64 = call_logsumexp_grad64,
                                          .bound = bound_logsumexp_grad,
                                          .in_place = {{true, X, W}},
                                          .flops = 5};

/* --- scale_rows: 3 u relative --- */

enum { SCALE, ROWS, SCALED };

static size_t scale_rows_operands(const struct shape *s, struct operand *ops)
{
    ops[SCALE] = vector("s", IN, FILL_WIDE, s->m);
    ops[ROWS] = matrix("x", IN, FILL_WIDE, s->m, s->n, s, 0);
    ops[SCALED] = matrix("y", OUT, FILL_WIDE, s->m, s->n, s, s->pad % 2 ? 1 : 0);
    return 3;
}
CASE_CALL(call_scale_rows,
          k->scale_rows(s->m, s->n, p[SCALE], p[ROWS], o[ROWS].ld, p[SCALED], o[SCALED].ld))
static void bound_scale_rows(const struct shape *s, const struct operand *o, double *const *before,
                             double *const *after, double *const *bound)
{
    (void)before;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0, at = i * o[SCALED].ld; j < s->n; j++)
            bound[SCALED][at + j] = SWEPT + 3 * U_F32 * fabs(after[SCALED][at + j]);
}
const struct kcase case_scale_rows = {.kernel = "scale_rows",
                                      .shape = shape_matrix,
                                      .operands = scale_rows_operands,
                                      .call = call_scale_rows,
                                      .call64 = call_scale_rows64,
                                      .bound = bound_scale_rows,
                                      .exact_on_integers = always,
                                      .in_place = {{true, ROWS, SCALED}},
                                      .flops = 1};
