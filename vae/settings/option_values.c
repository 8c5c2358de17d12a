#include "option_values.h"
#include "../base/number.h"
#include "../base/table_file.h"
#include "../base/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void *place(const struct option_entry *o, struct settings *s) { return (char *)s + o->at; }

static const void *at(const struct option_entry *o, const struct settings *s)
{
    return (const char *)s + o->at;
}

static bool read_text(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    (void)e;
    *(const char **)place(o, s) = text;
    return true;
}

static const char *show_text(const struct option_entry *o, const struct settings *s,
                             char room[OPTION_SHOWN])
{
    (void)room;
    return *(const char *const *)at(o, s);
}

const struct option_kind vae_option_text = {read_text, show_text, OPTION_TEXT};

static bool read_flag(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    (void)text, (void)e;
    return *(bool *)place(o, s) = true;
}

static const char *show_flag(const struct option_entry *o, const struct settings *s,
                             char room[OPTION_SHOWN])
{
    (void)room;
    return *(const bool *)at(o, s) ? "" : NULL;
}

const struct option_kind vae_option_flag = {read_flag, show_flag, OPTION_FLAG};

static bool read_table_file(const struct option_entry *o, const char *text, struct settings *s,
                            struct vae_error *e)
{
    if (vae_table_named(text)) return read_text(o, text, s, e);
    return vae_fail(e, "--%s %s: give a name that ends in .npy or .csv", o->name, text);
}

const struct option_kind vae_option_table_file = {read_table_file, show_text, OPTION_TEXT};

static bool read_drawing_file(const struct option_entry *o, const char *text, struct settings *s,
                              struct vae_error *e)
{
    if (vae_text_ends(text, ".svg") || vae_text_ends(text, ".png")) return read_text(o, text, s, e);
    return vae_fail(e, "--%s %s: give a name that ends in .svg or .png", o->name, text);
}

const struct option_kind vae_option_drawing_file = {read_drawing_file, show_text, OPTION_TEXT};

/* --- numbers --- */

static bool whole(const struct option_entry *o, const char *text, uint64_t *out,
                  struct vae_error *e)
{
    if (vae_number_u64(text, o->most, out) && *out >= o->least) return true;
    return vae_fail(e, "--%s %s: give a whole number from %" PRIu64 " to %" PRIu64, o->name, text,
                    o->least, o->most);
}

static const char *show_whole(const struct option_entry *o, uint64_t x, char room[OPTION_SHOWN])
{
    snprintf(room, OPTION_SHOWN, "%" PRIu64, x);
    return x >= o->least ? room : NULL;
}

static bool read_u64(const struct option_entry *o, const char *text, struct settings *s,
                     struct vae_error *e)
{
    return whole(o, text, place(o, s), e);
}

static const char *show_u64(const struct option_entry *o, const struct settings *s,
                            char room[OPTION_SHOWN])
{
    return show_whole(o, *(const uint64_t *)at(o, s), room);
}

const struct option_kind vae_option_u64 = {read_u64, show_u64, OPTION_WHOLE};

static bool read_size(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    uint64_t n = 0;
    if (!whole(o, text, &n, e)) return false;
    *(size_t *)place(o, s) = (size_t)n;
    return true;
}

static const char *show_size(const struct option_entry *o, const struct settings *s,
                             char room[OPTION_SHOWN])
{
    return show_whole(o, *(const size_t *)at(o, s), room);
}

const struct option_kind vae_option_size = {read_size, show_size, OPTION_WHOLE};

static bool read_draw_seed(const struct option_entry *o, const char *text, struct settings *s,
                           struct vae_error *e)
{
    s->seed_given = true;
    return whole(o, text, &s->seed, e);
}

static const char *show_draw_seed(const struct option_entry *o, const struct settings *s,
                                  char room[OPTION_SHOWN])
{
    return s->seed_given ? show_whole(o, s->seed, room) : NULL;
}

const struct option_kind vae_option_draw_seed = {read_draw_seed, show_draw_seed, OPTION_WHOLE};

static bool read_positive(const struct option_entry *o, const char *text, struct settings *s,
                          struct vae_error *e)
{
    float *out = place(o, s);
    if (vae_number_f32(text, out) && *out > 0) return true;
    return vae_fail(e, "--%s %s: give a number above 0, such as 0.01", o->name, text);
}

static const char *show_f32(float x, char room[OPTION_SHOWN])
{
    vae_number_write_f32(x, room);
    return room;
}

