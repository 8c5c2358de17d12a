/* vae eval: the bound of a checkpoint on a set of images; on request log p(x), local posteriors, the
 * figures of each image and those of each latent dimension. */
#include "../base/memory.h"
#include "../base/peak.h"
#include "../base/pool.h"
#include "../base/table_file.h"
#include "../base/text.h"
#include "../data/dataset.h"
#include "../settings/option_table.h"
#include "commands.h"
#include "data_open.h"
#include "eval_report.h"
#include "loaded.h"
#include "progress.h"
#include "split_images.h"
#include "stop.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

struct eval {
    const struct settings *s;
    struct loaded *model;
    struct images images; /* of the split, or the first of them; not owned */
    struct vae_evaluation of;
    struct eval_report report;
    struct vae_latent latent;
    struct vae_importance is;
    double is_seconds;
    struct vae_local local;
    struct vae_marginal hmc;
    double *bounds; /* [images], nats; NULL: not requested */
    struct progress progress;
};

/* Of so many steps for each image (sweep.h). */
static struct progress start_sweep(const struct eval *v, const char *phase, size_t steps)
{
    return vae_progress_start(v->s, phase, 0, (uint64_t)v->images.count * steps, steps);
}

/* --- the bound --- */

static void see(void *arg, const struct vae_model *m, size_t first, size_t rows)
{
    struct eval *v = arg;
    if (v->bounds) vae_row_bounds(m, rows, v->bounds + first);
    if (v->report.latent) vae_latent_add(&v->latent, m, rows);
    vae_progress_update(&v->progress, first + rows, vae_bound_elbo(&v->report.bound));
}

static bool find_bound(struct eval *v, struct vae_error *e)
{
    const struct vae_watch watch = {see, v};
    v->progress = vae_progress_start(v->s, "bound", 0, v->images.count, 1);
    const bool done =
        vae_evaluate_watched(&v->model->model, &v->of, &watch, vae_stop_signal(), &v->report.bound);
    vae_progress_end(&v->progress);
    if (!done) return vae_stop_failed(e);
    if (isfinite(vae_bound_elbo(&v->report.bound))) return true;
    return vae_fail(e, "%s: its bound is no number; use an earlier checkpoint", v->s->file);
}

/* --- log p(x) --- */

/* The progress line shows the bound until the first range of images has its log p(x). */
static bool find_log_p(struct eval *v, struct vae_error *e)
{
    struct vae_importance *is = &v->is;
    const double started = vae_seconds_now();
    double shown = vae_bound_elbo(&v->report.bound);
    v->progress = start_sweep(v, "importance sampling", v->s->draws);
    while (!*vae_stop_signal() && vae_importance_step(is)) {
        if (vae_sweep_range_done(&is->at)) shown = vae_importance_mean(is).log_p;
        vae_progress_update(&v->progress, vae_sweep_steps(&is->at), shown);
    }
    vae_progress_end(&v->progress);
    if (*vae_stop_signal()) return vae_stop_failed(e);
    v->is_seconds = vae_seconds_now() - started;
    v->report.mean = vae_importance_mean(is);
    if (isfinite(v->report.mean.log_p)) return true;
    return vae_fail(e, "%s: its log p(x) is no number; use an earlier checkpoint", v->s->file);
}

/* Useful FLOP/s of the draws, against the FMA peak of the same threads, measured here. */
static void print_speed(const struct eval *v)
{
    const struct vae_model *m = &v->model->model;
    const double draws = (double)v->images.count * (double)v->s->draws;
    const double flops = (double)v->images.count * vae_forward_flops(&m->shape, v->s->draws);
    const double seconds = fmax(v->is_seconds, 1e-9);
    const double peak = vae_fma_peak_of(m->pool, &m->k.by_class[SV_LARGE]);
    const size_t threads = vae_pool_threads(m->pool);
    char share[PEAK_TEXT];
    printf("%.0f draws/s: %.1f GFLOP/s useful, %s (%s, %zu thread%s)\n", draws / seconds,
           1e-9 * flops / seconds, vae_share_text(flops / seconds, peak, share), m->k.isa, threads,
           threads > 1 ? "s" : "");
}

/* --- local posteriors --- */

