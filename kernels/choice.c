#include "choice.h"

const char *const sv_class_names[SV_CLASSES] = {"small", "medium", "large"};

enum { SKINNY = 64, LAYER = 512 };

enum sv_status sv_choice_default(const char *isa, struct sv_choice *out)
{
    struct sv_kernels k;
    const enum sv_status status = sv_dispatch(isa, &k);
    if (status != SV_OK) return status;
    out->isa = k.isa;
    for (int c = 0; c < SV_CLASSES; c++) out->by_class[c] = k;
    out->l1 = sv_caches().l1;
    out->l2 = sv_caches().l2;
    return SV_OK;
}

enum sv_class sv_class_of(const struct sv_choice *c, size_t m, size_t n, size_t k)
{
    if (k) {
        const size_t mn = m < n ? m : n, least = mn < k ? mn : k;
        return least < SKINNY ? SV_SMALL : least < LAYER ? SV_MEDIUM : SV_LARGE;
    }
    const double bytes = 3.0 * sizeof(float) * (double)m * (double)n;
    return bytes <= (double)c->l1 ? SV_SMALL : bytes <= (double)c->l2 ? SV_MEDIUM : SV_LARGE;
}

bool sv_has(const struct sv_kernels *k, size_t id)
{
    switch (id) {
#define SV_KERNEL(name, type)                                                                      \
    case SV_KERNEL_##name:                                                                         \
        return k->name != NULL;
#include "kernels.def"
#undef SV_KERNEL
    default: return false;
    }
}

bool sv_shares(const struct sv_kernels *a, const struct sv_kernels *b, size_t id)
{
    switch (id) {
#define SV_KERNEL(name, type)                                                                      \
    case SV_KERNEL_##name:                                                                         \
        return a->name == b->name;
#include "kernels.def"
#undef SV_KERNEL
    default: return false;
    }
}

void sv_take(struct sv_kernels *to, const struct sv_kernels *from, size_t id)
{
    switch (id) {
#define SV_KERNEL(name, type)                                                                      \
    case SV_KERNEL_##name:                                                                         \
        to->name = from->name;                                                                     \
        break;
#include "kernels.def"
#undef SV_KERNEL
    default: break;
    }
}
