#include "chosen.h"
#include "../../reference/verify/known.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool vae_chosen_isa(const char *isa, struct sv_choice *out, struct vae_error *e)
{
    const char *asked = isa ? isa : getenv("SV_ISA"), *by = isa ? "--isa" : "SV_ISA";
    char list[128] = "";
    switch (sv_choice_default(asked, out)) {
    case SV_OK: return true;
    case SV_ISA_UNSUPPORTED:
        return vae_fail(e, "%s %s: this CPU or its operating system lacks it; leave it out", by,
                        asked);
    default: break;
    }
    for (size_t i = 0; sv_isa_name(i); i++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", sv_isa_name(i));
    }
    return vae_fail(e, "%s %s: give one of %s", by, asked, list);
}

bool vae_chosen_profile_folder(char dir[PROFILE_PATH], struct vae_error *e)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n;
    if (cache && *cache == '/') /* the specification says to ignore relative paths */
        n = snprintf(dir, PROFILE_PATH, "%s/vae", cache);
    else if (home && *home)
        n = snprintf(dir, PROFILE_PATH, "%s/.cache/vae", home);
    else
        return vae_fail(e, "no place for a profile: set HOME or XDG_CACHE_HOME");
    return n < PROFILE_PATH || vae_fail(e, "%.64s...: name too long", dir);
}

/* Without a usable profile the choice stays as it is. False if out of memory. */
static bool load_profile(struct sv_choice *out, struct vae_error *failed)
{
    char dir[PROFILE_PATH], path[PROFILE_PATH];
    struct candidates c;
    struct machine m;
    struct pick p;
    struct vae_error e = {""};
    vae_machine_this(&m);
    vae_candidates_of_build(&c);
    if (!vae_chosen_profile_folder(dir, &e) || !vae_profile_path(&m, dir, path, &e) ||
        access(path, F_OK))
        return true;
    if (vae_profile_read(path, &m, &c, &p, &e)) {
        vae_pick_apply(&p, &c, out);
        out->isa = "tuned";
    } else if (errno == ENOMEM) {
        *failed = e;
        return false;
    } else {
        fprintf(stderr, "vae: %s; ignored, `vae tune` makes a new one\n", e.line);
    }
    return true;
}

bool vae_chosen_kernels(const char *isa, struct sv_choice *out, struct vae_error *e)
{
    const char *asked = isa ? isa : getenv("SV_ISA");
    if (!vae_chosen_isa(isa, out, e)) return false;
    return (asked && *asked) || load_profile(out, e);
}

/* Whether an earlier class has the same code for this kernel. */
static bool checked_before(const struct sv_choice *choice, int cls, size_t id)
{
    for (int c = 0; c < cls; c++)
        if (sv_shares(&choice->by_class[c], &choice->by_class[cls], id)) return true;
    return false;
}

bool vae_chosen_check(const struct sv_choice *choice, struct vae_error *e)
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

bool vae_chosen_open(const char *isa, struct sv_choice *out, struct vae_error *e)
{
    return vae_chosen_kernels(isa, out, e) && vae_chosen_check(out, e);
}
