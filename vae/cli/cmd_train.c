/* vae train: from the options to a trained model, its pictures and a summary. */
#include "../base/memory.h"
#include "../base/peak.h"
#include "../base/text.h"
#include "../methods/health.h"
#include "../methods/serve.h"
#include "../model/checkpoint.h"
#include "../settings/train_settings.h"
#include "chosen.h"
#include "commands.h"
#include "config.h"
#include "data_open.h"
#include "insight.h"
#include "loaded.h"
#include "options.h"
#include "pictures.h"
#include "stop.h"
#include "train_images.h"
#include "train_loop.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* --- how it ends --- */

/* Saves, and prints the shell command that resumes the run, with the options that the checkpoint
 * does not hold. A model beyond health.h's limit is not saved; the last report's can be resumed. */
static int interrupted(struct train_loop *l, struct vae_error *e)
{
    const int number = (int)*vae_stop_signal();
    const bool good = vae_health_good(&l->t->run);
    if (good && !vae_train_loop_save(l, e)) return EXIT_FAILED;
    fprintf(stderr, "vae train: stopped by signal %d after %" PRIu64 " samples; ", number,
            vae_run_points(&l->t->run));
    if (!good) fputs("its bound is beyond the limit, it is not saved; ", stderr);
    if (l->saved) {
        fputs("go on with: vae train", stderr);
        vae_options_print_again(stderr, l->s);
        fputs(" --resume ", stderr);
        vae_option_print_quoted(stderr, l->out->checkpoint);
        fprintf(stderr, " --samples %" PRIu64 "\n", l->total);
    } else {
        fputs("nothing was written\n", stderr);
    }
    return 128 + number;
}

/* Useful FLOP/s of the steps against the FMA peak of the same threads, measured now. */
static void print_speed(struct train_loop *l)
{
    struct vae_model *m = &l->t->model;
    const size_t threads = vae_pool_threads(m->pool);
    if (!l->all_points) return;
    const size_t ranks = l->s->ranks ? l->s->ranks->count : 1;
    const double peak = (double)ranks * vae_fma_peak_of(m->pool, &m->k.by_class[SV_LARGE]);
    const double flops = (double)l->all_points * vae_run_flops(&l->t->run);
    char share[PEAK_TEXT];
    printf("%.0f samples/s in training: %.1f GFLOP/s useful, %s (%s, %zu thread%s)\n",
           (double)l->all_points / l->all_seconds, 1e-9 * flops / l->all_seconds,
           vae_share_text(flops / l->all_seconds, peak, share), m->k.isa, ranks * threads,
           ranks * threads > 1 ? "s" : "");
    printf("first step after %.3f s\n", l->first - l->started);
    if (!l->clock) return;
    struct insight phase[PHASE_COUNT];
    m->clock = l->clock;
    const struct vae_passes passes = vae_run_passes(&l->t->run);
    const size_t phases = vae_insight_of(m, &passes, l->all_points, phase);
    vae_insight_print(stdout, phase, phases, l->t->run.step - l->first_step, peak);
}

/* Prints the best report, the path of its model, and whether training stopped early. */
static void print_best(const struct vae_run *r, const char *path)
{
    const struct vae_validation *v = &r->validation;
    if (vae_validation_ends(v))
        printf("stopped early: no gain of the validation bound in %" PRIu64 " reports\n", v->since);
    printf("best validation bound %.2f nats (binarisation: %s) after %" PRIu64 " samples: %s\n",
           v->best, vae_binarize_names[r->binarize], v->points, vae_text_shown(path).s);
}

/* Reconstructions in the picture, and rows of them. */
enum { SHOWN_ACROSS = 10, SHOWN_PAIRS = 5 };

