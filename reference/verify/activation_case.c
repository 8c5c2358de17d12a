#include "kcase.h"
#include <math.h>

static size_t map_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = vector("x", IN, FILL_WIDE, s->n);
    ops[1] = vector("y", OUT, FILL_WIDE, s->n);
    return 2;
}

#define MAP_CASE(name, limit)                                                                      \
    CASE_CALL(call_##name, k->name(s->n, p[0], p[1]))                                              \
    const struct kcase case_##name = {.kernel = #name,                                             \
                                      .shape = shape_vector,                                       \
                                      .operands = map_operands,                                    \
                                      .call = call_##name,                                         \
                                      .call64 = call_##name##64,                                   \
                                      .ulps = limit,                                               \
                                      .flops = 1,                                                  \
                                      .in_place = {{true, 0, 1}}};
MAP_CASE(exp, 1)
MAP_CASE(log, 1)
MAP_CASE(log1p, 1)
MAP_CASE(tanh, 2)
MAP_CASE(sigmoid, 2)
MAP_CASE(softplus, 2)
MAP_CASE(relu, 0)

/* --- derivatives: 4 u |dy| times the addends of f' --- */

static size_t map_grad_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = vector("y", IN, FILL_NORMAL, s->n);
    ops[1] = vector("dy", IN, FILL_NORMAL, s->n);
    ops[2] = vector("dx", OUT, FILL_NORMAL, s->n);
    return 3;
}

#define MAP_GRAD_CASE(name, addends, work)                                                         \
    CASE_CALL(call_##name, k->name(s->n, p[0], p[1], p[2]))                                        \
    static void bound_##name(const struct shape *s, const struct operand *o,                       \
                             double *const *before, double *const *after, double *const *bound)    \
    {                                                                                              \
        (void)o, (void)after;                                                                      \
        for (size_t i = 0; i < s->n; i++) {                                                        \
            const double y = before[0][i];                                                         \
            bound[2][i] = 4 * U_F32 * fabs(before[1][i]) * (addends);                              \
        }                                                                                          \
    }                                                                                              \
    const struct kcase case_##name = {.kernel = #name,                                             \
                                      .shape = shape_vector,                                       \
                                      .operands = map_grad_operands,                               \
                                      .call = call_##name,                                         \
                                      .call64 = call_##name##64,                                   \
                                      .bound = bound_##name,                                       \
                                      .flops = work,                                               \
                                      .in_place = {{true, 1, 2}}};
MAP_GRAD_CASE(tanh_grad, 1 + y * y, 3)
MAP_GRAD_CASE(sigmoid_grad, fabs(y) * (1 + fabs(y)), 3)
MAP_GRAD_CASE(softplus_grad, 1 + exp(-y), 3)
MAP_GRAD_CASE(relu_grad, y > 0 ? 0 : 0, 1)

/* --- sincos2pi --- */

static size_t sincos_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = vector("x", IN, FILL_WIDE, s->n);
    ops[1] = vector("s", OUT, FILL_WIDE, s->n);
    ops[2] = vector("c", OUT, FILL_WIDE, s->n);
    return 3;
}
CASE_CALL(call_sincos, k->sincos2pi(s->n, p[0], p[1], p[2]))
const struct kcase case_sincos2pi = {.kernel = "sincos2pi",
                                     .shape = shape_vector,
                                     .operands = sincos_operands,
                                     .call = call_sincos,
                                     .call64 = call_sincos64,
                                     .ulps = 2,
                                     .flops = 2};