static bool find_local(struct eval *v, struct vae_error *e)
{
    struct vae_local *local = &v->local;
    double shown = vae_bound_elbo(&v->report.bound);
    v->progress = start_sweep(v, "local posteriors", v->s->local_steps);
    while (!*vae_stop_signal() && vae_local_step(local)) {
        if (vae_sweep_range_done(&local->at)) shown = vae_local_mean(local).local;
        vae_progress_update(&v->progress, vae_sweep_steps(&local->at), shown);
    }
    vae_progress_end(&v->progress);
    if (*vae_stop_signal()) return vae_stop_failed(e);
    v->report.local = vae_local_mean(local);
    if (isfinite(v->report.local.local) && isfinite(v->report.local.amortised)) return true;
    return vae_fail(e, "%s: its local bound is no number; use an earlier checkpoint", v->s->file);
}

/* --- log p(x) by Markov chains --- */

static bool find_hmc(struct eval *v, struct vae_error *e)
{
    struct vae_marginal *hmc = &v->hmc;
    double shown = vae_bound_elbo(&v->report.bound);
    v->progress = start_sweep(v, "hmc", hmc->at.steps);
    while (!*vae_stop_signal() && vae_marginal_step(hmc)) {
        if (vae_sweep_range_done(&hmc->at)) shown = vae_marginal_mean(hmc).log_p;
        vae_progress_update(&v->progress, vae_sweep_steps(&hmc->at), shown);
    }
    vae_progress_end(&v->progress);
    if (*vae_stop_signal()) return vae_stop_failed(e);
    v->report.hmc = vae_marginal_mean(hmc);
    if (isfinite(v->report.hmc.log_p)) return true;
    return vae_fail(e,
                    "%s: no chain moved, or its log p(x) is no number; raise --burn-in or "
                    "--hmc-samples, or use an earlier checkpoint",
                    v->s->file);
}

/* --- figures of each image --- */

static bool write_images(struct eval *v, struct replace_file *r, struct vae_error *e)
{
    enum { MOST = 6 };
    const char *names[MOST] = {"bound"};
    const size_t count = v->images.count;
    size_t columns = 1;
    double *values = vae_memory_get(count * MOST * sizeof *values), *at = values;
    if (!values) return vae_fail(e, "%s: not enough memory", v->s->per_image);
    if (v->s->draws) {
        names[columns++] = "log_likelihood";
        names[columns++] = "ess";
    }
    if (v->s->local_steps) {
        names[columns++] = "amortised_elbo";
        names[columns++] = "local_elbo";
    }
    if (v->s->hmc) names[columns++] = "hmc_log_likelihood";
    for (size_t i = 0; i < count; i++) {
        *at++ = v->bounds[i];
        if (v->s->draws) {
            *at++ = v->is.point[i].log_p;
            *at++ = v->is.point[i].ess;
        }
        if (v->s->local_steps) {
            *at++ = v->local.point[i].amortised;
            *at++ = v->local.point[i].local;
        }
        if (v->s->hmc) *at++ = v->hmc.point[i].log_p;
    }
    vae_table_write(r, v->s->per_image,
                    &(struct table){.name = vae_table_listed,
                                    .about = names,
                                    .columns = columns,
                                    .rows = count,
                                    .values = values});
    vae_memory_give(values);
    return true;
}

/* --- the evaluation --- */

static bool find_all(struct eval *v, struct vae_error *e)
{
    return find_bound(v, e) && (!v->s->draws || find_log_p(v, e)) &&
           (!v->s->local_steps || find_local(v, e)) && (!v->s->hmc || find_hmc(v, e));
}

/* The file is begun first, so that one that cannot be written fails before the draws, not after. A
 * signal leaves nothing of it. */
static bool find_and_write(struct eval *v, struct vae_error *e)
{
    struct replace_file r;
    if (!v->s->per_image) return find_all(v, e);
    v->bounds = vae_memory_get(v->images.count * sizeof *v->bounds);
    if (!v->bounds) return vae_fail(e, "%s: not enough memory", v->s->per_image);
    vae_stop_on_signals();
    if (!vae_replace_begin(&r, v->s->per_image, e)) return false;
    if (find_all(v, e) && write_images(v, &r, e)) return vae_replace_commit(&r, e);
    vae_replace_abort(&r);
    return false;
}

