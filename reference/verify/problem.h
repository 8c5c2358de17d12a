/* One shape of a kernel with one kind of data: its inputs, the expected outputs, and messages about
 * it. Internal to verify.c and verify_job.c. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include "verify.h"

struct problem {
    const struct kcase *kcase;
    size_t number; /* of the shape in the case's list */
    struct shape shape;
    enum data_kind kind;
    struct operand op[MAX_OPERANDS];
    size_t count;
    void *input[MAX_OPERANDS]; /* as the kernel sees it before the call */
    void *bits[MAX_OPERANDS];  /* outputs of the generic table */
    double *before[MAX_OPERANDS], *after[MAX_OPERANDS], *bound[MAX_OPERANDS];
};

/* The call under way. If the checks run in a child process, this is in shared memory, so that the
 * parent can read it after a crash. */
struct site {
    size_t number; /* of the shape */
    enum data_kind kind;
    int place; /* see place_of */
    bool in_place, generic;
};

/* Sets up shape `number` of kernel id, without data; false past the last shape. */
bool problem_find(struct problem *p, size_t id, size_t number,
                  const struct verify_options *options);

/* Whether this shape is tried with this kind of data. */
bool problem_takes(const struct problem *p, enum data_kind kind,
                   const struct verify_options *options);

/* Large enough to be tried with fewer alignments and kinds of data. */
bool problem_heavy(const struct problem *p);

/* Draws the inputs, runs the oracle, and computes the case's bounds times `slack`. Exits the
 * program if memory runs out (must.h). */
void problem_make(struct problem *p, enum data_kind kind, uint64_t seed, double slack);
void problem_free(struct problem *p);

/* The placement of operand o, for buffer_place, in a call at `place`. It varies with o, so that
 * operands of one call differ in alignment. */
int place_of(int place, size_t o);

/* "c[3][5]", or "y[17]" for a single row; e is the element's offset in the operand. */
enum { ELEMENT_TEXT = 64 };
void element_text(const struct operand *op, size_t e, char text[ELEMENT_TEXT]);

/* Logs a failure: table, kernel, shape, data, placement of operand o, what is wrong, and how to
 * replay it. */
void problem_say(const struct problem *p, const struct site *site, const struct sv_kernels *table,
                 const struct verify_options *options, size_t o, const char *what);

/* verify_kernel_forked without the child process; sets *site before each call. */
struct verdict verify_kernel(size_t id, const struct sv_kernels *table,
                             const struct verify_options *options, struct site *site);

#endif
