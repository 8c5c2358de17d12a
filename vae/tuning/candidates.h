/* The candidate tables of this build, as a list that tests can extend, and what was picked. */
#ifndef VAE_CANDIDATES_H
#define VAE_CANDIDATES_H

#include "../../kernels/choice.h"

enum { MAX_CANDIDATES = 32 };

/* In order of rising preference; the first has every kernel and is supported. */
struct candidates {
    size_t count;
    const struct sv_kernels *table[MAX_CANDIDATES];
    bool supported[MAX_CANDIDATES];
};

/* One candidate per kernel and class. */
struct pick {
    size_t candidate[SV_KERNEL_COUNT][SV_CLASSES];
};

void vae_candidates_of_build(struct candidates *c);

/* Index of the candidate of that name; c->count if there is none. */
size_t vae_candidates_find(const struct candidates *c, const char *isa, const char *variant);

/* Index of the candidate whose own code a table uses for kernel id; c->count if there is none. */
size_t vae_candidates_serving(const struct candidates *c, const struct sv_kernels *table,
                              size_t id);

/* Puts every picked kernel into *choice. */
void vae_pick_apply(const struct pick *p, const struct candidates *c, struct sv_choice *choice);

#endif
