/* A choice nobody would make, to show that results do not depend on it. */
#ifndef PICKS_H
#define PICKS_H

#include "../vae/candidates.h"
#include "harness/data.h"
#include <string.h>

/* Any supported candidate that has the kernel, at random; `fast`: none of generic. */
static inline struct pick random_pick(const struct candidates *c, uint64_t seed, bool fast)
{
    struct source source = {seed};
    struct pick p;
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            size_t i;
            do i = (size_t)(source_next(&source) % c->count);
            while (!c->supported[i] || !sv_has(c->table[i], id) ||
                   (fast && c->count > 1 && !strcmp(c->table[i]->isa, "generic")));
            p.candidate[id][cls] = i;
        }
    return p;
}

#endif
