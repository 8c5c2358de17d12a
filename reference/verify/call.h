/* One call of a kernel with its own data, for known answers and timings. */
#ifndef CALL_H
#define CALL_H

#include "data.h"

struct call {
    const struct kcase *kcase;
    struct shape shape;
    struct operand op[MAX_OPERANDS];
    size_t count;
    void *arg[MAX_OPERANDS]; /* aligned to 64 bytes */
};

/* Allocates the operands and draws random inputs from the seed. `typical` restricts them to
 * values as in training: positive, or near N(0, 1). False if out of memory; nothing is then to
 * be closed. */
bool call_open(struct call *c, const struct kcase *kcase, const struct shape *shape, uint64_t seed,
               bool typical);
void call_close(struct call *c);

static inline void call_run(const struct call *c, const struct sv_kernels *table)
{
    c->kcase->call(table, &c->shape, c->op, c->arg);
}

/* Bytes that a call must move: inputs and outputs once each, in-out operands twice. */
double call_bytes(const struct call *c);

/* Operations of a call, as the case counts them. */
double call_flops(const struct call *c);

#endif
