#include "train.h"
#include "../base/split.h"
#include "../base/streams.h"
#include "init_bias.h"
#include <stdlib.h>
#include <string.h>

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
    *t = (struct vae_trainer){.run = *run, .images = images, .order_epoch = UINT64_MAX};
    if (!vae_create(&t->model, k, &run->shape, run->optimizer, run->batch, run->samples, pool, e))
        return false;
    t->order = malloc(images->count * sizeof *t->order);
    bool ok =
        t->order || vae_fail(e, "not enough memory for the order of %zu images", images->count);
    ok = ok && init(t, e);
    if (!ok) vae_trainer_destroy(t);
    return ok;
}

void vae_trainer_destroy(struct vae_trainer *t)
{
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

static const void *image(const struct vae_source *from, size_t at)
{
    return vae_images_at(from->images, from->order ? from->order[at] : at);
}

/* A minibatch's images are scattered in memory. The next ones are prefetched while others are
 * converted, and the next minibatch's before the weights are updated. */
enum { AHEAD = 8, LINE = 64 };
static void prefetch(const void *p, size_t n)
{
    for (size_t i = 0; i < n; i += LINE) __builtin_prefetch((const char *)p + i, 0, 2);
}

/* `binarize` and `u8_to_f32` for floats: values from 0.5 on become 1, as bytes from 128 on do. */
static void convert_floats(size_t n, const float *from, bool threshold, float *x)
{
    if (!threshold) memcpy(x, from, n * sizeof *x);
    for (size_t i = 0; threshold && i < n; i++) x[i] = from[i] >= 0.5f ? 1 : 0;
}

void vae_gather(struct vae_model *m, const struct vae_source *from, size_t first, size_t rows)
{
    const size_t n = vae_images_size(from->images), ld = m->ld.x;
    const struct sv_kernels *row = sv_for(&m->k, 1, n, 0);
    sv_pixels_fn *convert = from->binarize == BINARIZE_THRESHOLD ? row->binarize : row->u8_to_f32;
    float *x = m->work.x + first * ld;
    for (size_t i = 0; i < rows; i++) {
        const size_t at = from->first + first + i;
        if (i + AHEAD < rows) prefetch(image(from, at + AHEAD), vae_images_bytes(from->images));
        if (from->images->values)
            convert_floats(n, image(from, at), from->binarize == BINARIZE_THRESHOLD, x + i * ld);
        else
            convert(n, image(from, at), x + i * ld);
    }
    if (from->binarize != BINARIZE_DYNAMIC) return;
    struct sv_rng rng = from->rng;
    rng.ctr[1] += (uint32_t)first;
    sv_for(&m->k, rows, n, 0)->bernoulli(rows, n, rng, x, ld, x, ld);
}

/* The position in the epoch of the next step's first image. */
static size_t position(const struct vae_run *r)
{
    return (size_t)vae_run_step_of_epoch(r) * r->batch;
}

size_t vae_trainer_next_rows(const struct vae_trainer *t)
{
    const size_t left = t->images->count - position(&t->run);
    return left < t->run.batch ? left : t->run.batch;
}

/* --- what each thread does with a minibatch --- */

struct minibatch {
    struct vae_model *model;
    struct vae_source source;
    size_t rows, left; /* images from source.first to the end of the epoch */
    struct sv_rng eps;
    const struct vae_step *step; /* NULL: nothing is trained */
    struct vae_objective o;
};

/* The size of the next of the even micro-batches, of at most VAE_RANGE rows, that `left` makes. */
static size_t next_range(size_t left)
{
    const size_t ranges = (left + VAE_RANGE - 1) / VAE_RANGE;
    return (left + ranges - 1) / ranges;
}

/* Draws through the decoder, forward or back or both, by micro-batches. */
static void run_draws(struct vae_job j, const struct minibatch *b, struct vae_range draws,
                      bool forward, bool back)
{
    const size_t end = draws.first + draws.rows;
    for (struct vae_range r = {draws.first, 0}; r.first < end; r.first += r.rows) {
        r.rows = next_range(end - r.first);
        if (forward && b->step) vae_likelihood(j, r, b->o.draw_weight);
        if (forward && !b->step) vae_log_likelihood(j, r);
        if (back) vae_back_decoder(j, r, true);
    }
}

/* The weights of an example's draws need all their likelihoods, so they are computed between the
 * decoder's forward and backward pass: for as many examples at a time as have at most VAE_RANGE
 * draws together, or for one. */
static void run_weighted(struct vae_job j, const struct minibatch *b, struct vae_range points)
{
    const size_t samples = j.m->samples, end = points.first + points.rows;
    const size_t most = samples < VAE_RANGE ? VAE_RANGE / samples : 1;
    for (struct vae_range p = {points.first, 0}; p.first < end; p.first += p.rows) {
        p.rows = end - p.first < most ? end - p.first : most;
        const struct vae_range draws = {p.first * samples, p.rows * samples};
        run_draws(j, b, draws, true, false);
        vae_weigh(j, p, b->step != NULL);
        if (b->step) run_draws(j, b, draws, false, true);
    }
}

/* A micro-batch of examples through the encoder and back, their draws through the decoder. */
static void run_range(struct vae_job j, const struct minibatch *b, struct vae_range points)
{
    const size_t samples = j.m->samples;
    vae_encode(j, points);
    vae_draw(j, points, b->eps);
    if (b->o.estimator == VAE_ESTIMATOR_IWAE)
        run_weighted(j, b, points);
    else
        run_draws(j, b, (struct vae_range){points.first * samples, points.rows * samples}, true,
                  b->step != NULL);
    if (!b->step) return;
    vae_back_head(j, points, &b->o);
    vae_back_encoder(j, points);
}

static void run_minibatch(void *arg, size_t thread)
{
    const struct minibatch *b = arg;
    struct vae_model *m = b->model;
    const struct vae_job j = {m, thread};
    struct vae_clock *clock = vae_clock_of(j);
    const struct share mine = vae_share_of(b->rows, thread, vae_pool_threads(m->pool));
    vae_clock_start(clock);
    vae_gather(m, &b->source, mine.first, mine.end - mine.first);
    vae_clock_phase(clock, PHASE_GATHER);
    vae_pool_barrier(m->pool, thread);
    vae_clock_phase(clock, PHASE_WAIT);
    for (struct vae_range r = {0, 0}; r.first < b->rows; r.first += r.rows) {
        r.rows = next_range(b->rows - r.first);
        run_range(j, b, r);
    }
    if (!b->step) return;
    for (size_t i = b->rows + mine.first; i < b->rows + mine.end && i < b->left; i++)
        prefetch(image(&b->source, b->source.first + i), vae_images_bytes(b->source.images));
    vae_update(j, b->rows, b->step, 0, m->layers);
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

void vae_trainer_step(struct vae_trainer *t, struct vae_bound *bound)
{
    struct vae_run *r = &t->run;
    struct vae_model *m = &t->model;
    const uint64_t epoch = vae_run_epoch(r);
    const size_t rows = vae_trainer_next_rows(t);
    if (t->order_epoch != epoch) shuffle(t, epoch);
    const struct vae_step s = {vae_run_lr(r), decay(t, rows), r->step + 1, r->optim};
    struct minibatch b = {.model = m,
                          .source = {t->images, t->order, position(r), r->binarize,
                                     sv_rng_at(r->seed, STREAM_BINARIZE, r->step)},
                          .rows = rows,
                          .left = t->images->count - position(r),
                          .eps = sv_rng_at(r->seed, STREAM_EPS, r->step),
                          .step = &s,
                          .o = objective(m, r->estimator, vae_run_beta(r))};
    vae_pool_run(m->pool, run_minibatch, &b);
    vae_add_bound(m, rows, r->estimator == VAE_ESTIMATOR_IWAE, bound);
    r->step++;
    if (r->step % CLEAR_EVERY == 0) vae_clear_tiny_weights(m);
}

/* --- evaluation --- */

static const struct {
    enum vae_stream eps, binarize;
} streams[] = {[NOISE_TEST] = {STREAM_EPS_TEST, STREAM_BINARIZE_TEST},
               [NOISE_POINTS] = {STREAM_EPS_POINTS, STREAM_BINARIZE_POINTS},
               [NOISE_VALIDATION] = {STREAM_EPS_VALIDATION, STREAM_BINARIZE_VALIDATION}};

struct vae_source vae_evaluation_source(const struct vae_evaluation *of, size_t first)
{
    struct sv_rng rng = sv_rng_at(of->seed, streams[of->noise].binarize, 0);
    rng.ctr[1] = (uint32_t)first;
    return (struct vae_source){of->images, NULL, first, of->binarize, rng};
}

bool vae_evaluate_watched(struct vae_model *m, const struct vae_evaluation *of,
                          const struct vae_watch *watch, const volatile sig_atomic_t *stop,
                          struct vae_bound *bound)
{
    const size_t count = of->images->count;
    struct vae_clock *const clock = m->clock; /* of training alone */
    *bound = (struct vae_bound){0};
    m->clock = NULL;
    for (size_t i = 0; i < count && !(stop && *stop); i += m->max_rows) {
        const size_t left = count - i, rows = left < m->max_rows ? left : m->max_rows;
        struct minibatch b = {.model = m,
                              .source = vae_evaluation_source(of, i),
                              .rows = rows,
                              .left = left,
                              .eps = sv_rng_at(of->seed, streams[of->noise].eps, 0),
                              .o = {.estimator = of->estimator}};
        b.eps.ctr[1] = (uint32_t)(i * m->samples);
        vae_pool_run(m->pool, run_minibatch, &b);
        vae_add_bound(m, rows, of->estimator == VAE_ESTIMATOR_IWAE, bound);
        if (watch) watch->see(watch->arg, m, i, rows);
    }
    m->clock = clock;
    return bound->count == count;
}

bool vae_evaluate(struct vae_model *m, const struct images *images, const struct vae_run *run,
                  enum vae_noise noise, uint64_t seed, const volatile sig_atomic_t *stop,
                  struct vae_bound *bound)
{
    const struct vae_evaluation of = {images, run->binarize, run->estimator, noise, seed};
    return vae_evaluate_watched(m, &of, NULL, stop, bound);
}
