#include "train_loop.h"
#include "../base/peak.h"
#include "../methods/health.h"
#include "../methods/serve.h"
#include "../model/checkpoint.h"
#include "../model/run_id.h"
#include "config.h"
#include "insight.h"
#include "stop.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what is written --- */

/* The run before its last step; unchanged if it has done none on these data. */
static struct vae_run before_last(const struct vae_run *r)
{
    struct vae_run before = *r;
    before.step -= r->step > r->past.steps;
    return before;
}

static float last_lr(const struct vae_run *r)
{
    const struct vae_run before = before_last(r);
    return vae_run_lr(&before);
}

static float last_beta(const struct vae_run *r)
{
    const struct vae_run before = before_last(r);
    return vae_run_beta(&before);
}

static bool diverged(const struct train_loop *l, const char *why, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    return vae_fail(e, "training diverged at step %" PRIu64 " (%s); lower --lr %g%s", r->step, why,
                    (double)last_lr(r),
                    l->saved ? "; the last good checkpoint is kept" : "; nothing was written");
}

static bool worse(const struct train_loop *l, struct vae_error *e)
{
    char why[160];
    snprintf(why, sizeof why,
             "%" PRIu64 " steps with bounds below %.4g nats, %d times the untrained model's",
             l->t->run.health.worse, vae_health_limit(&l->t->run), HEALTH_FACTOR);
    return diverged(l, why, e);
}

bool vae_train_loop_save(struct train_loop *l, struct vae_error *e)
{
    struct vae_error reason;
    if (!vae_health_good(&l->t->run)) return worse(l, e);
    vae_serve_collect(&l->t->model);
    if (!vae_checkpoint_sound(&l->t->model, &reason)) return diverged(l, reason.line, e);
    if (!l->saved && !vae_best_model_bring(&l->best, e)) return false;
    if (!vae_checkpoint_save(l->out->checkpoint, &l->t->model, &l->t->run, e)) return false;
    const bool first = !l->saved;
    l->saved = true;
    return vae_train_log_settle(&l->log, e) &&
           (!first || (vae_best_model_clear(&l->best, &l->t->run, e) &&
                       vae_config_write(l->out->config, l->s, l->all_images, e)));
}

/* --- reports --- */

/* False, with an empty line, if a signal came first. */
static bool evaluate(struct train_loop *l, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    const bool done = vae_evaluate(&l->t->model, &l->data->test, r, NOISE_TEST, r->seed,
                                   vae_stop_signal(), &l->test);
    if (!done) l->test.count = 0;
    return done &&
           (isfinite(vae_bound_elbo(&l->test)) || diverged(l, "the test bound is no number", e));
}

/* The bound on the validation images, NAN without any. False, with an empty line, if a signal came
 * first. */
static bool validate(struct train_loop *l, double *bound, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    struct vae_bound b;
    *bound = NAN;
    if (!r->validation.images) return true;
    if (!vae_evaluate(&l->t->model, &l->data->validation, r, NOISE_VALIDATION, r->seed,
                      vae_stop_signal(), &b))
        return false;
    *bound = vae_bound_elbo(&b);
    return isfinite(*bound) || diverged(l, "the validation bound is no number", e);
}

/* The phases table since the last report; adds the model's clocks to the run's and resets them.
 * NULL without --profile. */
static json_t *epoch_profile(struct train_loop *l)
{
    struct vae_model *m = &l->t->model;
    struct insight phase[PHASE_COUNT];
    if (!m->clock) return NULL;
    const double peak = vae_fma_peak_of(m->pool, &m->k.by_class[SV_LARGE]);
    const struct vae_passes passes = vae_run_passes(&l->t->run);
    const size_t phases = vae_insight_of(m, &passes, l->timed, phase);
    json_t *o = vae_insight_json(phase, phases, peak);
    for (size_t t = 0; t < vae_pool_threads(m->pool); t++)
        for (int p = 0; p < PHASE_COUNT; p++) {
            l->clock[t].seconds[p] += m->clock[t].seconds[p];
            m->clock[t].seconds[p] = 0;
        }
    return o;
}

enum { POINT_IMAGES = 10000 };

/* The training bound to report: the mean over the steps since the last report or, with --points,
 * that of the current weights on the first POINT_IMAGES images. Of MCEM, which has no encoder, it is
 * log p(x, z) of the chains. False if a signal came first. */
static bool training_bound(struct train_loop *l, double *bound)
{
    const struct vae_run *r = &l->t->run;
    struct images part = l->data->train;
    struct vae_bound b = r->seen;
    if (part.count > POINT_IMAGES) part.count = POINT_IMAGES;
    const bool steps = !l->s->points || r->method == VAE_MCEM;
    const bool done =
        steps || vae_evaluate(&l->t->model, &part, r, NOISE_POINTS, r->seed, vae_stop_signal(), &b);
    *bound = vae_bound_elbo(&b);
    return done;
}

static bool write_line(struct train_loop *l, const struct epoch_report *r, struct vae_error *e)
{
    char *text = vae_epoch_line(r);
    const bool ok = text ? vae_train_log_append(&l->log, text, e)
                         : vae_fail(e, "%s: not enough memory", l->log.path);
    free(text);
    return ok;
}