static const char *show_positive(const struct option_entry *o, const struct settings *s,
                                 char room[OPTION_SHOWN])
{
    return show_f32(*(const float *)at(o, s), room);
}

const struct option_kind vae_option_positive = {read_positive, show_positive, OPTION_NUMBER};

static bool number(const struct option_entry *o, const char *text, float least, float most,
                   float *out, struct vae_error *e)
{
    if (vae_number_f32(text, out) && *out >= least && *out <= most) return true;
    return vae_fail(e, "--%s %s: give a number from %g to %g", o->name, text, (double)least,
                    (double)most);
}

static bool read_flip(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    float *out = place(o, s);
    if (vae_number_f32(text, out) && *out > 0 && *out < 0.5f) return true;
    return vae_fail(e, "--%s %s: give a probability above 0 and below 0.5", o->name, text);
}

const struct option_kind vae_option_flip = {read_flip, show_positive, OPTION_NUMBER};

static bool read_noise_sd(const struct option_entry *o, const char *text, struct settings *s,
                          struct vae_error *e)
{
    return number(o, text, 1e-6f, 1e3f, place(o, s), e);
}

const struct option_kind vae_option_noise_sd = {read_noise_sd, show_positive, OPTION_NUMBER};

/* --- of the optimiser --- */

static bool read_optim(const struct option_entry *o, const char *text, struct settings *s,
                       struct vae_error *e)
{
    const struct vae_optim_limit *limit = &vae_optim_limits[o->at];
    double *value = &s->run.optim.value[o->at];
    s->run.optim.given[o->at] = true;
    if (vae_number_f64(text, value) && *value >= limit->least && *value <= limit->most) return true;
    return vae_fail(e, "--%s %s: give a number %s", o->name, text, limit->range);
}

static const char *show_optim(const struct option_entry *o, const struct settings *s,
                              char room[OPTION_SHOWN])
{
    const struct vae_run *r = &s->run;
    vae_number_write_f64(vae_optim_value(&r->optim, r->optimizer, (enum vae_optim_setting)o->at),
                         room);
    return room;
}

const struct option_kind vae_option_optim = {read_optim, show_optim, OPTION_NUMBER};

static bool read_lr_stages(const struct option_entry *o, const char *text, struct settings *s,
                           struct vae_error *e)
{
    if (*text && vae_schedule_read_stages(text, &s->run.schedule)) return true;
    return vae_fail(e,
                    "--%s %s: give epochs from 1 to %d, ascending, each with a step size, such as "
                    "1:1e-3,10:3e-4; at most %d",
                    o->name, text, SCHEDULE_MOST_EPOCH, SCHEDULE_STAGES);
}

static const char *show_lr_stages(const struct option_entry *o, const struct settings *s,
                                  char room[OPTION_SHOWN])
{
    _Static_assert((int)SCHEDULE_TEXT <= (int)OPTION_SHOWN, "all stages have room");
    (void)o;
    vae_schedule_write_stages(&s->run.schedule, room);
    return *room ? room : NULL;
}

const struct option_kind vae_option_lr_stages = {read_lr_stages, show_lr_stages, OPTION_TEXT};

static bool read_kl_weight(const struct option_entry *o, const char *text, struct settings *s,
                           struct vae_error *e)
{
    s->run.kl.given = true;
    return number(o, text, 0, VAE_MOST_KL_WEIGHT, &s->run.kl.weight, e);
}

static const char *show_kl_weight(const struct option_entry *o, const struct settings *s,
                                  char room[OPTION_SHOWN])
{
    (void)o;
    return show_f32(vae_kl_weight(&s->run.kl), room);
}

const struct option_kind vae_option_kl_weight = {read_kl_weight, show_kl_weight, OPTION_NUMBER};

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

static bool read_choice(const struct option_entry *o, const char *text, struct settings *s,
                        struct vae_error *e)
{
    _Static_assert(sizeof(enum vae_likelihood) == sizeof(unsigned), "an enum is as wide as this");
    unsigned index;
    if (!one_of(o, text, &index, e)) return false;
    memcpy(place(o, s), &index, sizeof index);
    return true;
}

static const char *show_choice(const struct option_entry *o, const struct settings *s,
                               char room[OPTION_SHOWN])
{
    unsigned index;
    (void)room;
    memcpy(&index, at(o, s), sizeof index);
    return o->names[index];
}

const struct option_kind vae_option_choice = {read_choice, show_choice, OPTION_TEXT};

static bool read_name(const struct option_entry *o, const char *text, struct settings *s,
                      struct vae_error *e)
{
    unsigned ignored;
    return one_of(o, text, &ignored, e) && read_text(o, text, s, e);
}

