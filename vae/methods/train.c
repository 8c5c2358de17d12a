#include "train.h"
#include "../base/min.h"
#include "../base/streams.h"
#include "../model/relay.h"
#include "health.h"
#include "init_bias.h"
#include "team.h"
#include <stdlib.h>

/* Initialises the parameters. A resumed run loads its own over them, so it skips the pass over the
 * images. */
static bool init(struct vae_trainer *t, struct vae_error *e)
{
    const struct vae_run *r = &t->run;
    if (r->init == INIT_GLOROT)
        vae_init_glorot(&t->model, r->seed);
    else
        vae_init(&t->model, r->seed, r->init_sd);
    if (r->optimizer == VAE_ADAM)
        vae_init_second_moment(
            &t->model, (float)vae_optim_value(&r->optim, r->optimizer, OPTIM_SECOND_MOMENT));
    return r->init_bias == INIT_BIAS_ZERO || r->step ||
           vae_init_bias_from_data(&t->model, t->images, r->binarize, e);
}

bool vae_trainer_create(struct vae_trainer *t, const struct sv_choice *k, const struct vae_run *run,
                        const struct images *images, struct pool *pool, struct vae_error *e)
{
    *t = (struct vae_trainer){.run = *run};
    if (!vae_create(&t->model, k, &run->shape, run->optimizer, run->batch, run->samples, pool, e))
        return false;
    bool ok =
        vae_trainer_take(t, images, e) &&
        (run->method != VAE_FULL_VB || vae_theta_create(&t->model, e)) && init(t, e) &&
        (run->method != VAE_MCEM || vae_mcem_create(&t->mcem, &t->model, run, images->count, e));
    if (!ok) vae_trainer_destroy(t);
    return ok;
}

void vae_trainer_destroy(struct vae_trainer *t)
{
    vae_mcem_destroy(&t->mcem);
    vae_exchange_destroy(&t->exchange);
    vae_destroy(&t->model);
    free(t->order);
    *t = (struct vae_trainer){0};
}

/* Fisher-Yates; the word for position i picks among i + 1 by multiply and shift. */
static void shuffle(struct vae_trainer *t, uint64_t epoch)
{
    enum { BLOCK = 1024 };
    uint32_t words[BLOCK];
    const size_t n = t->images->count;
    struct sv_rng rng = sv_rng_at(t->run.seed, STREAM_SHUFFLE, epoch);
    for (size_t i = 0; i < n; i++) {
        if (i % BLOCK == 0) {
            rng.ctr[1] = (uint32_t)(i / BLOCK);
            sv_for(&t->model.k, 1, BLOCK, 0)->philox(1, BLOCK, rng, words, BLOCK);
        }
        const size_t j = (size_t)(((uint64_t)words[i % BLOCK] * (i + 1)) >> 32);
        t->order[i] = t->order[j];
        t->order[j] = (uint32_t)i;
    }
    t->order_epoch = epoch;
}

/* The position in the epoch of the next step's first image. */
static size_t position(const struct vae_run *r)
{
    return (size_t)vae_run_step_of_epoch(r) * r->batch;
}

/* The images of a step of that run. */
static size_t rows_of(const struct vae_trainer *t, const struct vae_run *r)
{
    return vae_min_size(r->batch, t->images->count - position(r));
}

size_t vae_trainer_next_rows(const struct vae_trainer *t)
{
    if (t->run.method == VAE_MCEM)
        return (size_t)vae_run_epochs_per_cycle(&t->run) * t->images->count;
    return rows_of(t, &t->run);
}

/* The prior's part of a minibatch: lambda M / N. */
static float decay(const struct vae_trainer *t, size_t rows)
{
    const struct vae_run *r = &t->run;
    const float part = (float)rows / (float)t->images->count;
    return (float)(vae_optim_value(&r->optim, r->optimizer, OPTIM_DECAY) * (double)part);
}

/* beta is the weight of the KL. Estimator A's row weights are all equal. */
static struct vae_objective objective(struct vae_model *m, enum vae_estimator estimator, float beta)
{
    struct vae_objective o = {estimator, beta, 1 / (float)m->samples, NULL};
    if (estimator == VAE_ESTIMATOR_B) return o;
    o.beta = 0;
    o.row_weight = m->work.weight;
    if (estimator == VAE_ESTIMATOR_IWAE) o.draw_weight = 1;
    for (size_t r = 0; r < m->max_rows * m->samples; r++) m->work.weight[r] = beta * o.draw_weight;
    return o;
}

/* Rare enough to cost nothing: a sweep of the weights takes a ten-thousandth of these steps. */
enum { CLEAR_EVERY = 256 };

static vae_pass_fn *const pass[] = {[VAE_AEVB] = vae_aevb_pass,
                                    [VAE_WAKE_SLEEP] = vae_wake_sleep_pass,
                                    [VAE_FULL_VB] = vae_full_vb_pass};

