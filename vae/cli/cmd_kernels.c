/* vae kernels: every candidate of every kernel, verified and timed, and which one serves. */
#include "../base/json.h"
#include "../base/peak.h"
#include "../base/text.h"
#include "../tuning/survey.h"
#include "chosen.h"
#include "commands.h"
#include "survey_view.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const standing_names[] = {[STANDING_ABSENT] = "-",
                                             [STANDING_NO_CPU] = "no CPU",
                                             [STANDING_FAILED] = "FAILED",
                                             [STANDING_VERIFIED] = "verified"};

/* One measurement in both units. */
struct rate {
    double gflops, gbs;
};

static struct rate rate_of(const struct survey_kernel *k, int cls, size_t candidate)
{
    const double per_second = 1e-9 / k->seconds[cls][candidate];
    return (struct rate){k->flops[cls] * per_second, k->bytes[cls] * per_second};
}

/* --- as a table --- */

static void print_head(const struct candidates *c)
{
    printf("%-18s  %-14s", "kernel", "shape");
    for (size_t i = 0; i < c->count; i++) printf("  %9s", c->table[i]->isa);
    printf("\n%-18s  %-14s", "", "");
    for (size_t i = 0; i < c->count; i++) printf("  %9s", c->table[i]->variant);
    printf("\n");
}

static void print_line(const struct survey *s, size_t id, int cls, size_t serving)
{
    const struct survey_kernel *k = &s->kernel[id];
    char text[SHAPE_TEXT];
    shape_text(&k->shape[cls], text);
    printf("%-18s  %-14s", sv_kernel_names[id], text);
    for (size_t i = 0; i < s->candidates->count; i++) {
        const char *star = i == serving ? "*" : "";
        if (k->standing[i] == STANDING_VERIFIED) {
            const struct rate r = rate_of(k, cls, i);
            snprintf(text, sizeof text, "%s%.1f", star, k->shape[cls].k ? r.gflops : r.gbs);
        } else {
            snprintf(text, sizeof text, "%s%s", star, standing_names[k->standing[i]]);
        }
        printf("  %9s", text);
    }
    printf("\n");
}

static void print_table(const struct survey *s, const struct sv_choice *chosen)
{
    print_head(s->candidates);
    for (size_t id = s->first; id < s->last; id++)
        for (int cls = 0; cls < SV_CLASSES; cls++)
            print_line(s, id, cls,
                       vae_candidates_serving(s->candidates, &chosen->by_class[cls], id));
    printf("\nA number: verified, and GFLOP/s of a product m x n x k, GB/s of the others. * serves "
           "(%s).\n",
           chosen->isa);
}

/* --- as JSON --- */

/* Of a product; NAN if the share is refused (peak.h), with a line on standard error. */
static double peak_share(double gflops, double peak, const char *kernel, const char *isa)
{
    double share;
    struct vae_error e = {""};
    if (!vae_share_of_peak(1e9 * gflops, peak, &share, &e))
        fprintf(stderr, "vae kernels: %s, %s: %s\n", kernel, isa, e.line);
    return share;
}

static json_t *row(bool *ok, const struct survey *s, size_t id, int cls, size_t i, bool serves)
{
    const struct survey_kernel *k = &s->kernel[id];
    const struct sv_kernels *t = s->candidates->table[i];
    const bool verified = k->standing[i] == STANDING_VERIFIED;
    char shape[SHAPE_TEXT];
    shape_text(&k->shape[cls], shape);
    json_t *o = json_object();
    vae_json_put(ok, o, "kernel", json_string(sv_kernel_names[id]));
    vae_json_put(ok, o, "shape", json_string(shape));
    vae_json_put(ok, o, "class", json_string(sv_class_names[cls]));
    vae_json_put(ok, o, "isa", json_string(t->isa));
    vae_json_put(ok, o, "variant", json_string(t->variant));
    vae_json_put(ok, o, "verified", json_boolean(verified));
    vae_json_put(ok, o, "status", json_string(standing_names[k->standing[i]]));
    vae_json_put(ok, o, "serves", json_boolean(serves));
    const struct rate none = {NAN, NAN}, r = verified ? rate_of(k, cls, i) : none;
    const double peak = verified && k->peak[i] > 0 ? k->peak[i] : NAN; /* only products have one */
    vae_json_put(ok, o, "gflops", vae_json_number(r.gflops));
    vae_json_put(ok, o, "gbs", vae_json_number(r.gbs));
    vae_json_put(ok, o, "peak", vae_json_number(1e-9 * peak));
    vae_json_put(ok, o, "peak_share",
                 vae_json_number(
                     isnan(peak) ? NAN : peak_share(r.gflops, peak, sv_kernel_names[id], t->isa)));
    return o;
}

static bool print_json(const struct survey *s, const struct sv_choice *chosen, struct vae_error *e)
{
    const struct candidates *c = s->candidates;
    bool ok = true;
    json_t *rows = json_array();
    for (size_t id = s->first; id < s->last; id++)
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            const size_t serving = vae_candidates_serving(c, &chosen->by_class[cls], id);
            for (size_t i = 0; i < c->count; i++)
                if (s->kernel[id].standing[i] != STANDING_ABSENT)
                    vae_json_add(&ok, rows, row(&ok, s, id, cls, i, i == serving));
        }
    char *text = vae_json_text(ok, rows, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    if (!text) return vae_fail(e, "the table of kernels: not enough memory");
    puts(text);
    free(text);
    return true;
}

/* --- the command --- */

/* The kernels to look at: all, or the one asked for. */
static bool select_kernels(const char *name, struct survey *s, struct vae_error *e)
{
    s->first = 0;
    s->last = SV_KERNEL_COUNT;
    if (!name) return true;
    while (s->first < s->last && strcmp(name, sv_kernel_names[s->first])) s->first++;
    if (s->first == s->last)
        return vae_fail(e, "--kernel %s: no such kernel; `vae kernels` lists them", name);
    s->last = s->first + 1;
    return true;
}

int vae_cmd_kernels(struct settings *settings, struct vae_error *e)
{
    static struct survey s;
    struct survey_view view;
    struct candidates c;
    struct sv_choice chosen;
    vae_candidates_of_build(&c);
    s.candidates = &c;
    s.log = stderr;
    vae_survey_watch(&s, &view, settings);
    if (!select_kernels(settings->kernel, &s, e)) return EXIT_USAGE;
    if (!vae_chosen_kernels(settings->isa, &chosen, e)) return EXIT_FAILED;
    const size_t failed = vae_survey_verify(&s);
    vae_survey_name_failed(&s, stderr);
    vae_survey_time(&s);
    if (!settings->json)
        print_table(&s, &chosen);
    else if (!print_json(&s, &chosen, e))
        return EXIT_FAILED;
    return failed ? EXIT_FAILED : EXIT_DONE;
}
