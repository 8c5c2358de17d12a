/* The choice of kernels for a call: one table per class of shapes, because the fastest kernel on a
 * small array need not be the fastest on a large one. The choice does not change the bits.
 *
 *     struct sv_choice c;
 *     if (sv_choice_default(getenv("SV_ISA"), &c) != SV_OK) ...
 *     sv_for(&c, 1, n, 0)->tanh(n, x, y);
 */
#ifndef SV_CHOICE_H
#define SV_CHOICE_H

#include "kernels.h"

/* Matrix products m x n x k: the smallest dimension is below 64 | below 512 | at least 512.
 * Other calls (k = 0): three arrays of m x n floats fit the L1 data cache | L2 | neither. */
enum sv_class { SV_SMALL, SV_MEDIUM, SV_LARGE, SV_CLASSES };

/* "small", "medium", "large" */
extern const char *const sv_class_names[SV_CLASSES];

struct sv_choice {
    const char *isa; /* its name in isa.def, or what the creator of the choice calls it */
    struct sv_kernels by_class[SV_CLASSES];
    size_t l1, l2; /* data cache sizes in bytes */
};

/* The table that sv_dispatch fills, for every class. On error *out is unchanged. */
enum sv_status sv_choice_default(const char *isa, struct sv_choice *out);

enum sv_class sv_class_of(const struct sv_choice *c, size_t m, size_t n, size_t k);

/* The table that serves a call of this shape. */
static inline const struct sv_kernels *sv_for(const struct sv_choice *c, size_t m, size_t n,
                                              size_t k)
{
    return &c->by_class[sv_class_of(c, m, n, k)];
}
static inline const struct sv_kernels *sv_for_gemm(const struct sv_choice *c,
                                                   const struct sv_gemm *g)
{
    return sv_for(c, g->m, g->n, g->k);
}

/* Kernel number id: whether a table has it, whether two tables share it, copy it. */
bool sv_has(const struct sv_kernels *k, size_t id);
bool sv_shares(const struct sv_kernels *a, const struct sv_kernels *b, size_t id);
void sv_take(struct sv_kernels *to, const struct sv_kernels *from, size_t id);

#endif
