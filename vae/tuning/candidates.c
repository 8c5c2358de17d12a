#include "candidates.h"
#include <string.h>

enum {
#define SV_CANDIDATE(isa, variant, probe) TABLE_##isa##_##variant,
#include "../../kernels/isa.def"
    TABLES
};
_Static_assert(TABLES <= (int)MAX_CANDIDATES, "room for every table of isa.def");

void vae_candidates_of_build(struct candidates *c)
{
    for (c->count = 0; c->count < TABLES; c->count++) {
        c->table[c->count] = sv_candidate(c->count);
        c->supported[c->count] = sv_candidate_supported(c->count);
    }
}

size_t vae_candidates_find(const struct candidates *c, const char *isa, const char *variant)
{
    size_t i = 0;
    while (i < c->count && (strcmp(c->table[i]->isa, isa) || strcmp(c->table[i]->variant, variant)))
        i++;
    return i;
}

size_t vae_candidates_serving(const struct candidates *c, const struct sv_kernels *table, size_t id)
{
    size_t i = 0;
    while (i < c->count && !sv_shares(c->table[i], table, id)) i++;
    return i;
}

void vae_pick_apply(const struct pick *p, const struct candidates *c, struct sv_choice *choice)
{
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
        for (int cls = 0; cls < SV_CLASSES; cls++)
            sv_take(&choice->by_class[cls], c->table[p->candidate[id][cls]], id);
}