/* Writes the pictures and prints the summary. */
static int finish(struct train_loop *l, struct vae_error *e)
{
    const struct vae_run *r = &l->t->run;
    const struct out_dir *f = l->out;
    const struct vae_bound *test = &l->test;
    const double all = fmax(vae_seconds_now() - l->first, 1e-9);
    if ((!l->saved || !vae_health_good(r)) && !vae_train_loop_save(l, e)) return EXIT_FAILED;
    if (!vae_picture_samples(&l->t->model, f->samples, 10, 10, r->seed, 1, NULL, e) ||
        !vae_picture_reconstructions(&l->t->model, f->reconstructions, r, &l->shown, SHOWN_ACROSS,
                                     SHOWN_PAIRS, e))
        return EXIT_FAILED;
    printf("test bound %.2f nats (reconstruction %.2f, KL %.2f; binarisation: %s) after %" PRIu64
           " samples, %.0f samples/s over all\n",
           vae_bound_elbo(test), test->recon / (double)test->count, test->kl / (double)test->count,
           vae_binarize_names[r->binarize], vae_run_points(r), (double)l->all_points / all);
    if (r->validation.points) print_best(r, f->best);
    print_speed(l);
    printf("wrote %s, %s, %s, %s\n", vae_text_shown(f->checkpoint).s, vae_text_shown(l->log.path).s,
           vae_text_shown(f->samples).s, vae_text_shown(f->reconstructions).s);
    return EXIT_DONE;
}

/* --- how it begins --- */

/* s->run is the checkpoint's; it continues with these images and the settings given anew. */
static bool go_on(struct settings *s, struct dataset *data, struct vae_error *e)
{
    const struct vae_shape *shape = &s->run.shape;
    const struct images *images = &data->train;
    if (!vae_shape_fits(shape, images))
        return vae_fail(e, "%s: trained on images of %s, but those of %s are %s%s", s->resume,
                        vae_shape_size_text(shape).s, s->data, vae_images_size_text(images).s,
                        shape->channels != images->channels ? "; give --channels as then" : "");
    return vae_train_images_choose(s, data, e) && vae_train_settings_go_on(s, images->count, e);
}

/* Creates the trainer. l->images identifies the images as read, before fixed binarisation. */
static bool make_trainer(struct train_loop *l, const struct sv_choice *k, struct dataset *data,
                         struct pool *pool, struct vae_error *e)
{
    const struct vae_run *r = &l->s->run;
    snprintf(l->images, sizeof l->images, "%016" PRIx64, vae_images_sum(&data->train));
    if (r->binarize == BINARIZE_FIXED) vae_dataset_draw(data, k, r->seed);
    return vae_trainer_create(l->t, k, r, &data->train, pool, e);
}

/* The other processes that train with this one, if any. */
static bool begin_ranks(struct train_loop *l, struct dataset *data, struct vae_error *e)
{
    struct vae_ranks *k = l->s->ranks;
    if (!vae_images_first(&l->shown, &data->test, SHOWN_ACROSS * SHOWN_PAIRS))
        return vae_fail(e, "not enough memory for the images shown");
    if (!k || k->count == 1) return true;
    return (k->all_images || vae_dataset_share(data, l->s->run.batch, 0, k->count, e)) &&
           vae_serve_begin(l->t, k, l->all_images, e);
}

/* Completes the settings from data and checkpoint, and creates the trainer. */
static bool prepare(struct settings *s, struct dataset *data, struct pool *pool,
                    struct train_loop *l, struct vae_error *e)
{
    struct st_file f = {0};
    struct sv_choice k;
    if (!vae_chosen_open(s->isa, &k, e)) return false;
    if (s->resume) {
        if (!vae_checkpoint_open(&f, s->resume, &s->run, e)) return false;
    } else {
        if (!vae_train_images_choose(s, data, e)) return false;
        s->run.shape.rows = data->train.rows;
        s->run.shape.cols = data->train.cols;
        s->run.shape.channels = data->train.channels;
        s->run.train_images = data->train.count;
    }
    bool ok = !s->resume || go_on(s, data, e);
    if (ok) {
        ok = make_trainer(l, &k, data, pool, e) &&
             (!s->resume || vae_checkpoint_load(&f, &l->t->model, true, e)) &&
             begin_ranks(l, data, e);
        if (!ok) vae_trainer_destroy(l->t);
    }
    vae_st_close(&f);
    return ok;
}

/* Two sets of clocks, the model's and the run's; false if out of memory. */
static bool start_clocks(struct train_loop *l, struct vae_error *e)
{
    const size_t threads = vae_pool_threads(l->t->model.pool), bytes = threads * sizeof *l->clock;
    if (!l->s->profile) return true;
    l->clock = vae_memory_get(2 * bytes);
    if (!l->clock) return vae_fail(e, "not enough memory for --profile");
    l->t->model.clock = l->clock + threads;
    return true;
}

/* Finds the best model that the checkpoint names. If it is missing (*lost), the search for the best
 * report starts anew. */
