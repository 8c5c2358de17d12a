#include "option_values.h"
#include "../base/number.h"
#include "../base/table_file.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void *place(const struct option_entry *o, struct settings *s) { return (char *)s + o->at; }

bool vae_option_text(const struct option_entry *o, const char *text, struct settings *s,
                     struct vae_error *e)
{
    (void)e;
    *(const char **)place(o, s) = text;
    return true;
}

bool vae_option_flag(const struct option_entry *o, const char *text, struct settings *s,
                     struct vae_error *e)
{
    (void)text, (void)e;
    return *(bool *)place(o, s) = true;
}

bool vae_option_table_file(const struct option_entry *o, const char *text, struct settings *s,
                           struct vae_error *e)
{
    if (vae_table_named(text)) return vae_option_text(o, text, s, e);
    return vae_fail(e, "--%s %s: give a name that ends in .npy or .csv", o->name, text);
}

/* --- numbers --- */

static bool whole(const struct option_entry *o, const char *text, uint64_t *out,
                  struct vae_error *e)
{
    if (vae_number_u64(text, o->most, out) && *out >= o->least) return true;
    return vae_fail(e, "--%s %s: give a whole number from %" PRIu64 " to %" PRIu64, o->name, text,
                    o->least, o->most);
}

bool vae_option_u64(const struct option_entry *o, const char *text, struct settings *s,
                    struct vae_error *e)
{
    return whole(o, text, place(o, s), e);
}

bool vae_option_size(const struct option_entry *o, const char *text, struct settings *s,
                     struct vae_error *e)
{
    uint64_t n = 0;
    if (!whole(o, text, &n, e)) return false;
    *(size_t *)place(o, s) = (size_t)n;
    return true;
}

bool vae_option_draw_seed(const struct option_entry *o, const char *text, struct settings *s,
                          struct vae_error *e)
{
    s->seed_given = true;
    return whole(o, text, &s->seed, e);
}

bool vae_option_positive(const struct option_entry *o, const char *text, struct settings *s,
                         struct vae_error *e)
{
    float *out = place(o, s);
    if (vae_number_f32(text, out) && *out > 0) return true;
    return vae_fail(e, "--%s %s: give a number above 0, such as 0.01", o->name, text);
}

static bool number(const struct option_entry *o, const char *text, float least, float most,
                   float *out, struct vae_error *e)
{
    if (vae_number_f32(text, out) && *out >= least && *out <= most) return true;
    return vae_fail(e, "--%s %s: give a number from %g to %g", o->name, text, (double)least,
                    (double)most);
}

/* --- of the optimiser --- */

bool vae_option_optim(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    const struct vae_optim_limit *limit = &vae_optim_limits[o->at];
    double *value = &s->run.optim.value[o->at];
    s->run.optim.given[o->at] = true;
    if (vae_number_f64(text, value) && *value >= limit->least && *value <= limit->most) return true;
    return vae_fail(e, "--%s %s: give a number %s", o->name, text, limit->range);
}

bool vae_option_lr_stages(const struct option_entry *o, const char *text, struct settings *s,
                          struct vae_error *e)
{
    if (*text && vae_schedule_read_stages(text, &s->run.schedule)) return true;
    return vae_fail(e,
                    "--%s %s: give epochs from 1 to %d, ascending, each with a step size, such as "
                    "1:1e-3,10:3e-4; at most %d",
                    o->name, text, SCHEDULE_MOST_EPOCH, SCHEDULE_STAGES);
}

bool vae_option_kl_weight(const struct option_entry *o, const char *text, struct settings *s,
                          struct vae_error *e)
{
    s->run.kl.given = true;
    return number(o, text, 0, VAE_MOST_KL_WEIGHT, &s->run.kl.weight, e);
}

/* --- names --- */

static bool one_of(const struct option_entry *o, const char *text, unsigned *index,
                   struct vae_error *e)
{
    char list[128] = "";
    for (*index = 0; o->names[*index]; ++*index) {
        if (!strcmp(text, o->names[*index])) return true;
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", *index ? ", " : "", o->names[*index]);
    }
    return vae_fail(e, "--%s %s: give one of %s", o->name, text, list);
}

bool vae_option_choice(const struct option_entry *o, const char *text, struct settings *s,
                       struct vae_error *e)
{
    _Static_assert(sizeof(enum vae_likelihood) == sizeof(unsigned), "an enum is as wide as this");
    unsigned index;
    if (!one_of(o, text, &index, e)) return false;
    memcpy(place(o, s), &index, sizeof index);
    return true;
}

bool vae_option_name(const struct option_entry *o, const char *text, struct settings *s,
                     struct vae_error *e)
{
    unsigned ignored;
    return one_of(o, text, &ignored, e) && vae_option_text(o, text, s, e);
}

/* --- of the model --- */

bool vae_option_widths(const struct option_entry *o, const char *text, struct settings *s,
                       struct vae_error *e)
{
    return vae_widths_read(text, place(o, s)) ||
           vae_fail(e,
                    "--%s %s: give a whole number from 1 to %d, up to %d of them, such as 200,100, "
                    "or none",
                    o->name, text, VAE_MAX_HIDDEN, VAE_MAX_DEPTH);
}

/* --min-logvar and --sigma exclude each other: a fixed variance needs no limit. */
static bool variance(const struct option_entry *o, const char *text, enum vae_variance kind,
                     float least, float most, struct settings *s, struct vae_error *e)
{
    struct vae_shape *shape = &s->run.shape;
    if (shape->variance != VARIANCE_FREE && shape->variance != kind)
        return vae_fail(e,
                        "give --min-logvar or --sigma, not both: a fixed variance needs no limit");
    shape->variance = kind;
    return number(o, text, least, most, &shape->variance_at, e);
}

bool vae_option_min_logvar(const struct option_entry *o, const char *text, struct settings *s,
                           struct vae_error *e)
{
    return variance(o, text, VARIANCE_LIMITED, VAE_LEAST_LOGVAR, VAE_MOST_LOGVAR, s, e);
}

bool vae_option_sigma(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    return variance(o, text, VARIANCE_FIXED, VAE_LEAST_SIGMA, VAE_MOST_SIGMA, s, e);
}

bool vae_option_image(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    char first[8];
    uint64_t rows, cols;
    const size_t n = strcspn(text, "x");
    snprintf(first, sizeof first, "%.*s", n < sizeof first ? (int)n : 0, text);
    if (text[n] && vae_number_u64(first, VAE_MAX_SIDE, &rows) &&
        vae_number_u64(text + n + 1, VAE_MAX_SIDE, &cols) && rows && cols) {
        s->model.rows = (size_t)rows;
        s->model.cols = (size_t)cols;
        return true;
    }
    return vae_fail(e, "--%s %s: give rows and columns from 1 to %d, such as 28x20", o->name, text,
                    VAE_MAX_SIDE);
}
