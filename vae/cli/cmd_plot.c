/* vae plot: learning curves of logs; the KL of a checkpoint's dimensions, and codes in the plane. */
#include "../base/memory.h"
#include "../base/pool.h"
#include "../base/text.h"
#include "../methods/principal.h"
#include "../settings/option_table.h"
#include "commands.h"
#include "plots.h"
#include "progress.h"
#include "split_images.h"
#include "stop.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool finish(const struct settings *s, struct drawing *d, struct vae_error *e)
{
    const bool ok = vae_drawing_write(d, s->out, e);
    vae_drawing_free(d);
    if (ok) printf("wrote %s\n", vae_text_shown(s->out).s);
    return ok;
}

/* --- logs --- */

static bool plot_logs(const struct settings *s, struct vae_error *e)
{
    struct log_curves logs[PLOT_MOST_LOGS];
    const char *names[PLOT_MOST_LOGS];
    char folders[PLOT_MOST_LOGS][PLOT_NAME];
    struct drawing d = {0};
    size_t n = 0;
    bool ok = true;
    for (; ok && n < s->file_count; n += ok) {
        static const char usual[] = "/log.jsonl"; /* the folder is its name */
        const size_t length = strlen(s->files[n]), end = sizeof usual - 1;
        const bool folder = length > end && !strcmp(s->files[n] + length - end, usual);
        names[n] = s->files[n];
        if (folder && length - end < PLOT_NAME) {
            snprintf(folders[n], PLOT_NAME, "%.*s", (int)(length - end), s->files[n]);
            names[n] = folders[n];
        }
        ok = vae_log_curves_read(s->files[n], &logs[n], e);
    }
    if (ok) {
        vae_plot_curves(&d, n, names, logs);
        ok = finish(s, &d, e);
    }
    while (n > 0) vae_log_curves_free(&logs[--n]);
    return ok;
}

/* --- the KL of each dimension --- */

struct encoded {
    struct vae_latent latent;
    struct progress progress;
};

static void add(void *arg, const struct vae_model *m, size_t first, size_t rows)
{
    struct encoded *all = arg;
    vae_latent_add(&all->latent, m, rows);
    vae_progress_watch(&all->progress, m, first, rows);
}

static bool plot_kl(const struct settings *s, struct split_images *o,
                    const struct vae_evaluation *of, struct vae_error *e)
{
    struct vae_model *m = &o->model.model;
    struct encoded all = {.progress = vae_progress_start(s, "encoding", 0, o->images.count, 1)};
    struct vae_bound bound;
    struct drawing d = {0};
    if (!vae_latent_create(&all.latent, m->shape.latent, m->max_rows, e)) return false;
    const bool ok =
        vae_evaluate_watched(m, of, &(struct vae_watch){add, &all}, vae_stop_signal(), &bound);
    vae_progress_end(&all.progress);
    if (ok) vae_plot_kl(&d, s->file, &all.latent);
    vae_latent_destroy(&all.latent);
    return ok ? finish(s, &d, e) : vae_stop_failed(e);
}

/* --- codes in the plane --- */

/* Of --labels, if given, one for each image of the split; else of the data set, or none. */
struct labelled {
    struct images own; /* of --labels */
    const struct image_label *of;
    struct image_label *different;
    size_t classes;
};

static bool label(const struct settings *s, const struct split_images *o, struct labelled *l,
                  struct vae_error *e)
{
    struct images images = o->images;
    *l = (struct labelled){.own = {.count = o->all}};
    if (s->labels && !vae_labels_from(s->labels, &l->own, e)) return false;
    if (s->labels) images.labels = l->own.labels;
    l->of = images.labels;
    l->different = vae_labels_classes(&images, &(struct images){0}, &l->classes);
    if (!l->different) return vae_fail(e, "%s: not enough memory", s->out);
    return l->classes <= PLOT_MOST_LABELS ||
           vae_fail(e, "%s: %zu different labels; colours tell up to %d apart",
                    s->labels ? s->labels : s->data, l->classes, PLOT_MOST_LABELS);
}

static void free_labels(struct labelled *l)
{
    vae_images_free(&l->own);
    free(l->different);
}

