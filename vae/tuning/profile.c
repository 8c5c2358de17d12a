#include "profile.h"
#include "../../reference/fnv.h"
#include "../base/input_file.h"
#include "../base/json.h"
#include "../base/replace_file.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FORMAT = 1, MOST = 1 << 20 /* bytes of a profile */ };

bool vae_profile_path(const struct machine *m, const char *dir, char path[PROFILE_PATH],
                      struct vae_error *e)
{
    const uint64_t key = fnv_text(fnv_text(FNV_START, m->cpu), m->build);
    const int n = snprintf(path, PROFILE_PATH, "%s/kernels-%016" PRIx64 ".json", dir, key);
    return n < PROFILE_PATH || vae_fail(e, "%.64s...: name too long", dir);
}

/* --- writing --- */

static json_t *kernel_to_json(bool *ok, const struct candidates *c, const size_t *pick)
{
    json_t *o = json_object();
    for (int cls = 0; cls < SV_CLASSES; cls++) {
        const struct sv_kernels *t = c->table[pick[cls]];
        json_t *choice = json_object();
        vae_json_put(ok, choice, "isa", json_string(t->isa));
        vae_json_put(ok, choice, "variant", json_string(t->variant));
        vae_json_put(ok, o, sv_class_names[cls], choice);
    }
    return o;
}

bool vae_profile_write(const char *path, const struct machine *m, const struct candidates *c,
                       const struct pick *p, struct vae_error *e)
{
    bool ok = true;
    json_t *o = json_object(), *kernels = json_object();
    struct replace_file r;
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
        vae_json_put(&ok, kernels, sv_kernel_names[id], kernel_to_json(&ok, c, p->candidate[id]));
    vae_json_put(&ok, o, "format", json_integer(FORMAT));
    vae_json_put(&ok, o, "cpu", json_string(m->cpu));
    vae_json_put(&ok, o, "build", json_string(m->build));
    vae_json_put(&ok, o, "kernels", kernels);
    char *text = vae_json_text(ok, o, JSON_INDENT(1));
    if (!text) return vae_fail(e, "%s: not enough memory", path);
    ok = vae_replace_begin(&r, path, e);
    if (ok) {
        vae_replace_text(&r, text);
        vae_replace_text(&r, "\n");
        ok = vae_replace_commit(&r, e);
    }
    free(text);
    return ok;
}

/* --- reading --- */

static bool same_text(const json_t *o, const char *key, const char *want)
{
    const char *got = json_string_value(json_object_get(o, key));
    return got && !strcmp(got, want);
}

static bool read_choice(const char *path, const json_t *o, const struct candidates *c, size_t id,
                        size_t *pick, struct vae_error *e)
{
    const char *isa = json_string_value(json_object_get(o, "isa"));
    const char *variant = json_string_value(json_object_get(o, "variant"));
    const char *kernel = sv_kernel_names[id];
    if (!isa || !variant) return vae_fail(e, "%s: damaged: no candidate for %s", path, kernel);
    *pick = vae_candidates_find(c, isa, variant);
    if (*pick == c->count || !sv_has(c->table[*pick], id))
        return vae_fail(e, "%s: %s %s is no candidate for %s", path, isa, variant, kernel);
    return c->supported[*pick] ||
           vae_fail(e, "%s: this CPU or its operating system lacks %s, chosen for %s", path, isa,
                    kernel);
}

static bool read_profile(const char *path, const json_t *o, const struct machine *m,
                         const struct candidates *c, struct pick *p, struct vae_error *e)
{
    if (json_integer_value(json_object_get(o, "format")) != FORMAT)
        return vae_fail(e, "%s: damaged: not a profile of this program", path);
    if (!same_text(o, "cpu", m->cpu) || !same_text(o, "build", m->build))
        return vae_fail(e, "%s: of another CPU or build", path);
    const json_t *kernels = json_object_get(o, "kernels");
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        const json_t *k = json_object_get(kernels, sv_kernel_names[id]);
        for (int cls = 0; cls < SV_CLASSES; cls++)
            if (!read_choice(path, json_object_get(k, sv_class_names[cls]), c, id,
                             &p->candidate[id][cls], e))
                return false;
    }
    return true;
}

bool vae_profile_read(const char *path, const struct machine *m, const struct candidates *c,
                      struct pick *p, struct vae_error *e)
{
    json_error_t error;
    const char *why;
    size_t n;
    struct pick found;
    char *text = vae_input_text(path, MOST, "a profile", "remove it", &n, e);
    if (!text) return false;
    json_t *o = vae_json_parse(text, n, JSON_REJECT_DUPLICATES, &error, &why);
    free(text);
    if (!o) {
        vae_fail(e, why == vae_json_no_memory ? "%s: %s" : "%s: damaged: %s", path, why);
        errno = why == vae_json_no_memory ? ENOMEM : EINVAL;
        return false;
    }
    const bool ok = read_profile(path, o, m, c, &found, e);
    if (ok) *p = found;
    json_decref(o);
    errno = EINVAL;
    return ok;
}
