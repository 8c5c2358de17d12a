#include "chosen.h"
#include "../../reference/verify/known.h"
#include "../tuning/profile.h"
#include "options.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Without a profile, or with one that is not for this build and machine, the choice stays as it is. */
static bool load_profile(struct sv_choice *out, struct vae_error *failed)
{
    char dir[PROFILE_PATH], path[PROFILE_PATH];
    struct candidates c;
    struct machine m;
    struct pick p;
    struct vae_error e = {""};
    machine_this(&m);
    candidates_of_build(&c);
    if (!profile_path(&m, dir, path, &e) || access(path, F_OK)) return true;
    if (profile_read(path, &m, &c, &p, &e)) {
        pick_apply(&p, &c, out);
        out->isa = "tuned";
    } else if (errno == ENOMEM) {
        *failed = e;
        return false;
    } else {
        fprintf(stderr, "vae: %s; ignored, `vae tune` makes a new one\n", e.line);
    }
    return true;
}

bool chosen_kernels(const char *isa, struct sv_choice *out, struct vae_error *e)
{
    const char *asked = isa ? isa : getenv("SV_ISA");
    if (!option_kernels(isa, out, e)) return false;
    return (asked && *asked) || load_profile(out, e);
}

/* An earlier class has the same code for this kernel. */
static bool checked_before(const struct sv_choice *choice, int cls, size_t id)
{
    for (int c = 0; c < cls; c++)
        if (sv_shares(&choice->by_class[c], &choice->by_class[cls], id)) return true;
    return false;
}

bool chosen_check(const struct sv_choice *choice, struct vae_error *e)
{
    for (int cls = 0; cls < SV_CLASSES; cls++)
        for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
            const struct sv_kernels *k = &choice->by_class[cls];
            if (checked_before(choice, cls, id) || known_holds(id, k)) continue;
            const struct sv_kernels *owner = sv_serving(k, id);
            return vae_fail(
                e,
                "kernel %s of %s, variant %s, does not give its known answer: a fault of "
                "this build or machine; see `vae kernels`, or try --isa generic",
                sv_kernel_names[id], owner ? owner->isa : k->isa,
                owner ? owner->variant : "unknown");
        }
    return true;
}

bool chosen_open(const char *isa, struct sv_choice *out, struct vae_error *e)
{
    return chosen_kernels(isa, out, e) && chosen_check(out, e);
}
