#include "importance.h"
#include "../base/memory.h"
#include "../base/min.h"
#include "../base/split.h"
#include "../base/streams.h"
#include <math.h>
#include <string.h>

/* --- the sum of weights --- */

struct vae_log_sum vae_log_sum_none(void) { return (struct vae_log_sum){.max = -INFINITY}; }

void vae_log_sum_add(const struct sv_choice *k, struct vae_log_sum *s, size_t n, const float *log_w)
{
    float w[IMPORTANCE_BLOCK + 1], max = s->max;
    for (size_t l = 0; l < n; l++)
        if (log_w[l] > max) max = log_w[l];
    const float from = max == -INFINITY ? 0 : max; /* -inf - -inf is NaN */
    for (size_t l = 0; l < n; l++) w[l] = log_w[l] - from;
    w[n] = s->max - from;
    sv_for(k, 1, n + 1, 0)->exp(n + 1, w, w);
    const double before = (double)w[n];
    s->max = max;
    s->sum *= before;
    s->squares *= before * before;
    for (size_t l = 0; l < n; l++) {
        s->sum += (double)w[l];
        s->squares += (double)w[l] * (double)w[l];
    }
    s->count += n;
}

double vae_log_sum_mean(const struct sv_choice *k, const struct vae_log_sum *s)
{
    const float mean = (float)(s->sum / (double)s->count);
    float log_mean;
    sv_for(k, 1, 1, 0)->log(1, &mean, &log_mean);
    return (double)s->max + (double)log_mean;
}

double vae_log_sum_ess(const struct vae_log_sum *s) { return s->sum * s->sum / s->squares; }

/* --- a block of draws, on each thread --- */

static const enum vae_stream streams[] = {[NOISE_TEST] = STREAM_EPS_IS,
                                          [NOISE_POINTS] = STREAM_EPS_IS_POINTS,
                                          [NOISE_VALIDATION] = STREAM_EPS_IS_VALIDATION};

/* A range of few images decodes several draws at once, to fill the rows. Draw l of image i is row
 * l * rows + i, so images and encodings are repeated for each draw. */
static size_t draws_at_once(const struct vae_importance *s)
{
    return vae_min_size(IMPORTANCE_ROWS / s->at.rows, s->at.steps);
}

static void copy_rows(float *a, size_t ld, struct share rows, size_t distance, size_t copies)
{
    for (size_t c = 1; c < copies; c++)
        memcpy(a + (c * distance + rows.first) * ld, a + rows.first * ld,
               (rows.end - rows.first) * ld * sizeof *a);
}

/* Gathers and encodes the images of the range. */
static void begin_range(struct vae_importance *s, struct vae_job j, struct share own)
{
    struct vae_model *m = j.m;
    const struct vae_source from = vae_evaluation_source(&s->of, s->at.first);
    const size_t copies = draws_at_once(s);
    vae_gather(m, &from, own.first, own.end - own.first);
    copy_rows(m->work.x, m->ld.x, own, s->at.rows, copies);
    vae_pool_barrier(m->pool, j.thread);
    vae_encode(j, (struct vae_range){0, s->at.rows});
    copy_rows(m->work.head, m->ld.head, own, s->at.rows, copies);
}

/* Draws first ... first + count - 1 of the block. */
static void run_draws(struct vae_importance *s, struct vae_job j, size_t first, size_t count)
{
    struct vae_model *m = j.m;
    const enum vae_stream stream = streams[s->of.noise];
    const size_t rows = count * s->at.rows;
    const struct share own = vae_share_of(rows, j.thread, vae_pool_threads(m->pool));
    for (size_t l = 0; l < count; l++) {
        struct sv_rng rng = sv_rng_at(s->of.seed, stream, s->at.done + first + l);
        rng.ctr[1] = (uint32_t)s->at.first - (uint32_t)(l * s->at.rows);
        vae_draw(j, (struct vae_range){l * s->at.rows, s->at.rows}, rng);
    }
    vae_log_likelihood(j, (struct vae_range){0, rows});
    vae_log_weights(j, (struct vae_range){own.first, own.end - own.first});
    for (size_t r = own.first; r < own.end; r++)
        s->log_w[r % s->at.rows * IMPORTANCE_BLOCK + first + r / s->at.rows] = m->work.log_w[r];
    vae_pool_barrier(m->pool, j.thread); /* the next draws overwrite these rows */
}

static void run_block(void *arg, size_t thread)
{
    struct vae_importance *s = arg;
    const struct vae_job j = {&s->model, thread};
    const struct share own = vae_share_of(s->at.rows, thread, vae_pool_threads(s->model.pool));
    if (s->at.done == 0) begin_range(s, j, own);
    for (size_t l = 0, n; l < s->at.block; l += n) {
        n = vae_min_size(draws_at_once(s), s->at.block - l);
        run_draws(s, j, l, n);
    }
    for (size_t i = own.first; i < own.end; i++)
        vae_log_sum_add(&s->model.k, &s->sum[i], s->at.block, s->log_w + i * IMPORTANCE_BLOCK);
}

/* --- the method --- */

bool vae_importance_step(struct vae_importance *s)
{
    struct vae_sweep *at = &s->at;
    if (!vae_sweep_next(at)) return false;
    for (size_t i = 0; at->done == 0 && i < at->rows; i++) s->sum[i] = vae_log_sum_none();
    vae_pool_run(s->model.pool, run_block, s);
    vae_sweep_end(at);
    for (size_t i = 0; vae_sweep_range_done(at) && i < at->rows; i++)
        s->point[at->first + i] = (struct vae_importance_point){
            vae_log_sum_mean(&s->model.k, &s->sum[i]), vae_log_sum_ess(&s->sum[i])};
    return true;
}

bool vae_importance_create(struct vae_importance *s, const struct vae_model *m,
                           const struct vae_evaluation *of, size_t draws, struct vae_error *e)
{
    const size_t images = of->images->count;
    *s = (struct vae_importance){.of = *of,
                                 .at = {.images = images,
                                        .steps = draws,
                                        .most_rows = IMPORTANCE_ROWS,
                                        .most_block = IMPORTANCE_BLOCK}};
    if (!vae_copy(&s->model, m, IMPORTANCE_ROWS, 1, e)) return false;
    s->log_w = vae_memory_get(IMPORTANCE_ROWS * IMPORTANCE_BLOCK * sizeof *s->log_w);
    s->sum = vae_memory_get(IMPORTANCE_ROWS * sizeof *s->sum);
    s->point = vae_memory_get(images * sizeof *s->point);
    if (s->log_w && s->sum && s->point) return true;
    vae_importance_destroy(s);
    return vae_fail(e, "not enough memory for log p(x) of %zu images", images);
}

void vae_importance_destroy(struct vae_importance *s)
{
    vae_memory_give(s->log_w);
    vae_memory_give(s->sum);
    vae_memory_give(s->point);
    vae_destroy(&s->model);
    *s = (struct vae_importance){0};
}

struct vae_importance_mean vae_importance_mean(const struct vae_importance *s)
{
    const size_t n = vae_sweep_images(&s->at);
    struct vae_importance_mean mean = {0};
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        mean.log_p += s->point[i].log_p / (double)n;
        mean.ess += s->point[i].ess / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        squares += (s->point[i].log_p - mean.log_p) * (s->point[i].log_p - mean.log_p);
    mean.se = n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN;
    if (n == 0) mean.log_p = mean.ess = NAN;
    return mean;
}
