/* Training by a handle: what cli/cmd_train.c and train_loop.c do, without log, pictures and
 * signals. */
#include "../base/streams.h"
#include "../methods/health.h"
#include "../settings/train_settings.h"
#include "net.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* --- the model and its data --- */

/* A new model for net->images, by settings that are completed here. */
static enum vae_net_status make(struct vae_net *net)
{
    struct settings s = net->s;
    if (!vae_train_settings_complete(&s, &net->e)) return net_unset(net);
    s.run.shape.rows = net->images.rows;
    s.run.shape.cols = net->images.cols;
    s.run.train_images = net->images.count;
    if (!vae_trainer_create(&net->trainer, &net->k, &s.run, &net->images, net->pool, &net->e))
        return VAE_NET_MEMORY;
    net->model = MODEL_TRAINS;
    net_forget_given(net);
    return VAE_NET_OK;
}

/* The model goes on with net->images and with what was set since. */
static enum vae_net_status go_on(struct vae_net *net)
{
    struct settings s = net->s;
    s.resume = "this model";
    s.run = net->trainer.run;
    if (!vae_train_settings_go_on(&s, net->images.count, &net->e)) return net_unset(net);
    if (!vae_trainer_take(&net->trainer, &net->images, &net->e)) return VAE_NET_MEMORY;
    net->trainer.run = s.run;
    net_forget_given(net);
    return VAE_NET_OK;
}

static enum vae_net_status make_or_go_on(struct vae_net *net)
{
    return net->model == MODEL_NONE ? make(net) : go_on(net);
}

static enum vae_net_status may_train(struct vae_net *net)
{
    if (net->model == MODEL_USE)
        return net_fail(net, VAE_NET_STATE,
                        "the model was loaded for use; to train it, vae_net_resume");
    return net_ready(net);
}

/* The run as it is, or as a new model's would be. */
static const struct vae_run *run_of(const struct vae_net *net)
{
    return net->model == MODEL_NONE ? &net->s.run : &net->trainer.run;
}

/* --- steps --- */

/* As the program's report: what was seen is told, and counted anew. */
static void report(struct vae_run *r)
{
    r->seen = (struct vae_bound){0};
    *r->changed = 0;
}

static enum vae_net_status diverged(struct vae_net *net, double ascended)
{
    const struct vae_run *r = &net->trainer.run;
    if (!vae_health_diverged(r, ascended)) return VAE_NET_OK;
    return net_fail(net, VAE_NET_DIVERGED,
                    "training diverged at step %" PRIu64
                    ": the bound is %.4g nats; take an earlier checkpoint and a lower lr",
                    r->step, ascended);
}

/* Whether the caller wants to stop; outside the C locale. */
static bool stops(struct vae_net *net, uint64_t until, vae_net_progress_fn *progress, void *arg,
                  locale_t callers)
{
    const struct vae_run *r = &net->trainer.run;
    const struct vae_net_progress p = {vae_run_points(r), until, vae_run_epochs_begun(r),
                                       vae_bound_elbo(&r->seen)};
    if (!progress) return false;
    uselocale(callers);
    const bool stop = progress(arg, &p) != 0;
    uselocale(net->c);
    return stop;
}

static const uint64_t MOST_SAMPLES = UINT64_C(1) << 40;

struct how_long {
    uint64_t samples;
    vae_net_progress_fn *progress;
    void *arg;
    locale_t callers;
};

static enum vae_net_status run(struct vae_net *net, const struct how_long *h)
{
    struct vae_trainer *t = &net->trainer;
    struct vae_run *r = &t->run;
    const uint64_t until = vae_run_points(r) + h->samples;
    if (h->samples < vae_trainer_next_rows(t) || h->samples > MOST_SAMPLES)
        return net_fail(net, VAE_NET_ARGUMENT,
                        "%" PRIu64 " samples: give %zu, one step, to %" PRIu64, h->samples,
                        vae_trainer_next_rows(t), MOST_SAMPLES);
    for (bool more = true; more;) {
        const enum vae_net_status bad = diverged(net, vae_trainer_advance(t));
        if (bad) return bad;
        more = vae_run_points(r) + vae_trainer_next_rows(t) <= until;
        const bool stop = stops(net, until, h->progress, h->arg, h->callers);
        if (!more || vae_run_step_of_epoch(r) == 0) report(r);
        if (stop && more) return net_fail(net, VAE_NET_STOPPED, "stopped by the progress function");
    }
    return VAE_NET_OK;
}

