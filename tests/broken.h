/* Deliberately broken kernels, of which the verifier must find each (test_selftest.c) and say it well
 * (test_messages.c). */
#ifndef BROKEN_H
#define BROKEN_H

#include "../kernels/kernels.h"
#include <check.h>

struct broken {
    const char *name;        /* of the function that replaces a kernel */
    size_t id;               /* of that kernel */
    bool compare_bits;       /* found by comparison with generic, not by the oracle */
    unsigned reason;         /* enum reason: what must be found */
    struct sv_kernels table; /* generic except for that kernel; its isa is the function's name */
};

size_t broken_count(void);

/* The i-th broken kernel; false past the last. */
bool broken_kernel(size_t i, struct broken *out);

TCase *tcase_messages(void); /* test_messages.c */

#endif
