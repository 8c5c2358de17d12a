#include "kcase.h"

static size_t pixels_operands(const struct shape *s, struct operand *ops)
{
    ops[0] = vector("x", IN, FILL_BYTES, s->n);
    ops[0].elem = U8;
    ops[1] = vector("y", OUT, FILL_UNIT, s->n);
    return 2;
}

CASE_CALL(call_u8_to_f32, k->u8_to_f32(s->n, p[0], p[1]))
CASE_CALL(call_binarize, k->binarize(s->n, p[0], p[1]))

/* Half an ulp: correctly rounded. */
const struct kcase case_u8_to_f32 = {.kernel = "u8_to_f32",
                                     .shape = shape_vector,
                                     .operands = pixels_operands,
                                     .call = call_u8_to_f32,
                                     .call64 = call_u8_to_f3264,
                                     .ulps = 0.5,
                                     .flops = 1};
const struct kcase case_binarize = {.kernel = "binarize",
                                    .shape = shape_vector,
                                    .operands = pixels_operands,
                                    .call = call_binarize,
                                    .call64 = call_binarize64,
                                    .flops = 1};
