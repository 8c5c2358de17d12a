/* Environment variables of a test run:
 *   SV_QUICK=1        fewer shapes, alignments and runs (`make check`)
 *   SV_SLOW=1         fewer steps and ways still, for sanitizers and emulators
 *   SV_MOST_WORK=n    kernels' shapes of more multiply-adds shrink, for emulators (`make arm`)
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

/* Whether all of them are valid; otherwise says on standard error which is not. */
bool asked_make_sense(void);

bool quick_run(void);
bool slow_run(void);
double most_work(void);     /* 0: nothing shrinks */
uint64_t verify_seed(void); /* VERIFY_SEED by default */

bool asked_isa(const char *isa);     /* SV_ISA is this one, or not set */
bool asked_kernel(const char *name); /* likewise */

/* Parses the value of SV_SHAPE. */
bool shape_of_text(const char *text, struct verify_shape *out);

/* The options for verify_kernel_forked: as the variables say, compared bit for bit with generic,
 * and failures logged to standard error. */
struct verify_options asked_options(void);

#endif
