#include "chosen.h"
#include "../tuning/kernels_check.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool vae_chosen_isa(const char *isa, struct sv_choice *out, struct vae_error *e)
{
    return isa ? vae_kernels_named(isa, "--isa", out, e)
               : vae_kernels_named(getenv("SV_ISA"), "SV_ISA", out, e);
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

bool vae_chosen_open(const char *isa, struct sv_choice *out, struct vae_error *e)
{
    return vae_chosen_kernels(isa, out, e) && vae_kernels_check(out, e);
}