static bool print(const struct eval *v, struct vae_error *e)
{
    if (v->s->json) return vae_eval_print_json(&v->report, e);
    vae_eval_print(&v->report);
    if (v->s->draws) print_speed(v);
    if (v->s->per_image) printf("wrote %s\n", vae_text_shown(v->s->per_image).s);
    return true;
}

static bool eval(struct eval *v, struct vae_error *e)
{
    const struct settings *s = v->s;
    const struct vae_model *m = &v->model->model;
    bool ok = true;
    if (s->per_dimension || s->active_units) {
        ok = vae_latent_create(&v->latent, m->shape.latent, m->max_rows, e);
        v->report.latent = &v->latent;
    }
    if (ok && s->draws) ok = vae_importance_create(&v->is, m, &v->of, s->draws, e);
    if (ok && s->local_steps) ok = vae_local_create(&v->local, m, &v->of, s->local_steps, e);
    if (ok && s->hmc) ok = vae_marginal_create(&v->hmc, m, &v->of, &s->chains, e);
    ok = ok && find_and_write(v, e) && print(v, e);
    vae_memory_give(v->bounds);
    vae_importance_destroy(&v->is);
    vae_local_destroy(&v->local);
    vae_marginal_destroy(&v->hmc);
    vae_latent_destroy(&v->latent);
    return ok;
}

/* A Bernoulli log-likelihood of grey pixels is not normalised: it is neither a density over grey
 * images nor a probability of binary ones. */
static bool may_have_log_p(struct eval *v, struct vae_error *e)
{
    const struct vae_run *run = &v->model->run;
    const bool asked = v->s->draws || v->s->hmc;
    if (!asked || run->shape.likelihood != VAE_BERNOULLI || run->binarize != BINARIZE_NONE ||
        vae_images_binary(&v->images))
        return true;
    v->report.grey = true;
    if (v->s->grey) return true;
    return vae_fail(e,
                    "%s: pixels are grey, of which log p(x) is no likelihood; train with "
                    "--binarize dynamic|threshold, which eval takes too for weights from "
                    "elsewhere, or give --grey to have it all the same",
                    vae_data_name(v->s, v->s->split));
}

static int eval_images(const struct settings *s, struct loaded *model, const struct images *images,
                       struct vae_error *e)
{
    const uint64_t seed = s->seed_given ? s->seed : model->run.seed;
    struct eval v = {.s = s, .model = model, .images = *images};
    v.report = (struct eval_report){.s = s, .run = &model->run, .seed = seed};
    v.of = (struct vae_evaluation){&v.images, model->run.binarize, model->run.estimator,
                                   vae_split_noise(s->split), seed};
    if (!may_have_log_p(&v, e)) return EXIT_USAGE;
    return vae_stop_status(eval(&v, e));
}

/* Options that say something only beside another one. */
static bool fits_together(const struct settings *s, struct vae_error *e)
{
    static const char *const of_hmc[] = {"hmc-samples", "leapfrog", "burn-in", "hmc-starts",
                                         "hmc-from"};
    for (size_t i = 0; !s->hmc && i < sizeof of_hmc / sizeof *of_hmc; i++)
        if (vae_option_given(s, of_hmc[i]))
            return vae_fail(e, "--%s is for --hmc; give both", of_hmc[i]);
    if (s->chains.from == CHAINS_ENCODER && vae_option_given(s, "hmc-starts"))
        return vae_fail(e, "--hmc-starts is for --hmc-from prior; leave it out");
    return true;
}

int vae_cmd_eval(struct settings *s, struct vae_error *e)
{
    struct split_images o;
    int status = EXIT_FAILED;
    if (!fits_together(s, e)) return EXIT_USAGE;
    const char *encoder_for = s->chains.from == CHAINS_ENCODER ? "--hmc-from encoder" : NULL;
    struct pool *pool = vae_pool_of_cpus(s->threads, e);
    if (pool && vae_split_open(&o, s, pool, encoder_for, e)) {
        status = eval_images(s, &o.model, &o.images, e);
        vae_split_close(&o);
    }
    vae_pool_destroy(pool);
    return status;
}
