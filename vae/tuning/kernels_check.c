#include "kernels_check.h"
#include "../../reference/verify/known.h"
#include <stdio.h>
#include <string.h>

bool vae_kernels_named(const char *isa, const char *by, struct sv_choice *out, struct vae_error *e)
{
    char list[128] = "";
    switch (sv_choice_default(isa, out)) {
    case SV_OK: return true;
    case SV_ISA_UNSUPPORTED:
        return vae_fail(e, "%s %s: this CPU or its operating system lacks it; leave it out", by,
                        isa);
    default: break;
    }
    for (size_t i = 0; sv_isa_name(i); i++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", sv_isa_name(i));
    }
    return vae_fail(e, "%s %s: give one of %s", by, isa, list);
}

/* Whether an earlier class has the same code for this kernel. */
static bool checked_before(const struct sv_choice *choice, int cls, size_t id)
{
    for (int c = 0; c < cls; c++)
        if (sv_shares(&choice->by_class[c], &choice->by_class[cls], id)) return true;
    return false;
}

static bool wrong(const struct sv_kernels *k, size_t id, struct vae_error *e)
{
    const struct sv_kernels *owner = sv_serving(k, id);
    return vae_fail(e,
                    "kernel %s of %s, variant %s, does not give its known answer: a fault of "
                    "this build or machine; see `vae kernels`, or try --isa generic",
                    sv_kernel_names[id], owner ? owner->isa : k->isa,
                    owner ? owner->variant : "unknown");
}

bool vae_kernels_check(const struct sv_choice *choice, struct vae_error *e)
{
    for (int cls = 0; cls < SV_CLASSES; cls++)
        for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
            const struct sv_kernels *k = &choice->by_class[cls];
            if (checked_before(choice, cls, id)) continue;
            switch (known_holds(id, k)) {
            case KNOWN_RIGHT: break;
            case KNOWN_WRONG: return wrong(k, id, e);
            case KNOWN_NO_MEMORY:
                return vae_fail(e, "the kernels cannot be checked: not enough memory");
            }
        }
    return true;
}
