/* How far float results are from the double oracle, in units in the last place. */
#ifndef ACCURACY_H
#define ACCURACY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct accuracy {
    double ulps;       /* largest error of a finite result */
    uint64_t wrong;    /* results that miss the oracle's NaN, infinity or zero, or make up a NaN */
    uint32_t at;       /* input of the largest error, as bits; the lowest of several */
    uint32_t wrong_at; /* likewise, input of a wrong result */
};

#define ACCURACY_NONE ((struct accuracy){.at = UINT32_MAX, .wrong_at = UINT32_MAX})

/* An ulp is that of want's binade, at least 2^-149. An infinite result has no error where want
 * rounds to it, and counts as 2^128 elsewhere. `zero_signs`: a zero must have the oracle's sign. */
struct accuracy accuracy_of(size_t n, const float *x, const float *got, const double *want,
                            bool zero_signs);

/* The accuracy of both sets of results together. */
struct accuracy accuracy_join(struct accuracy a, struct accuracy b);

/* Number of results that differ in bits; two NaN never differ. */
size_t accuracy_other_bits(size_t n, const float *a, const float *b);

#endif
