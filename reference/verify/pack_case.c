#include "kcase.h"
#include <stdio.h>

enum { X, Y };

/* variant: transposed */
static bool pack_shape(size_t i, bool quick, struct shape *s)
{
    if (!shape_matrix(i / 2, quick, s)) return false;
    s->variant = i % 2;
    if (i / 4 % 2) { /* rows become the long side */
        const size_t m = s->m;
        s->m = s->n;
        s->n = m + 13;
    }
    return true;
}

static size_t operands(const struct shape *s, struct operand *ops)
{
    const size_t rows = s->variant ? s->n : s->m, cols = s->variant ? s->m : s->n;
    ops[X] = matrix("x", IN, FILL_WIDE, rows, cols, s, 0);
    ops[Y] = (struct operand){"y", OUT, F32, FILL_NORMAL, (s->n + 15) / 16 * s->m, 16, 16};
    return Y + 1;
}

CASE_CALL(call, k->pack(s->m, s->n, p[X], o[X].ld, s->variant, p[Y]))

static bool exact(const struct shape *s)
{
    (void)s;
    return true;
}

static void variant_text(int transposed, char text[VARIANT_TEXT])
{
    snprintf(text, VARIANT_TEXT, "%s", transposed ? "transposed" : "");
}

const struct kcase case_pack = {.kernel = "pack",
                                .shape = pack_shape,
                                .operands = operands,
                                .call = call,
                                .call64 = call64,
                                .ulps = 0,
                                .exact_on_integers = exact,
                                .variant_text = variant_text};
