#include "kcase.h"
#include <math.h>

/* --- leapfrog: 4 u of the addends --- */

enum { A, E, DZ, Z, P };

static size_t leapfrog_operands(const struct shape *s, struct operand *ops)
{
    ops[A] = vector("a", IN, FILL_POSITIVE, s->m);
    ops[E] = vector("e", IN, FILL_POSITIVE, s->m);
    ops[DZ] = matrix("dz", IN, FILL_NORMAL, s->m, s->n, s, 0);
    ops[Z] = matrix("z", INOUT, FILL_NORMAL, s->m, s->n, s, 1);
    ops[P] = matrix("p", INOUT, FILL_NORMAL, s->m, s->n, s, 1);
    return 5;
}

#define LEAPFROG(T)                                                                                \
    const struct T##leapfrog q = {.m = s->m,                                                       \
                                  .n = s->n,                                                       \
                                  .a = p[A],                                                       \
                                  .e = p[E],                                                       \
                                  .dz = p[DZ],                                                     \
                                  .ldd = o[DZ].ld,                                                 \
                                  .z = p[Z],                                                       \
                                  .p = p[P],                                                       \
                                  .ldz = o[Z].ld};                                                 \
    k->leapfrog(&q)
CASE_CALL_T(call_leapfrog, LEAPFROG)

static void bound_leapfrog(const struct shape *s, const struct operand *o, double *const *before,
                           double *const *after, double *const *bound)
{
    (void)after;
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            const size_t at = i * o[Z].ld + j;
            const double z = fabs(before[Z][at]), dz = fabs(before[DZ][i * o[DZ].ld + j]);
            const double p = fabs(before[P][at]) + fabs(before[A][i]) * (dz + z);
            bound[P][at] = 4 * U_F32 * p;
            bound[Z][at] = 4 * U_F32 * (z + fabs(before[E][i]) * p);
        }
}
const struct kcase case_leapfrog = {.kernel = "leapfrog",
                                    .shape = shape_matrix,
                                    .operands = leapfrog_operands,
                                    .call = call_leapfrog,
                                    .call64 = call_leapfrog64,
                                    .bound = bound_leapfrog,
                                    .flops = 5};
