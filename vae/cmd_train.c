/* vae train: options, the loop over epochs, what is written when. */
#include "checkpoint.h"
#include "commands.h"
#include "dataset.h"
#include "options.h"
#include "pictures.h"
#include "replace_file.h"
#include "report.h"
#include "train.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: vae train --data PATH --out DIR [options]\n\n"
    "  --data PATH        directory with MNIST's IDX files (plain or .gz), one IDX image file\n"
    "                     (every tenth image is held out), or `synthetic`: digits drawn here\n"
    "  --out DIR          where model.safetensors, log.jsonl, samples.png, reconstructions.png go\n"
    "  --epochs N         passes over the training images (default 50)\n"
    "  --samples N        training samples instead of epochs\n"
    "  --batch N          minibatch (default 100)\n"
    "  --hidden N         hidden units of encoder and decoder (default 500)\n"
    "  --latent N         dimensions of z (default 20)\n"
    "  --samples-per-x L  draws of z per data point (default 1)\n"
    "  --likelihood NAME  bernoulli (default), or gaussian with mean and log-variance\n"
    "  --optimizer NAME   adagrad (default), adam, sgd; on the minibatch's summed loss\n"
    "  --lr X             step size (default: adagrad 0.01, adam 0.001, sgd 0.0001)\n"
    "  --binarize NAME    none (default), dynamic, threshold\n"
    "  --seed N           of everything random (default 1)\n"
    "  --resume FILE      go on from a checkpoint; only --epochs or --samples may be given beside\n"
    "  --log FILE         JSON lines, one per epoch (default DIR/log.jsonl)\n"
    "  --isa NAME         the kernels to use; results do not depend on it\n"
    "  --quiet            no progress, no epochs\n";

enum { DEFAULT_EPOCHS = 50 };

struct options {
    const char *data, *out, *log, *resume, *isa;
    uint64_t epochs, samples; /* 0: not given */
    bool quiet, model_given;  /* an option that --resume fixes was given */
    struct vae_run run;
};

/* --- options --- */

enum {
    OPT_DATA = 1,
    OPT_OUT,
    OPT_EPOCHS,
    OPT_SAMPLES,
    OPT_BATCH,
    OPT_HIDDEN,
    OPT_LATENT,
    OPT_DRAWS,
    OPT_LIKELIHOOD,
    OPT_OPTIMIZER,
    OPT_LR,
    OPT_BINARIZE,
    OPT_SEED,
    OPT_RESUME,
    OPT_LOG,
    OPT_ISA,
    OPT_QUIET,
    OPT_HELP
};
static const struct option long_options[] = {
    {"data", required_argument, NULL, OPT_DATA},
    {"out", required_argument, NULL, OPT_OUT},
    {"epochs", required_argument, NULL, OPT_EPOCHS},
    {"samples", required_argument, NULL, OPT_SAMPLES},
    {"batch", required_argument, NULL, OPT_BATCH},
    {"hidden", required_argument, NULL, OPT_HIDDEN},
    {"latent", required_argument, NULL, OPT_LATENT},
    {"samples-per-x", required_argument, NULL, OPT_DRAWS},
    {"likelihood", required_argument, NULL, OPT_LIKELIHOOD},
    {"optimizer", required_argument, NULL, OPT_OPTIMIZER},
    {"lr", required_argument, NULL, OPT_LR},
    {"binarize", required_argument, NULL, OPT_BINARIZE},
    {"seed", required_argument, NULL, OPT_SEED},
    {"resume", required_argument, NULL, OPT_RESUME},
    {"log", required_argument, NULL, OPT_LOG},
    {"isa", required_argument, NULL, OPT_ISA},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, OPT_HELP},
    {0},
};

/* An option of the model or the run: fixed by the checkpoint under --resume. */
static bool run_option(int opt, const char *text, struct vae_run *r, struct vae_error *e)
{
    unsigned choice = 0;
    bool ok = true;
    switch (opt) {
    case OPT_BATCH:
        return option_size("--batch", text, 1, VAE_MAX_BATCH, &r->batch, e);
    case OPT_HIDDEN:
        return option_size("--hidden", text, 1, VAE_MAX_HIDDEN, &r->shape.hidden, e);
    case OPT_LATENT:
        return option_size("--latent", text, 1, VAE_MAX_LATENT, &r->shape.latent, e);
    case OPT_DRAWS:
        return option_size("--samples-per-x", text, 1, VAE_MAX_SAMPLES, &r->samples, e);
    case OPT_LR:
        return option_positive("--lr", text, &r->lr, e);
    case OPT_SEED:
        return option_u64("--seed", text, 0, INT64_MAX, &r->seed, e);
    case OPT_LIKELIHOOD:
        ok = option_choice("--likelihood", text, vae_likelihood_names, &choice, e);
        r->shape.likelihood = (enum vae_likelihood)choice;
        return ok;
    case OPT_OPTIMIZER:
        ok = option_choice("--optimizer", text, vae_optimizer_names, &choice, e);
        r->optimizer = (enum vae_optimizer)choice;
        return ok;
    default:
        ok = option_choice("--binarize", text, vae_binarize_names, &choice, e);
        r->binarize = (enum vae_binarize)choice;
        return ok;
    }
}

