/* The equivalence check: one kernel of one table against the double oracle, within the case's
 * bound, and against the generic table, bit for bit.
 *
 * Each call is made between guard pages, with canaries around every operand and in every gap of a
 * leading dimension, outputs pre-filled with a marked NaN, inputs compared with a copy afterwards,
 * at several alignments. Data are random numbers of the operand's kind, small integers, and special
 * values in every lane.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include "data.h"
#include <stdio.h>
#include <sys/types.h>

/* Why a check failed. */
enum reason {
    WRONG_VALUE = 1,   /* further from the oracle than the bound */
    WRONG_BITS = 2,    /* bits differ from generic's, or between alignments, or in place */
    UNWRITTEN = 4,     /* an output element was not written */
    WROTE_OUTSIDE = 8, /* before or after an operand */
    WROTE_GAP = 16,    /* between a row's end and the next row */
    CHANGED_INPUT = 32,
    CHANGED_CONTROL = 64, /* rounding mode, flush-to-zero, ... */
    CRASHED = 128,
};

struct verdict {
    size_t calls;
    size_t failures;  /* checks that failed; the first few are logged */
    unsigned reasons; /* enum reason, those of all failures */
    double worst;     /* largest error / bound of any element; at most 1 if all are within */
    char where[256];  /* that element: shape, operand, got, want, bound */
};

/* The default seed: the same data in every run. */
#define VERIFY_SEED 20131220

/* One shape of a case's list, to be replayed alone. Its data are the same as in a full run. */
struct verify_shape {
    size_t number; /* in the list that `quick` selects */
    int kind;      /* enum data_kind; DATA_KINDS: all */
};

struct verify_options {
    bool quick;         /* fewer lengths and alignments, every kind of check */
    bool compare_bits;  /* also compare with the generic table; off for the scalar reference */
    bool first_failure; /* stop at the first shape that fails */
    double most_work;   /* larger shapes shrink to this, for emulators; 0: no limit */
    uint64_t seed;      /* of the data; see source_of */
    const struct verify_shape *only; /* NULL: every shape */
    FILE *log; /* the first few failures, and how to replay them; NULL: silent */
};

/* Runs the check in a child process, so that a crash is just another failure and nothing leaks into
 * the caller. Jobs may run in parallel; *table and *options must stay unchanged until
 * verify_finish. If the child cannot be created, the program exits (must.h). */
struct verify_job {
    size_t id;
    const struct sv_kernels *table;
    const struct verify_options *options;
    pid_t child;
    int answer;
    struct site *site; /* the child's call under way */
};
struct verify_job verify_start(size_t id, const struct sv_kernels *table,
                               const struct verify_options *options);
struct verdict verify_finish(const struct verify_job *job);
struct verdict verify_kernel_forked(size_t id, const struct sv_kernels *table,
                                    const struct verify_options *options);

#endif
