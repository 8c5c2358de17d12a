/* One shape of a kernel with one kind of data: what goes in, what should come out, and which one it
 * is, in words. For verify.c and verify_job.c. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include "verify.h"

struct problem {
    const struct kcase *kcase;
    size_t number; /* of the shape, in the case's list */
    struct shape shape;
    enum data_kind kind;
    struct operand op[MAX_OPERANDS];
    size_t count;
    void *input[MAX_OPERANDS]; /* as the kernel sees it before the call */
    void *bits[MAX_OPERANDS];  /* what the generic table answered */
    double *before[MAX_OPERANDS], *after[MAX_OPERANDS], *bound[MAX_OPERANDS];
};

/* A call under way. Where the checks run in a child process it lies in memory that the parent sees, and
 * so outlives a crash. */
struct site {
    size_t number; /* of the shape */
    enum data_kind kind;
    int place; /* of the operands: place_of */
    bool in_place, generic;
};

/* Shape number `number` of kernel number id, no data yet; false past the last shape. */
bool problem_find(struct problem *p, size_t id, size_t number,
                  const struct verify_options *options);

/* The kind of data is one that this shape is tried with. */
bool problem_takes(const struct problem *p, enum data_kind kind,
                   const struct verify_options *options);

/* So large that fewer alignments and kinds of data must do. */
bool problem_heavy(const struct problem *p);

/* Draws the inputs and asks the oracle; the case's bounds are multiplied by `slack`. Ends the program
 * where memory is short (must.h). */
void problem_make(struct problem *p, enum data_kind kind, uint64_t seed, double slack);
void problem_free(struct problem *p);

/* Where operand o lies for a call's place, as buffer_place takes it: spread, so that operands of one
 * call differ in alignment. */
int place_of(int place, size_t o);

/* "c[3][5]", or "y[17]" of one row; by the element's place in the operand. */
enum { ELEMENT_TEXT = 64 };
void element_text(const struct operand *op, size_t e, char text[ELEMENT_TEXT]);

/* Names table, kernel, shape, data and placement of operand o, says what is wrong with them, and how
 * to replay it. */
void problem_say(const struct problem *p, const struct site *site, const struct sv_kernels *table,
                 const struct verify_options *options, size_t o, const char *what);

/* verify_kernel_forked without the child process: *site tells of each call before it is made. */
struct verdict verify_kernel(size_t id, const struct sv_kernels *table,
                             const struct verify_options *options, struct site *site);

#endif