const struct option_kind vae_option_name = {read_name, show_text, OPTION_TEXT};

const char *vae_option_name_at(const struct option_entry *o, size_t i)
{
    return o->names ? o->names[i] : o->name_at ? o->name_at(i) : NULL;
}

const char *vae_option_kernel(size_t i) { return i < SV_KERNEL_COUNT ? sv_kernel_names[i] : NULL; }

/* --- of the model --- */

static bool read_widths(const struct option_entry *o, const char *text, struct settings *s,
                        struct vae_error *e)
{
    return vae_widths_read(text, place(o, s)) ||
           vae_fail(e,
                    "--%s %s: give a whole number from 1 to %d, up to %d of them, such as 200,100, "
                    "or none",
                    o->name, text, VAE_MAX_HIDDEN, VAE_MAX_DEPTH);
}

static const char *show_widths(const struct option_entry *o, const struct settings *s,
                               char room[OPTION_SHOWN])
{
    vae_widths_text(at(o, s), room);
    return room;
}

const struct option_kind vae_option_widths = {read_widths, show_widths, OPTION_LIST};

/* Of --min-logvar and --sigma the last counts; option_applies.h refuses both. */
static bool variance(const struct option_entry *o, const char *text, enum vae_variance kind,
                     float least, float most, struct settings *s, struct vae_error *e)
{
    s->run.shape.variance = kind;
    return number(o, text, least, most, &s->run.shape.variance_at, e);
}

static const char *show_variance(const struct option_entry *o, const struct settings *s,
                                 char room[OPTION_SHOWN])
{
    (void)o;
    return show_f32(s->run.shape.variance_at, room);
}

static bool read_min_logvar(const struct option_entry *o, const char *text, struct settings *s,
                            struct vae_error *e)
{
    return variance(o, text, VARIANCE_LIMITED, VAE_LEAST_LOGVAR, VAE_MOST_LOGVAR, s, e);
}

const struct option_kind vae_option_min_logvar = {read_min_logvar, show_variance, OPTION_NUMBER};

static bool read_sigma(const struct option_entry *o, const char *text, struct settings *s,
                       struct vae_error *e)
{
    return variance(o, text, VARIANCE_FIXED, VAE_LEAST_SIGMA, VAE_MOST_SIGMA, s, e);
}

const struct option_kind vae_option_sigma = {read_sigma, show_variance, OPTION_NUMBER};

/* Two sides such as 28x20. */
static bool sides(const struct option_entry *o, const char *text, const char *what, size_t *first,
                  size_t *second, struct vae_error *e)
{
    char word[8];
    uint64_t a, b;
    const size_t n = strcspn(text, "x");
    snprintf(word, sizeof word, "%.*s", n < sizeof word ? (int)n : 0, text);
    if (text[n] && vae_number_u64(word, VAE_MAX_SIDE, &a) &&
        vae_number_u64(text + n + 1, VAE_MAX_SIDE, &b) && a && b) {
        *first = (size_t)a;
        *second = (size_t)b;
        return true;
    }
    return vae_fail(e, "--%s %s: give %s from 1 to %d, such as 28x20", o->name, text, what,
                    VAE_MAX_SIDE);
}

static bool read_image(const struct option_entry *o, const char *text, struct settings *s,
                       struct vae_error *e)
{
    return sides(o, text, "rows and columns", &s->model.rows, &s->model.cols, e);
}

static const char *show_image(const struct option_entry *o, const struct settings *s,
                              char room[OPTION_SHOWN])
{
    (void)o;
    snprintf(room, OPTION_SHOWN, "%zux%zu", s->model.rows, s->model.cols);
    return s->model.rows ? room : NULL;
}

const struct option_kind vae_option_image = {read_image, show_image, OPTION_TEXT};

static bool read_resize(const struct option_entry *o, const char *text, struct settings *s,
                        struct vae_error *e)
{
    struct images_wanted *w = &s->images.wanted;
    return sides(o, text, "width and height", &w->cols, &w->rows, e);
}

static const char *show_resize(const struct option_entry *o, const struct settings *s,
                               char room[OPTION_SHOWN])
{
    (void)o;
    snprintf(room, OPTION_SHOWN, "%zux%zu", s->images.wanted.cols, s->images.wanted.rows);
    return s->images.wanted.rows ? room : NULL;
}

const struct option_kind vae_option_resize = {read_resize, show_resize, OPTION_TEXT};
