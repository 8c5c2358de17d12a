#include "options.h"
#include "../base/cpus.h"
#include "../base/number.h"
#include "../base/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int report_failure(const char *command, int status, const struct vae_error *e)
{
    fprintf(stderr, "vae %s: %s\n", command, e->line);
    return status;
}

bool option_u64(const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *out,
                struct vae_error *e)
{
    if (number_u64(text, max, out) && *out >= min) return true;
    return vae_fail(e, "%s %s: give a whole number from %" PRIu64 " to %" PRIu64, name, text, min,
                    max);
}

bool option_size(const char *name, const char *text, size_t min, size_t max, size_t *out,
                 struct vae_error *e)
{
    uint64_t n = 0;
    if (!option_u64(name, text, min, max, &n, e)) return false;
    *out = (size_t)n;
    return true;
}

bool option_number(const char *name, const char *text, float min, float max, float *out,
                   struct vae_error *e)
{
    if (number_f32(text, out) && *out >= min && *out <= max) return true;
    return vae_fail(e, "%s %s: give a number from %g to %g", name, text, (double)min, (double)max);
}

bool option_positive(const char *name, const char *text, float *out, struct vae_error *e)
{
    if (number_f32(text, out) && *out > 0) return true;
    return vae_fail(e, "%s %s: give a number above 0, such as 0.01", name, text);
}

bool option_choice(const char *name, const char *text, const char *const *names, unsigned *out,
                   struct vae_error *e)
{
    char list[128] = "";
    for (*out = 0; names[*out]; ++*out) {
        if (!strcmp(text, names[*out])) return true;
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", *out ? ", " : "", names[*out]);
    }
    return vae_fail(e, "%s %s: give one of %s", name, text, list);
}

bool option_widths(const char *name, const char *text, struct vae_widths *out, struct vae_error *e)
{
    return vae_widths_read(text, out) ||
           vae_fail(
               e,
               "%s %s: give a whole number from 1 to %d, up to %d of them, such as 200,100, or "
               "none",
               name, text, VAE_MAX_HIDDEN, VAE_MAX_DEPTH);
}

bool option_kernels(const char *isa, struct sv_choice *out, struct vae_error *e)
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

bool option_unknown(char *const *argv, int index, struct vae_error *e)
{
    const char *word = index > 0 && argv[index - 1] ? argv[index - 1] : "?";
    return vae_fail(e, "%s: unknown or ambiguous option, or its value is missing; see --help",
                    word);
}

/* What is unsafe on a terminal stands as escapes in $'...', which bash, zsh and POSIX 2024 know. */
void option_print_quoted(FILE *to, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=+,@%";
    const bool safe = text_is_safe(word);
    if (*word && !word[strspn(word, plain)]) {
        fputs(word, to);
        return;
    }
    fputs(safe ? "'" : "$'", to);
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            fputs(safe ? "'\\''" : "\\'", to);
        else if (!safe && (*c == '\\' || *c < ' ' || *c > '~'))
            fprintf(to, "\\%03o", (unsigned)(unsigned char)*c);
        else
            putc(*c, to);
    putc('\'', to);
}

bool option_argument(int argc, char *const *argv, int index, const char *what, const char **out,
                     struct vae_error *e)
{
    if (what && index >= argc) return vae_fail(e, "give %s; see --help", what);
    if (what) *out = argv[index++];
    if (index < argc) return vae_fail(e, "%s: one argument too many; see --help", argv[index]);
    return true;
}

bool option_threads(const char *text, size_t *out, struct vae_error *e)
{
    return option_size("--threads", text, 1, POOL_MAX_THREADS, out, e);
}

struct pool *option_pool(size_t threads, struct vae_error *e)
{
    const size_t cpus = cpus_allowed();
    return pool_create(threads ? threads : cpus < POOL_MAX_THREADS ? cpus : POOL_MAX_THREADS, e);
}