/* The first report point 10^(i / points) beyond the last report. */
static void next_point(struct train_loop *l)
{
    const struct vae_run *r = &l->t->run;
    const double reported = (double)vae_run_reported(r);
    l->next_point = 0;
    for (int i = 0; l->s->points && l->next_point <= reported; i++)
        l->next_point = ceil(pow(10, i / (double)l->s->points));
}

/* Once the line is written: starts counting for the next report. */
static void begin_anew(struct train_loop *l)
{
    l->all_points += l->timed;
    l->all_seconds += l->seconds;
    l->timed = 0;
    l->seconds = 0;
    l->t->run.seen = (struct vae_bound){0};
    *l->t->run.changed = 0;
    next_point(l);
}

/* Replaces the checkpoint and, if this report is the best, the best model. */
static bool keep(struct train_loop *l, bool best, struct vae_error *e)
{
    if (!vae_health_good(&l->t->run)) return true;
    return vae_train_loop_save(l, e) &&
           (!best || vae_checkpoint_save(l->out->best, &l->t->model, &l->t->run, e));
}

/* Bounds, log line, checkpoint. If writing the line fails, the checkpoint keeps what was to
 * be reported. */
static bool report(struct train_loop *l, struct vae_error *e)
{
    double trained = NAN, held_out;
    struct vae_run *r = &l->t->run;
    const double rate = l->timed ? (double)l->timed / fmax(l->seconds, 1e-9) : NAN;
    if (!evaluate(l, e) || !training_bound(l, &trained) || !validate(l, &held_out, e))
        return !*e->line;
    struct epoch_report line = {
        .epoch = vae_run_epochs_begun(r),
        .samples = vae_run_points(r),
        .train_bound = trained,
        .test_bound = vae_bound_elbo(&l->test),
        .validated = r->validation.images > 0,
        .validation_bound = held_out,
        .kl = l->test.kl / (double)l->test.count,
        .recon = l->test.recon / (double)l->test.count,
        .method = r->method,
        .theta_kl = r->step > l->first_step ? vae_theta_kl(&l->t->model) : (double)NAN,
        .acceptance = l->t->mcem.acceptance,
        .chain_step = vae_mcem_step_size(r->chain_exponent),
        .estimator = r->estimator,
        .draws = r->samples,
        .iwae_bound = l->test.log_mean / (double)l->test.count,
        .lr = last_lr(r),
        .beta = last_beta(r),
        .changed = r->changed,
        .samples_per_s = rate,
        .gflops = 1e-9 * rate * vae_run_flops(r),
        .isa = l->t->model.k.isa,
        .threads = vae_pool_threads(l->t->model.pool),
        .seed = r->seed,
        .profiled = l->clock != NULL,
        .profile = epoch_profile(l),
    };
    vae_run_id_text(r, line.run);
    strcpy(line.data, l->images);
    vae_progress_clear(&l->progress);
    if (!l->s->quiet) vae_print_epoch(&line);
    if (!write_line(l, &line, e)) {
        struct vae_error also;
        vae_train_loop_save(l, &also);
        return false;
    }
    begin_anew(l);
    const bool best = r->validation.images && vae_validation_note(&r->validation, vae_run_points(r),
                                                                  held_out, vae_health_good(r));
    return keep(l, best, e);
}

/* --- the loop --- */

static bool more_to_do(const struct train_loop *l)
{
    const struct vae_run *r = &l->t->run;
    if (vae_validation_ends(&r->validation) && !r->seen.count) return false;
    return vae_run_points(&l->t->run) + vae_trainer_next_rows(l->t) <= l->total;
}

/* Whether a report is due: at the run's end, an epoch's end, or at or just past a report point. */
static bool report_due(const struct train_loop *l)
{
    const struct vae_run *r = &l->t->run;
    if (!r->seen.count) return false;
    if (!more_to_do(l)) return true;
    if (!l->s->points) return vae_run_step_of_epoch(r) == 0;
    return (double)vae_run_points(r) >= l->next_point;
}

/* Runs steps until a report is due or a signal comes. */
static bool run_steps(struct train_loop *l, struct vae_error *e)
{
    struct vae_trainer *t = l->t;
    struct vae_run *r = &t->run;
    const double start = vae_seconds_now();
    l->test.count = 0;
    do {
        const size_t before = r->seen.count;
        const double bound = vae_trainer_advance(t);
        l->timed += r->seen.count - before;
        vae_progress_update(&l->progress, vae_run_points(r), vae_bound_elbo(&r->seen));
        if (vae_health_diverged(r, bound))
            return isfinite(bound) ? worse(l, e) : diverged(l, "the bound is no number", e);
    } while (!*vae_stop_signal() && !report_due(l));
    l->seconds += vae_seconds_now() - start;
    return true;
}

bool vae_train_loop_run(struct train_loop *l, struct vae_error *e)
{
    bool ok = true;
    l->first = vae_seconds_now();
    next_point(l);
    l->progress = vae_progress_start(l->s, "training", vae_run_points(&l->t->run), l->total, 1);
    while (ok && !*vae_stop_signal() && (report_due(l) || more_to_do(l)))
        ok = (report_due(l) || run_steps(l, e)) && (!report_due(l) || report(l, e));
    vae_progress_end(&l->progress);
    if (ok && !*vae_stop_signal() && !l->test.count)
        ok = evaluate(l, e) || !*e->line; /* resumed at its end: only the test is left */
    return ok;
}
