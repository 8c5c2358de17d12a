/* Input data of the checks, from a seed. */
#ifndef DATA_H
#define DATA_H

#include "kcase.h"

enum data_kind { DATA_RANDOM, DATA_INTEGERS, DATA_SPECIALS, DATA_KINDS };

extern const char *const data_kind_names[DATA_KINDS]; /* "random", "integers", "specials" */

struct source {
    uint64_t state;
};

/* The data of one shape of a kernel: they depend on these four and on nothing drawn before. */
struct source source_of(uint64_t seed, const char *kernel, size_t shape, enum data_kind kind);

uint64_t source_next(struct source *s);
double source_uniform(struct source *s); /* [0, 1) */
float source_normal(struct source *s);   /* near N(0, 1), |x| < 3.5 */

/* Fills rows x cols at ld, elements of op->elem; gaps are left alone. DATA_INTEGERS: whole numbers,
 * |a| <= 4, so that sums and products are exact. DATA_SPECIALS: NaN, infinities and zeros strewn
 * over random data, everywhere over a vector. */
void data_fill(struct source *s, const struct operand *op, enum data_kind kind, void *p);

#endif