static bool find_best(struct train_loop *l, bool *lost, struct vae_error *e)
{
    struct vae_run *r = &l->t->run;
    bool there = true;
    l->best.path = l->out->best;
    if (l->s->resume && !vae_best_model_find(&l->best, l->s->resume, r, &there, e)) return false;
    *lost = !there;
    if (there) return true;
    vae_train_settings_tell(r, "no " OUT_BEST_MODEL " of its own: the best is sought anew");
    vae_validation_forget(&r->validation);
    return true;
}

/* Prints what a resumed run has changed. A checkpoint records only the number of training images;
 * other images in equal number are detected by the log's checksum. False: the best model cannot be
 * read, or the images are not those of MCEM's chains. */
static bool say_changes(struct train_loop *l, struct vae_error *e)
{
    struct vae_run *r = &l->t->run;
    bool lost;
    const char *before = l->log.images;
    const bool other_images = *before && strcmp(before, l->images) != 0;
    if (other_images && r->method == VAE_MCEM)
        return vae_fail(e,
                        "%s: has chains of other images than those of %s; give the images that it "
                        "was trained on",
                        l->s->resume, l->s->data);
    if (other_images) vae_validation_forget(&r->validation);
    if (other_images && r->past.steps != r->step)
        vae_train_settings_tell(r, "other training images");
    if (!find_best(l, &lost, e)) return false;
    if (l->s->changed || other_images || lost)
        printf("going on after %" PRIu64 " samples with %s\n", vae_run_points(r), r->changed);
    return true;
}

/* Trains with the folder locked and the log open. If another run's checkpoint stays, so does its
 * log (vae_train_log_close). */
static int run_held(struct train_loop *l, struct vae_error *e)
{
    int status = EXIT_FAILED;
    vae_stop_on_signals();
    if (!vae_train_log_open(&l->log, l->out->log, &l->t->run, l->s->resume != NULL, e))
        return status;
    if (say_changes(l, e) && vae_train_loop_run(l, e))
        status = *vae_stop_signal() ? interrupted(l, e) : finish(l, e);
    vae_train_log_close(&l->log);
    return status;
}

static int run_trainer(struct train_loop *l, struct out_dir *out, struct vae_error *e)
{
    int status = EXIT_FAILED;
    const struct settings *s = l->s;
    const struct vae_run *r = &l->t->run;
    l->first_step = r->step;
    l->total = s->samples ? s->samples : vae_run_points_of_epochs(r, s->epochs);
    const uint64_t seen = vae_run_points(r), least = s->resume ? seen : vae_trainer_next_rows(l->t);
    if (l->total < least)
        vae_fail(e,
                 "nothing to do: %" PRIu64 " samples in all, but %s %" PRIu64 "; raise --samples",
                 l->total, s->resume ? "the checkpoint has seen" : "one step takes", least);
    else if (start_clocks(l, e) && vae_out_dir_open(out, s->out, s->log, e))
        status = run_held(l, e);
    vae_memory_give(l->clock);
    return status;
}

/* Locks an existing folder before reading a checkpoint: a run about to end may still write one. */
static bool hold_early(const struct settings *s, struct out_dir *out, struct vae_error *e)
{
    return access(s->out, F_OK) || vae_out_dir_open(out, s->out, s->log, e);
}

int vae_cmd_train(struct settings *s, struct vae_error *e)
{
    struct dataset data;
    struct vae_trainer t;
    struct out_dir out = {.lock.fd = -1};
    struct train_loop loop = {
        .t = &t, .data = &data, .s = s, .out = &out, .started = vae_seconds_now()};
    int status = EXIT_FAILED;
    if (!vae_train_settings_complete(s, e)) return EXIT_USAGE;
    if (!vae_data_open(s, s->data, &data, e)) return EXIT_FAILED;
    loop.all_images = vae_images_sum(&data.train);
    struct pool *pool = vae_pool_of_cpus(s->threads, e);
    if (pool && vae_config_check(s, loop.all_images, e) && hold_early(s, &out, e) &&
        prepare(s, &data, pool, &loop, e)) {
        status = run_trainer(&loop, &out, e);
        /* other ranks pass on what the destruction here waits for, once they end too */
        if (s->ranks) vae_serve_end(s->ranks);
        vae_trainer_destroy(&t);
    }
    vae_out_dir_close(&out);
    vae_pool_destroy(pool);
    vae_dataset_free(&data);
    vae_images_free(&loop.shown);
    return status;
}