static enum vae_net_status train(struct vae_net *net, const struct vae_net_rows *x,
                                 const struct how_long *h)
{
    enum vae_net_status status =
        h->samples ? may_train(net) : net_fail(net, VAE_NET_ARGUMENT, "0 samples: give a step's");
    if (!status) status = net_images(net, x, &net->images);
    if (status) return status;
    status = net_draw_fixed(net, run_of(net), STREAM_FIXED_TRAIN, &net->images);
    if (!status) status = make_or_go_on(net);
    if (!status) status = run(net, h);
    net_undraw(x, &net->images);
    return status;
}

enum vae_net_status vae_net_train(struct vae_net *net, const struct vae_net_rows *x,
                                  uint64_t samples, vae_net_progress_fn *progress, void *arg)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    const struct how_long h = {samples, progress, arg, before};
    return net_leave(net, before, train(net, x, &h));
}

/* --- a step on a given minibatch --- */

/* The rows of the next step if the data set had so many images. */
static size_t next_rows(const struct vae_net *net, size_t of)
{
    struct vae_run r = *run_of(net);
    if (net->model == MODEL_NONE)
        r.train_images = of;
    else if (r.train_images != of)
        vae_run_new_data(&r, of);
    const size_t at = (size_t)vae_run_step_of_epoch(&r) * r.batch;
    return of - at < r.batch ? of - at : r.batch;
}

size_t vae_net_next_rows(const struct vae_net *net, size_t of)
{
    return net && of ? next_rows(net, of) : 0;
}

static enum vae_net_status may_step(struct vae_net *net, const struct vae_net_rows *x, size_t of)
{
    const struct vae_run *r = run_of(net);
    if (r->method == VAE_MCEM || r->binarize == BINARIZE_FIXED ||
        (r->init_bias == INIT_BIAS_DATA && net->model == MODEL_NONE))
        return net_fail(net, VAE_NET_SETTING,
                        "method mcem, binarize fixed and init-bias data need all data; call "
                        "vae_net_train");
    if (!of || of > UINT32_MAX)
        return net_fail(net, VAE_NET_ARGUMENT, "a data set of %zu examples", of);
    if (x->n == next_rows(net, of)) return VAE_NET_OK;
    return net_fail(net, VAE_NET_ARGUMENT, "%zu rows; the next step takes %zu (vae_net_next_rows)",
                    x->n, next_rows(net, of));
}

static enum vae_net_status step(struct vae_net *net, const struct vae_net_rows *x, size_t of,
                                struct vae_net_bound *bound)
{
    struct images rows;
    enum vae_net_status status = may_train(net);
    if (!status) status = net_images(net, x, &rows);
    if (!status) status = may_step(net, x, of);
    if (status) return status;
    net->images = (struct images){
        .count = of, .rows = rows.rows, .cols = rows.cols, .channels = rows.channels};
    if (net->model == MODEL_NONE || net->s.given_count || net->trainer.run.train_images != of)
        status = make_or_go_on(net);
    if (status) return status;
    struct vae_run *r = &net->trainer.run;
    const struct vae_bound seen = r->seen;
    const double ascended = vae_trainer_advance_on(&net->trainer, &rows);
    const double n = (double)x->n, recon = r->seen.recon - seen.recon, kl = r->seen.kl - seen.kl;
    if (bound)
        *bound = (struct vae_net_bound){(recon - kl) / n, recon / n, kl / n,
                                        r->estimator == VAE_ESTIMATOR_IWAE ? ascended : 0};
    if (vae_run_step_of_epoch(r) == 0) report(r);
    return diverged(net, ascended);
}

enum vae_net_status vae_net_step(struct vae_net *net, const struct vae_net_rows *x, size_t of,
                                 struct vae_net_bound *bound)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, step(net, x, of, bound));
}