static bool parse_one(int opt, char **argv, struct options *o, struct vae_error *e)
{
    switch (opt) {
    case OPT_DATA:
        o->data = optarg;
        return true;
    case OPT_OUT:
        o->out = optarg;
        return true;
    case OPT_LOG:
        o->log = optarg;
        return true;
    case OPT_RESUME:
        o->resume = optarg;
        return true;
    case OPT_ISA:
        o->isa = optarg;
        return true;
    case OPT_QUIET:
        return o->quiet = true;
    case OPT_EPOCHS:
        return option_u64("--epochs", optarg, 1, 1000000, &o->epochs, e);
    case OPT_SAMPLES:
        return option_u64("--samples", optarg, 1, UINT64_C(1) << 40, &o->samples, e);
    case '?':
        return option_unknown(argv, optind, e);
    default:
        o->model_given = true;
        return run_option(opt, optarg, &o->run, e);
    }
}

/* False with an empty line: --help was asked for. */
static bool parse(int argc, char **argv, struct options *o, struct vae_error *e)
{
    static const float default_lr[] = {
        [VAE_SGD] = 1e-4f, [VAE_ADAGRAD] = 0.01f, [VAE_ADAM] = 1e-3f};
    *o = (struct options){.run = {.shape = {.hidden = 500, .latent = 20},
                                  .optimizer = VAE_ADAGRAD,
                                  .batch = 100,
                                  .samples = 1,
                                  .seed = 1}};
    opterr = 0;
    for (int opt; (opt = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        if (opt == OPT_HELP) return false;
        if (!parse_one(opt, argv, o, e)) return false;
    }
    if (!option_argument(argc, argv, optind, NULL, NULL, e)) return false;
    if (!o->data) return vae_fail(e, "give --data PATH, or --data synthetic; see --help");
    if (!o->out) return vae_fail(e, "give --out DIR; see --help");
    if (o->epochs && o->samples) return vae_fail(e, "give --epochs or --samples, not both");
    if (o->resume && o->model_given)
        return vae_fail(e, "--resume takes all settings from the checkpoint; leave the others out");
    if (o->run.lr == 0) o->run.lr = default_lr[o->run.optimizer];
    return true;
}

/* --- signals: the step under way is finished, the checkpoint written, then 128 + signal --- */

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) { stop_signal = number; }

static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal,
                          .sa_flags = (int)SA_RESETHAND}; /* 2nd: at once */
    sigemptyset(&a.sa_mask);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
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

static bool open_files(const struct options *o, struct files *f, struct vae_error *e)
{
    if (!make_directory(o->out, e)) return false;
    in_directory(f->checkpoint, o->out, "model.safetensors");
    in_directory(f->samples, o->out, "samples.png");
    in_directory(f->reconstructions, o->out, "reconstructions.png");
    in_directory(f->log, o->out, "log.jsonl");
    if (o->log) snprintf(f->log, sizeof f->log, "%s", o->log);
    f->log_file = fopen(f->log, o->resume ? "a" : "w");
    if (!f->log_file) return vae_fail(e, "%s: %s; choose another --log", f->log, strerror(errno));
    return true;
}

struct loop {
    struct vae_trainer *t;
    const struct dataset *data;
    const struct options *o;
    struct files *files;
    uint64_t total; /* samples to reach */
    struct progress progress;
    struct vae_bound seen; /* since the last report */
    double seconds;        /* spent in steps since then */
};

static bool diverged(const struct loop *l, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    return vae_fail(e,
                    "training diverged at step %" PRIu64
                    " (the bound is no number); lower --lr %g; "
                    "the last good checkpoint is kept",
                    r->step, (double)r->lr);
}

/* Test bound, log line, checkpoint. */
static bool end_epoch(struct loop *l, struct vae_bound *test, struct vae_error *e)
{
    struct vae_trainer *t = l->t;
    const struct vae_run *r = &t->run;
    const uint64_t per = run_steps_per_epoch(r);
    const bool tested =
        vae_evaluate(&t->model, &l->data->test, r->binarize, r->seed, &stop_signal, test);
    if (tested && !isfinite(bound_elbo(test))) return diverged(l, e);
    if (!checkpoint_save(l->files->checkpoint, &t->model, r, e)) return false;
    if (!tested || !l->seen.count) return true;
    const double rate = (double)l->seen.count / fmax(l->seconds, 1e-9);
    const struct epoch_report report = {
        .epoch = (r->step + per - 1) / per,
        .samples = run_points(r),
        .train_bound = bound_elbo(&l->seen),
        .test_bound = bound_elbo(test),
        .kl = test->kl / (double)test->count,
        .recon = test->recon / (double)test->count,
        .samples_per_s = rate,
        .gflops = 1e-9 * rate * vae_step_flops(&r->shape),
        .isa = t->model.k.isa,
        .threads = 1,
        .seed = r->seed,
    };
    progress_clear(&l->progress);
    if (!l->o->quiet) print_epoch(&report);
    l->seen = (struct vae_bound){0};
    l->seconds = 0;
    return log_epoch(l->files->log_file, l->files->log, &report, e);
}

