#include "local.h"
#include "../base/memory.h"
#include "../base/split.h"
#include "../base/streams.h"
#include <math.h>
#include <string.h>

_Static_assert(LOCAL_ROWS *LOCAL_DRAWS == (int)VAE_RANGE, "one micro-batch");

/* Steps between two looks at the signals. */
enum { BLOCK = 20 };

/* Steps of the noise. Those of the bounds come first, so that they are the same for any number of
 * steps of Adam. */
enum { EVAL_STEPS = LOCAL_EVAL_DRAWS / LOCAL_DRAWS };
static const enum vae_stream streams[] = {[NOISE_TEST] = STREAM_EPS_LOCAL,
                                          [NOISE_POINTS] = STREAM_EPS_LOCAL_POINTS,
                                          [NOISE_VALIDATION] = STREAM_EPS_LOCAL_VALIDATION};

/* --- a range of images, on each thread --- */

static struct vae_range points_of(const struct vae_local *s)
{
    return (struct vae_range){0, s->at.rows};
}

static struct vae_range draws_of(const struct vae_local *s)
{
    return (struct vae_range){0, s->at.rows * LOCAL_DRAWS};
}

static void draw(const struct vae_local *s, struct vae_job j, size_t step)
{
    struct sv_rng rng = sv_rng_at(s->of.seed, streams[s->of.noise], step);
    rng.ctr[1] = (uint32_t)(s->at.first * LOCAL_DRAWS);
    vae_draw(j, points_of(s), rng);
}

/* Gathers and encodes the images of the range. */
static void begin_range(struct vae_local *s, struct vae_job j, struct share own)
{
    struct vae_model *m = j.m;
    const struct vae_source from = vae_evaluation_source(&s->of, s->at.first);
    const size_t n = 2 * m->shape.latent;
    vae_gather(m, &from, own.first, own.end - own.first);
    for (int i = 0; i < 2; i++)
        memset(s->stat[i] + own.first * n, 0, (own.end - own.first) * n * sizeof(float));
    vae_pool_barrier(m->pool, j.thread);
    vae_encode(j, points_of(s));
}

/* The bound of each of the thread's images. */
static void estimate(const struct vae_local *s, struct vae_job j, struct share own, double *bound)
{
    for (size_t r = own.first; r < own.end; r++) bound[r] = 0;
    for (size_t step = 0; step < EVAL_STEPS; step++) {
        draw(s, j, step);
        vae_log_likelihood(j, draws_of(s));
        vae_log_weights(j, (struct vae_range){own.first, own.end - own.first});
        for (size_t r = own.first; r < own.end; r++)
            for (size_t l = 0; l < LOCAL_DRAWS; l++)
                bound[r] += (double)j.m->work.log_w[r * LOCAL_DRAWS + l] / (double)LOCAL_EVAL_DRAWS;
    }
}

/* One step of Adam on the thread's rows of mu and the log-variance. */
static void descend(const struct vae_local *s, struct vae_job j, struct share own, size_t step)
{
    static const struct vae_objective objective = {VAE_ESTIMATOR_B, 1, 1 / (float)LOCAL_DRAWS,
                                                   NULL};
    const struct vae_model *m = j.m;
    const float left = (float)(s->at.steps - step) / (float)s->at.steps;
    const struct vae_step size = {.lr = LOCAL_LR * left, .count = step + 1};
    const struct sv_optim adam = vae_kernel_optim(VAE_ADAM, &size);
    const size_t n = 2 * m->shape.latent;
    draw(s, j, EVAL_STEPS + step);
    vae_likelihood(j, draws_of(s), objective.draw_weight);
    vae_back_decoder(j, draws_of(s), true);
    vae_back_head(j, points_of(s), &objective);
    for (size_t r = own.first; r < own.end; r++)
        sv_for(&m->k, 1, n, 0)
            ->adam(n, m->work.head + r * m->ld.head, m->work.d_head + r * m->ld.head,
                   s->stat[0] + r * n, s->stat[1] + r * n, &adam);
}

static void run_block(void *arg, size_t thread)
{
    struct vae_local *s = arg;
    const struct vae_job j = {&s->model, thread};
    const struct share own = vae_share_of(s->at.rows, thread, vae_pool_threads(s->model.pool));
    struct vae_local_point *point = s->point + s->at.first;
    double bound[LOCAL_ROWS];
    if (s->at.done == 0) {
        begin_range(s, j, own);
        estimate(s, j, own, bound);
        for (size_t r = own.first; r < own.end; r++) point[r].amortised = bound[r];
    }
    for (size_t i = 0; i < s->at.block; i++) descend(s, j, own, s->at.done + i);
    if (s->at.done + s->at.block < s->at.steps) return;
    estimate(s, j, own, bound);
    for (size_t r = own.first; r < own.end; r++) point[r].local = bound[r];
}

/* --- the method --- */

bool vae_local_step(struct vae_local *s)
{
    if (!vae_sweep_next(&s->at)) return false;
    vae_pool_run(s->model.pool, run_block, s);
    vae_sweep_end(&s->at);
    return true;
}

bool vae_local_create(struct vae_local *s, const struct vae_model *m,
                      const struct vae_evaluation *of, size_t steps, struct vae_error *e)
{
    const size_t images = of->images->count;
    *s = (struct vae_local){
        .of = *of,
        .at = {.images = images, .steps = steps, .most_rows = LOCAL_ROWS, .most_block = BLOCK}};
    if (!vae_copy(&s->model, m, LOCAL_ROWS, LOCAL_DRAWS, e)) return false;
    for (int i = 0; i < 2; i++)
        s->stat[i] = vae_memory_get(2 * m->shape.latent * LOCAL_ROWS * sizeof(float));
    s->point = vae_memory_get(images * sizeof *s->point);
    if (s->stat[0] && s->stat[1] && s->point) return true;
    vae_local_destroy(s);
    return vae_fail(e, "not enough memory for local posteriors of %zu images", images);
}

void vae_local_destroy(struct vae_local *s)
{
    for (int i = 0; i < 2; i++) vae_memory_give(s->stat[i]);
    vae_memory_give(s->point);
    vae_destroy(&s->model);
    *s = (struct vae_local){0};
}

struct vae_local_mean vae_local_mean(const struct vae_local *s)
{
    const size_t n = vae_sweep_images(&s->at);
    struct vae_local_mean mean = {0};
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        mean.amortised += s->point[i].amortised / (double)n;
        mean.local += s->point[i].local / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double gap = s->point[i].local - s->point[i].amortised;
        const double off = gap - (mean.local - mean.amortised);
        squares += off * off;
    }
    mean.se = n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN;
    if (n == 0) mean.amortised = mean.local = NAN;
    return mean;
}