static bool plot_codes(const struct settings *s, const struct split_images *o, const double *codes,
                       double *plane, const struct labelled *l, struct vae_error *e)
{
    const size_t latent = o->model.model.shape.latent;
    char axes[2][64] = {"z_0", "z_1"};
    double share[2];
    struct drawing d = {0};
    if (latent > 2) {
        static const char *const which[] = {"first", "second"};
        if (!vae_principal_plane(o->images.count, latent, codes, plane, share))
            return vae_fail(e, "%s: not enough memory", s->out);
        for (int i = 0; i < 2; i++)
            snprintf(axes[i], sizeof axes[i], "%s principal component of mu (%.3g %% of variance)",
                     which[i], 100 * share[i]);
    }
    vae_plot_scatter(&d, s->file, (const char(*)[64])axes, o->images.count,
                     latent > 2 ? plane : codes, l->of, l->classes, l->different);
    return finish(s, &d, e);
}

static bool plot_scatter(const struct settings *s, struct split_images *o,
                         const struct vae_evaluation *of, struct vae_error *e)
{
    struct vae_model *m = &o->model.model;
    const size_t n = o->images.count, latent = m->shape.latent;
    struct labelled l;
    if (latent < 2) return vae_fail(e, "%s: z has one dimension; --kind kl shows it", s->file);
    double *codes = vae_memory_get(n * (latent + 2) * sizeof *codes);
    bool ok = codes || vae_fail(e, "%s: not enough memory", s->out);
    ok = label(s, o, &l, e) && ok;
    if (ok) {
        struct progress p = vae_progress_start(s, "encoding", 0, n, 1);
        ok = vae_codes_of(m, of, CODES_MEAN, &(struct vae_watch){vae_progress_watch, &p},
                          vae_stop_signal(), codes);
        vae_progress_end(&p);
        ok = ok ? plot_codes(s, o, codes, codes + n * latent, &l, e) : vae_stop_failed(e);
    }
    vae_memory_give(codes);
    free_labels(&l);
    return ok;
}

/* --- the command --- */

static bool is_of_curves(const char *option)
{
    static const char *const names[] = {"out", "kind", "json-progress"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(option, names[i])) return true;
    return false;
}

static bool fits_together(struct settings *s, struct vae_error *e)
{
    const bool checkpoint = vae_text_ends(s->file, ".safetensors");
    if (!vae_option_given(s, "kind")) s->plot = checkpoint ? PLOT_KL : PLOT_CURVES;
    if (s->plot == PLOT_CURVES) {
        if (checkpoint)
            return vae_fail(e, "%s: a checkpoint; curves are of its log.jsonl", s->file);
        for (size_t i = 0; i < s->given_count; i++)
            if (!is_of_curves(s->given[i].option->name))
                return vae_fail(e, "--%s is of a checkpoint's pictures; leave it out",
                                s->given[i].option->name);
        return s->file_count <= PLOT_MOST_LOGS ||
               vae_fail(e, "%zu logs; colours tell up to %d apart", s->file_count, PLOT_MOST_LOGS);
    }
    if (s->file_count > 1)
        return vae_fail(e, "%s: one argument too many; --kind %s is of one checkpoint", s->files[1],
                        vae_plot_names[s->plot]);
    if (s->labels && s->plot != PLOT_SCATTER)
        return vae_fail(e, "--labels is for --kind scatter; leave it out");
    return s->data || vae_fail(e, "give --data PATH|synthetic, the images to encode");
}

static bool plot_checkpoint(struct settings *s, struct vae_error *e)
{
    struct split_images o;
    bool ok = false;
    s->images.wanted.labels = s->plot == PLOT_SCATTER && !s->labels;
    struct pool *pool = vae_pool_of_cpus(s->threads, e);
    if (pool && vae_split_open(&o, s, pool, "vae plot", e)) {
        vae_stop_on_signals();
        const struct vae_run *run = &o.model.run;
        const struct vae_evaluation of = {&o.images, run->binarize, VAE_ESTIMATOR_B,
                                          vae_split_noise(s->split),
                                          s->seed_given ? s->seed : run->seed};
        ok = (s->plot == PLOT_KL ? plot_kl : plot_scatter)(s, &o, &of, e);
        vae_split_close(&o);
    }
    vae_pool_destroy(pool);
    return ok;
}

int vae_cmd_plot(struct settings *s, struct vae_error *e)
{
    if (!fits_together(s, e)) return EXIT_USAGE;
    return vae_stop_status(s->plot == PLOT_CURVES ? plot_logs(s, e) : plot_checkpoint(s, e));
}