/* Steps until the epoch, the run or the user's patience ends. False where training diverged. */
static bool run_epoch(struct loop *l, struct vae_error *e)
{
    struct vae_trainer *t = l->t;
    const double start = seconds_now();
    do {
        trainer_step(t, &l->seen);
        const double bound = bound_elbo(&l->seen);
        progress_update(&l->progress, run_points(&t->run), bound);
        if (!isfinite(bound)) return diverged(l, e);
    } while (!stop_signal && t->run.step % run_steps_per_epoch(&t->run) != 0 &&
             run_points(&t->run) + trainer_next_rows(t) <= l->total);
    l->seconds += seconds_now() - start;
    return true;
}

static int run_loop(struct loop *l, struct vae_error *e)
{
    struct vae_trainer *t = l->t;
    struct vae_bound test = {0};
    uint64_t first = run_points(&t->run);
    const double start = seconds_now();
    l->progress = progress_start(first, l->total, l->o->quiet);
    while (!stop_signal && run_points(&t->run) + trainer_next_rows(t) <= l->total)
        if (!run_epoch(l, e) || !end_epoch(l, &test, e)) {
            progress_clear(&l->progress);
            return EXIT_FAILED;
        }
    progress_clear(&l->progress);
    if (stop_signal) {
        fprintf(stderr,
                "vae train: stopped by signal %d after %" PRIu64 " samples; go on with "
                "--resume %s\n",
                (int)stop_signal, run_points(&t->run), l->files->checkpoint);
        return 128 + (int)stop_signal;
    }
    if (!picture_samples(&t->model, l->files->samples, 10, 10, t->run.seed, e) ||
        !picture_reconstructions(&t->model, l->files->reconstructions, &t->run, &l->data->test, 10,
                                 5, e))
        return EXIT_FAILED;
    const double elapsed = seconds_now() - start;
    if (test.count)
        printf(
            "test bound %.2f nats (reconstruction %.2f, KL %.2f; binarisation: %s) after %" PRIu64
            " samples, %.0f samples/s over all\n",
            bound_elbo(&test), test.recon / (double)test.count, test.kl / (double)test.count,
            vae_binarize_names[t->run.binarize], run_points(&t->run),
            (double)(run_points(&t->run) - first) / fmax(elapsed, 1e-9));
    printf("wrote %s, %s, %s, %s\n", l->files->checkpoint, l->files->log, l->files->samples,
           l->files->reconstructions);
    return EXIT_DONE;
}

/* Fills what the data and the checkpoint say; the trainer is ready afterwards. */
static bool prepare(struct options *o, const struct dataset *data, struct vae_trainer *t,
                    struct vae_error *e)
{
    struct st_file f = {0};
    struct sv_kernels k;
    if (!option_kernels(o->isa, &k, e)) return false;
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
    bool ok = trainer_create(t, &k, &o->run, &data->train, e);
    if (ok && o->resume) ok = checkpoint_load(&f, &t->model, true, e);
    if (!ok) trainer_destroy(t);
    st_close(&f);
    return ok;
}

static int train(struct options *o, struct vae_error *e)
{
    struct dataset data;
    struct vae_trainer t;
    struct files files = {.log_file = NULL};
    int status = EXIT_FAILED;
    if (!dataset_open(o->data, &data, e)) return EXIT_FAILED;
    if (prepare(o, &data, &t, e)) {
        const uint64_t epochs = o->epochs ? o->epochs : DEFAULT_EPOCHS;
        struct loop loop = {.t = &t, .data = &data, .o = o, .files = &files};
        loop.total = o->samples ? o->samples : epochs * data.train.count;
        if (loop.total < trainer_next_rows(&t) + run_points(&t.run))
            vae_fail(e, "--%s: nothing to do: %" PRIu64 " samples are less than %s",
                     o->samples ? "samples" : "epochs", loop.total,
                     o->resume ? "the checkpoint has seen" : "one minibatch");
        else if (open_files(o, &files, e))
            status = run_loop(&loop, e);
        trainer_destroy(&t);
    }
    if (files.log_file) fclose(files.log_file);
    dataset_free(&data);
    return status;
}

int cmd_train(int argc, char **argv)
{
    struct options o;
    struct vae_error e = {""};
    if (!parse(argc, argv, &o, &e)) {
        if (*e.line) return report_failure("train", EXIT_USAGE, &e);
        fputs(help, stdout);
        return EXIT_DONE;
    }
    catch_signals();
    const int status = train(&o, &e);
    return *e.line ? report_failure("train", status, &e) : status;
}
