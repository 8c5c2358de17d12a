#include "call.h"
#include <stdlib.h>
#include <string.h>

static void *zeroed(size_t bytes)
{
    const size_t whole = (bytes + 64) / 64 * 64;
    void *p = aligned_alloc(64, whole);
    return p ? memset(p, 0, whole) : NULL;
}

bool call_open(struct call *c, const struct kcase *kcase, const struct shape *shape, uint64_t seed,
               bool typical)
{
    struct source source = {seed};
    *c = (struct call){.kcase = kcase, .shape = *shape};
    c->count = kcase->operands(shape, c->op);
    for (size_t o = 0; o < c->count; o++) {
        struct operand *op = &c->op[o];
        if (typical && op->fill == FILL_WIDE) op->fill = FILL_POSITIVE;
        if (typical && op->fill == FILL_LARGE) op->fill = FILL_NORMAL;
        c->arg[o] = zeroed(operand_extent(op) * operand_size(op));
        if (!c->arg[o]) {
            call_close(c);
            return false;
        }
        if (operand_is_input(op)) data_fill(&source, op, DATA_RANDOM, c->arg[o]);
    }
    return true;
}

void call_close(struct call *c)
{
    for (size_t o = 0; o < c->count; o++) free(c->arg[o]);
}

double call_bytes(const struct call *c)
{
    double bytes = 0;
    for (size_t o = 0; o < c->count; o++) {
        const struct operand *op = &c->op[o];
        const int times = operand_is_input(op) + operand_is_output(op);
        bytes += times * (double)operand_size(op) * (double)op->rows * (double)op->cols;
    }
    return bytes;
}

double call_flops(const struct call *c)
{
    const struct shape *s = &c->shape;
    return (c->kcase->flops + 2 * (double)s->k) * (double)s->m * (double)s->n;
}
