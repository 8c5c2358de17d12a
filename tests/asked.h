/* What the environment asks of a run of the tests:
 *   SV_QUICK=1        shapes, alignments and runs thinned (`make check`)
 *   SV_MOST_WORK=n    work is slow here (`make arm`): kernels' shapes of more multiply-adds shrink
 *   SV_SEED=n         other random data
 *   SV_ISA=name       one instruction set
 *   SV_KERNEL=name    one kernel, in the suite `kernels`
 *   SV_SHAPE=n        one shape of that kernel, by its number in the case's list, or
 *   SV_SHAPE=n:kind   that with one kind of data: random, integers, specials
 *   SV_WORST=1        print the worst element of each kernel
 * A failed check prints those that replay it. */
#ifndef ASKED_H
#define ASKED_H

#include <stdbool.h>
#include <stdint.h>

struct verify_options; /* reference/verify/verify.h */
struct verify_shape;

/* All of them make sense; else says on standard error which does not. */
bool asked_make_sense(void);

bool quick_run(void);
double most_work(void);     /* 0: nothing shrinks */
uint64_t verify_seed(void); /* VERIFY_SEED where none is asked for */

bool asked_isa(const char *isa);     /* this one, or none in particular */
bool asked_kernel(const char *name); /* likewise */

/* SV_SHAPE's syntax. */
bool shape_of_text(const char *text, struct verify_shape *out);

/* For verify_kernel_forked: what is asked, compared bit for bit with generic, failures to standard error. */
struct verify_options asked_options(void);

#endif
