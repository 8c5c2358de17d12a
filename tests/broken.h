/* Kernels broken on purpose (test_selftest.c), for the tests of what is said about them. */
#ifndef BROKEN_H
#define BROKEN_H

#include "../kernels/kernels.h"
#include <check.h>

struct broken {
    const char *name;        /* of the function that stands in for a kernel */
    size_t id;               /* that kernel */
    bool compare_bits;       /* found by comparison with generic, not by the oracle */
    unsigned reason;         /* enum reason: what must be found */
    struct sv_kernels table; /* generic but for that kernel, its ISA's name that of the function */
};

/* Number i of them; false past the last. */
bool broken_kernel(size_t i, struct broken *out);

TCase *tcase_messages(void); /* test_messages.c */

#endif
