/* Seeded input data of the checks. */
#ifndef DATA_H
#define DATA_H

#include "kcase.h"

enum data_kind { DATA_RANDOM, DATA_INTEGERS, DATA_SPECIALS, DATA_KINDS };

extern const char *const data_kind_names[DATA_KINDS]; /* "random", "integers", "specials" */

struct source {
    uint64_t state;
};

/* The source of one shape's data, which depends on these four alone. */
struct source source_of(uint64_t seed, const char *kernel, size_t shape, enum data_kind kind);

uint64_t source_next(struct source *s);
double source_uniform(struct source *s); /* [0, 1) */
float source_normal(struct source *s);   /* near N(0, 1), |x| < 3.5 */

/* Fills rows x cols at ld, elements of op->elem; gaps are left alone. DATA_INTEGERS: small integers
 * (-4 ... 4, FILL_POSITIVE 0 ... 8, FILL_UNIT 0 and 1), so that sums and products are exact.
 * DATA_SPECIALS: random data, of which one element in 23 is NaN, infinite or zero; for FILL_WIDE
 * every other element is one of those or an edge case of the functions. */
void data_fill(struct source *s, const struct operand *op, enum data_kind kind, void *p);

#endif