/* A step on a minibatch of the source, `left` images from its end; sets the source's generator. */
static void step(struct vae_trainer *t, struct vae_source from, size_t left,
                 struct vae_bound *bound)
{
    struct vae_run *r = &t->run;
    struct vae_model *m = &t->model;
    const size_t rows = vae_trainer_next_rows(t);
    const struct vae_step s = {vae_run_lr(r), decay(t, rows), r->step + 1, r->optim};
    from.binarize = r->binarize;
    from.rng = sv_rng_at(r->seed, STREAM_BINARIZE, r->step);
    struct vae_minibatch b = {.model = m,
                              .source = from,
                              .rows = rows,
                              .left = left,
                              .eps = sv_rng_at(r->seed, STREAM_EPS, r->step),
                              .step = &s,
                              .o = objective(m, r->estimator, vae_run_beta(r)),
                              .dream_z = sv_rng_at(r->seed, STREAM_PRIOR, r->step),
                              .dream_x = sv_rng_at(r->seed, STREAM_DREAM, r->step),
                              .dream_uniform = sv_rng_at(r->seed, STREAM_DREAM_UNIFORM, r->step),
                              .theta = sv_rng_at(r->seed, STREAM_THETA, r->step)};
    vae_team_run(m, &b, pass[r->method]);
    vae_add_bound(m, rows, r->estimator == VAE_ESTIMATOR_IWAE, bound);
}

/* The order of that run's epoch. */
static const uint32_t *order_of(struct vae_trainer *t, const struct vae_run *r)
{
    const uint64_t epoch = vae_run_epoch(r);
    if (t->order_epoch != epoch) shuffle(t, epoch);
    return t->order;
}

static void begin_exchange(struct vae_trainer *t, const struct vae_run *r)
{
    vae_exchange_begin(&t->exchange, r->step, order_of(t, r) + position(r), rows_of(t, r));
}

/* The same of images that come from other processes; those of the step after it begin to. */
static void step_of_shares(struct vae_trainer *t, struct vae_bound *bound)
{
    struct vae_run next = t->run;
    next.step++;
    begin_exchange(t, &t->run);
    const void *const *row = vae_exchange_end(&t->exchange, t->run.step);
    begin_exchange(t, &next);
    step(t, (struct vae_source){.images = t->images, .row = row}, rows_of(t, &t->run), bound);
}

/* A step on the epoch's next images. */
static void step_of_epoch(struct vae_trainer *t, struct vae_bound *bound)
{
    if (t->exchange.ranks) {
        step_of_shares(t, bound);
        return;
    }
    const size_t at = position(&t->run);
    order_of(t, &t->run);
    step(t, (struct vae_source){.images = t->images, .order = t->order, .first = at},
         t->images->count - at, bound);
}

static void count(struct vae_trainer *t)
{
    t->run.step++;
    if (t->run.step % CLEAR_EVERY) return;
    vae_relay_finish(&t->model);
    vae_clear_tiny_weights(&t->model);
}

void vae_trainer_step(struct vae_trainer *t, struct vae_bound *bound)
{
    vae_team_tell(&t->model, &(struct team_command){.order = TEAM_STEP,
                                                    .chain_exponent = t->run.chain_exponent});
    if (t->run.method == VAE_MCEM)
        vae_mcem_cycle(&t->mcem, &t->model, &t->run, t->images, bound);
    else
        step_of_epoch(t, bound);
    count(t);
}

/* Notes the bound of the step just taken, in which the KL counted beta times. */
static double note(struct vae_run *r, const struct vae_bound *b, float beta)
{
    const bool weighted = r->estimator == VAE_ESTIMATOR_IWAE;
    const double ascended = weighted ? b->log_mean / (double)b->count : vae_bound_weighted(b, beta);
    r->seen.kl += b->kl;
    r->seen.recon += b->recon;
    r->seen.count += b->count;
    vae_health_note(r, ascended);
    return ascended;
}

double vae_trainer_advance(struct vae_trainer *t)
{
    struct vae_bound b = {0};
    const float beta = vae_run_beta(&t->run);
    vae_trainer_step(t, &b);
    return note(&t->run, &b, beta);
}

double vae_trainer_advance_on(struct vae_trainer *t, const struct images *rows)
{
    struct vae_bound b = {0};
    const float beta = vae_run_beta(&t->run);
    step(t, (struct vae_source){.images = rows}, rows->count, &b);
    count(t);
    return note(&t->run, &b, beta);
}

bool vae_trainer_take(struct vae_trainer *t, const struct images *images, struct vae_error *e)
{
    uint32_t *order = realloc(t->order, images->count * sizeof *order);
    if (!order) return vae_fail(e, "not enough memory for the order of %zu images", images->count);
    t->order = order;
    t->order_epoch = UINT64_MAX;
    t->images = images;
    return true;
}
