/* vae train: the loop over epochs, what is written when. */
#include "checkpoint.h"
#include "chosen.h"
#include "commands.h"
#include "dataset.h"
#include "insight.h"
#include "memory.h"
#include "options.h"
#include "peak.h"
#include "pictures.h"
#include "replace_file.h"
#include "report.h"
#include "train.h"
#include "train_options.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- signals: the step under way is finished, the checkpoint written, then 128 + signal --- */

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) { stop_signal = number; }

/* A second signal ends the program at once. What the parent ignores (nohup, sh's &) stays ignored.
 */
static void catch_signals(void)
{
    static const int caught[] = {SIGINT, SIGTERM};
    struct sigaction old, a = {.sa_handler = on_signal};
    a.sa_flags = (int)SA_RESETHAND | SA_RESTART;
    sigemptyset(&a.sa_mask);
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(caught[i], &a, NULL);
}

/* --- the run --- */

struct files {
    char checkpoint[4096], samples[4096], reconstructions[4096], log[4096];
    FILE *log_file;
};

static void in_directory(char *to, const char *dir, const char *name)
{
    snprintf(to, 4096, "%s/%s", dir, name);
}

static bool open_files(const struct train_options *o, struct files *f, struct vae_error *e)
{
    if (!make_directory(o->out, e)) return false;
    in_directory(f->checkpoint, o->out, "model.safetensors");
    in_directory(f->samples, o->out, "samples.png");
    in_directory(f->reconstructions, o->out, "reconstructions.png");
    in_directory(f->log, o->out, "log.jsonl");
    if (o->log) snprintf(f->log, sizeof f->log, "%s", o->log);
    f->log_file = fopen(f->log, "a"); /* an older log is emptied by the first line of a new one */
    if (!f->log_file) return vae_fail(e, "%s: %s; choose another --log", f->log, strerror(errno));
    return true;
}

struct loop {
    struct vae_trainer *t;
    const struct dataset *data;
    const struct train_options *o;
    struct files *files;
    uint64_t total;    /* samples to reach */
    double next_point; /* samples of the next report, if --points */
    struct progress progress;
    struct vae_bound seen;           /* since the last report */
    double seconds;                  /* spent in steps since then */
    uint64_t first_step, all_points; /* steps before this run; points and time of reported ones */
    double all_seconds;
    double started, first;   /* seconds_now() at the program's start, at the first step */
    struct vae_clock *clock; /* of reported steps, if --profile; [threads] */
    struct vae_bound test;   /* of the weights as they are, if its count is not 0 */
    bool saved, logged;      /* this run has written its checkpoint, a line of its log */
};

static bool diverged(const struct loop *l, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    return vae_fail(
        e, "training diverged at step %" PRIu64 " (the bound is no number); lower --lr %g%s",
        r->step, (double)r->lr,
        l->saved ? "; the last good checkpoint is kept" : "; nothing was written");
}

static bool save(struct loop *l, struct vae_error *e)
{
    return l->saved = checkpoint_save(l->files->checkpoint, &l->t->model, &l->t->run, e);
}

static bool write_log(struct loop *l, const struct epoch_report *r, struct vae_error *e)
{
    FILE *f = l->files->log_file;
    if (!l->logged && !l->o->resume && ftruncate(fileno(f), 0) && errno != EINVAL) /* a pipe */
        return vae_fail(e, "%s: %s; choose another --log", l->files->log, strerror(errno));
    l->logged = true;
    return log_epoch(f, l->files->log, r, e);
}

/* False, with an empty line, where a signal came first. */
static bool evaluate(struct loop *l, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    const bool done = vae_evaluate(&l->t->model, &l->data->test, r->binarize, NOISE_TEST, r->seed,
                                   &stop_signal, &l->test);
    if (!done) l->test.count = 0;
    return done && (isfinite(bound_elbo(&l->test)) || diverged(l, e));
}

/* The model's clocks since the last report go to those of the run; NULL without --profile. */
static json_t *epoch_profile(struct loop *l)
{
    struct vae_model *m = &l->t->model;
    struct insight phase[PHASE_COUNT];
    if (!m->clock) return NULL;
    const double peak = fma_peak_of(m->pool, &m->k.by_class[SV_LARGE]);
    json_t *o = insight_json(phase, insight_of(m, l->seen.count, phase), peak);
    for (size_t t = 0; t < pool_threads(m->pool); t++)
        for (int p = 0; p < PHASE_COUNT; p++) {
            l->clock[t].seconds[p] += m->clock[t].seconds[p];
            m->clock[t].seconds[p] = 0;
        }
    return o;
}

enum { POINT_IMAGES = 10000 };

/* The bound reported for training: the mean over the steps since the last report, or, at points of their
 * own (--points), that of the weights as they are on the first images. False where a signal came first. */
static bool training_bound(struct loop *l, double *bound)
{
    const struct vae_run *r = &l->t->run;
    struct images part = l->data->train;
    struct vae_bound b = l->seen;
    if (part.count > POINT_IMAGES) part.count = POINT_IMAGES;
    const bool done = !l->o->points || vae_evaluate(&l->t->model, &part, r->binarize, NOISE_POINTS,
                                                    r->seed, &stop_signal, &b);
    *bound = bound_elbo(&b);
    return done;
}

/* Test bound, checkpoint, log line. */
static bool report(struct loop *l, struct vae_error *e)
{
    double trained = NAN;
    const struct vae_run *r = &l->t->run;
    const uint64_t per = run_steps_per_epoch(r);
    const double rate = (double)l->seen.count / fmax(l->seconds, 1e-9);
    const bool tested = evaluate(l, e) && training_bound(l, &trained);
    if (*e->line || !save(l, e)) return false;
    if (!tested) return true;
    const struct epoch_report line = {
        .epoch = (r->step + per - 1) / per,
        .samples = run_points(r),
        .train_bound = trained,
        .test_bound = bound_elbo(&l->test),
        .kl = l->test.kl / (double)l->test.count,
        .recon = l->test.recon / (double)l->test.count,
        .samples_per_s = rate,
        .gflops = 1e-9 * rate * vae_step_flops(&r->shape, r->samples),
        .isa = l->t->model.k.isa,
        .threads = pool_threads(l->t->model.pool),
        .seed = r->seed,
        .profile = epoch_profile(l),
    };
    progress_clear(&l->progress);
    if (!l->o->quiet) print_epoch(&line);
    l->all_points += l->seen.count;
    l->all_seconds += l->seconds;
    l->seen = (struct vae_bound){0};
    l->seconds = 0;
    return write_log(l, &line, e);
}

static bool more_to_do(const struct loop *l)
{
    return !stop_signal && run_points(&l->t->run) + trainer_next_rows(l->t) <= l->total;
}

/* The run is where a report is due: at the end of an epoch, or at or just past 10^(i / points) samples. */
static bool report_due(const struct loop *l)
{
    const struct vae_run *r = &l->t->run;
    if (!l->o->points) return r->step % run_steps_per_epoch(r) == 0;
    return (double)run_points(r) >= l->next_point;
}

/* The first of the points that is not yet reached. */
static double next_point(const struct loop *l)
{
    const double seen = (double)run_points(&l->t->run);
    double point = 0;
    for (int i = 0; l->o->points && point <= seen; i++)
        point = ceil(pow(10, i / (double)l->o->points));
    return point;
}

/* Steps until a report is due, or the run or the user's patience ends. False where training diverged. */
static bool run_steps(struct loop *l, struct vae_error *e)
{
    struct vae_trainer *t = l->t;
    const double start = seconds_now();
    l->test.count = 0;
    l->next_point = next_point(l);
    do {
        trainer_step(t, &l->seen);
        const double bound = bound_elbo(&l->seen);
        progress_update(&l->progress, run_points(&t->run), bound);
        if (!isfinite(bound)) return diverged(l, e);
    } while (more_to_do(l) && !report_due(l));
    l->seconds += seconds_now() - start;
    return true;
}

static int interrupted(struct loop *l, struct vae_error *e)
{
    const struct train_options *o = l->o;
    if (!l->saved && !save(l, e)) return EXIT_FAILED;
    fprintf(stderr,
            "vae train: stopped by signal %d after %" PRIu64
            " samples; go on with: vae train --data %s "
            "--out %s --resume %s --samples %" PRIu64 "\n",
            (int)stop_signal, run_points(&l->t->run), o->data, o->out, l->files->checkpoint,
            l->total);
    return 128 + (int)stop_signal;
}

/* Useful arithmetic of the steps against the peak of the same threads, measured now. */
static void print_speed(struct loop *l)
{
    struct vae_model *m = &l->t->model;
    const size_t threads = pool_threads(m->pool);
    if (!l->all_points) return;
    const double peak = fma_peak_of(m->pool, &m->k.by_class[SV_LARGE]);
    const double flops =
        (double)l->all_points * vae_step_flops(&l->t->run.shape, l->t->run.samples);
    char share[PEAK_TEXT];
    printf("%.0f samples/s in training: %.1f GFLOP/s useful, %s (%s, %zu thread%s)\n",
           (double)l->all_points / l->all_seconds, 1e-9 * flops / l->all_seconds,
           share_text(flops / l->all_seconds, peak, share), m->k.isa, threads,
           threads > 1 ? "s" : "");
    printf("first step after %.3f s\n", l->first - l->started);
    if (!l->clock) return;
    struct insight phase[PHASE_COUNT];
    m->clock = l->clock;
    insight_print(stdout, phase, insight_of(m, l->all_points, phase),
                  l->t->run.step - l->first_step, peak);
}

/* Pictures and the last word. */
static int finish(struct loop *l, double rate, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    const struct files *f = l->files;
    const struct vae_bound *test = &l->test;
    if (!l->saved && !save(l, e)) return EXIT_FAILED;
    if (!picture_samples(&l->t->model, f->samples, 10, 10, r->seed, e) ||
        !picture_reconstructions(&l->t->model, f->reconstructions, r, &l->data->test, 10, 5, e))
        return EXIT_FAILED;
    printf("test bound %.2f nats (reconstruction %.2f, KL %.2f; binarisation: %s) after %" PRIu64
           " samples, %.0f samples/s over all\n",
           bound_elbo(test), test->recon / (double)test->count, test->kl / (double)test->count,
           vae_binarize_names[r->binarize], run_points(r), rate);
    print_speed(l);
    printf("wrote %s, %s, %s, %s\n", f->checkpoint, f->log, f->samples, f->reconstructions);
    return EXIT_DONE;
}

static int run_loop(struct loop *l, struct vae_error *e)
{
    const uint64_t first = run_points(&l->t->run);
    const double start = seconds_now();
    bool ok = true;
    l->first = start;
    l->progress = progress_start(first, l->total, l->o->quiet);
    while (ok && more_to_do(l)) ok = run_steps(l, e) && report(l, e);
    progress_clear(&l->progress);
    if (!ok) return EXIT_FAILED;
    if (!stop_signal && !l->test.count)
        evaluate(l, e); /* resumed at its end: only the test is left */
    if (*e->line) return EXIT_FAILED;
    if (stop_signal) return interrupted(l, e);
    const double done = (double)(run_points(&l->t->run) - first);
    return finish(l, done / fmax(seconds_now() - start, 1e-9), e);
}

/* Fills what the data and the checkpoint say; the trainer is ready afterwards. */
static bool prepare(struct train_options *o, const struct dataset *data, struct pool *pool,
                    struct vae_trainer *t, struct vae_error *e)
{
    struct st_file f = {0};
    struct sv_choice k;
    if (!chosen_open(o->isa, &k, e)) return false;
    if (o->resume) {
        if (!checkpoint_open(&f, o->resume, &o->run, e)) return false;
        const struct vae_shape *s = &o->run.shape;
        if (s->rows != data->train.rows || s->cols != data->train.cols ||
            o->run.train_images != data->train.count) {
            vae_fail(e, "%s: trained on %zu images of %zu x %zu, but %s holds %zu of %zu x %zu",
                     o->resume, o->run.train_images, s->rows, s->cols, o->data, data->train.count,
                     data->train.rows, data->train.cols);
            st_close(&f);
            return false;
        }
    }
    o->run.shape.rows = data->train.rows;
    o->run.shape.cols = data->train.cols;
    o->run.train_images = data->train.count;
    bool ok = trainer_create(t, &k, &o->run, &data->train, pool, e);
    if (ok && o->resume) ok = checkpoint_load(&f, &t->model, true, e);
    if (!ok) trainer_destroy(t);
    st_close(&f);
    return ok;
}

/* Two sets of clocks, the model's and the run's; false where memory is short. */
static bool start_clocks(struct loop *l, struct vae_error *e)
{
    const size_t threads = pool_threads(l->t->model.pool), bytes = threads * sizeof *l->clock;
    if (!l->o->profile) return true;
    l->clock = memory_get(2 * bytes);
    if (!l->clock) return vae_fail(e, "not enough memory for --profile");
    l->t->model.clock = l->clock + threads;
    return true;
}

static int run_trainer(struct train_options *o, const struct dataset *data, struct vae_trainer *t,
                       double started, struct vae_error *e)
{
    struct files files = {.log_file = NULL};
    int status = EXIT_FAILED;
    const uint64_t epochs = o->epochs ? o->epochs : DEFAULT_EPOCHS;
    struct loop loop = {.t = t,
                        .data = data,
                        .o = o,
                        .files = &files,
                        .first_step = t->run.step,
                        .started = started};
    loop.total = o->samples ? o->samples : epochs * data->train.count;
    const uint64_t seen = run_points(&t->run), least = o->resume ? seen : trainer_next_rows(t);
    if (loop.total < least)
        vae_fail(e,
                 "nothing to do: %" PRIu64 " samples in all, but %s %" PRIu64 "; raise --samples",
                 loop.total, o->resume ? "the checkpoint has seen" : "one minibatch takes", least);
    else if (start_clocks(&loop, e) && open_files(o, &files, e)) {
        catch_signals();
        status = run_loop(&loop, e);
    }
    if (files.log_file) fclose(files.log_file);
    memory_give(loop.clock);
    return status;
}

static int train(struct train_options *o, struct vae_error *e)
{
    const double started = seconds_now();
    struct dataset data;
    struct vae_trainer t;
    int status = EXIT_FAILED;
    if (!dataset_open(o->data, &data, e)) return EXIT_FAILED;
    struct pool *pool = option_pool(o->threads, e);
    if (pool && prepare(o, &data, pool, &t, e)) {
        status = run_trainer(o, &data, &t, started, e);
        trainer_destroy(&t);
    }
    pool_destroy(pool);
    dataset_free(&data);
    return status;
}

int cmd_train(int argc, char **argv)
{
    struct train_options o;
    struct vae_error e = {""};
    if (!train_options_parse(argc, argv, &o, &e)) {
        if (*e.line) return report_failure("train", EXIT_USAGE, &e);
        fputs(train_help, stdout);
        return EXIT_DONE;
    }
    const int status = train(&o, &e);
    return *e.line ? report_failure("train", status, &e) : status;
}
