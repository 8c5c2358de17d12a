#include "restore.h"
#include "../base/memory.h"
#include "../base/split.h"
#include "../base/streams.h"
#include <math.h>
#include <string.h>

/* Moves between two looks at the signals. */
enum { BLOCK = 10 };

const char *const vae_restored_names[] = {"mean", "draw", NULL};

/* --- what is given --- */

static struct sv_rng noise_at(const struct vae_restore *s, enum vae_stream stream, size_t step,
                              size_t row)
{
    struct sv_rng rng = sv_rng_at(s->of.seed, stream, step);
    rng.ctr[1] = (uint32_t)(s->at.first + row);
    return rng;
}

/* Noise on a row of pixels; `room` has as many. */
static void corrupt(const struct vae_restore *s, size_t row, float *y, float *room)
{
    const size_t n = vae_inputs(&s->model.shape);
    const struct sv_kernels *k = sv_for(&s->model.k, 1, n, 0);
    const struct sv_rng rng = noise_at(s, STREAM_CORRUPT, s->of.noise, row);
    const bool flips = s->model.shape.likelihood == VAE_BERNOULLI;
    (flips ? k->uniform : k->normal)(1, n, rng, room, n);
    for (size_t c = 0; c < n; c++)
        if (flips)
            y[c] = room[c] < s->how.noise ? 1 - y[c] : y[c];
        else
            y[c] += s->how.noise * room[c];
}

/* log P(y|1) / P(y|0) of flips; minus the log of a variance. */
static void weigh(const struct vae_restore *s, const float *y, float *about)
{
    const size_t n = vae_inputs(&s->model.shape);
    const float p = s->how.noise;
    const struct sv_kernels *k = sv_for(&s->model.k, 1, n, 0);
    for (size_t c = 0; c < n; c++)
        about[c] = s->model.shape.likelihood == VAE_BERNOULLI
                       ? (y[c] * (1 - p) + (1 - y[c]) * p) / (y[c] * p + (1 - y[c]) * (1 - p))
                       : 1 / (p * p);
    k->log(n, about, about);
}

/* A row whose image is in work.x: what is given of it, there too. */
static void give(struct vae_restore *s, size_t row)
{
    const size_t n = vae_inputs(&s->model.shape), image = s->at.first + row;
    float *x = s->model.work.x + row * s->model.ld.x, *y = s->y + row * s->model.ld.x;
    memcpy(s->original + image * n, x, n * sizeof *x);
    if (s->how.corrupt && !s->how.mask) corrupt(s, row, x, y);
    const uint8_t *missing = s->how.mask ? vae_mask_of(s->how.mask, image) : NULL;
    for (size_t c = 0; missing && c < n; c++)
        if (missing[c]) x[c] = 0.5f;
    memcpy(y, x, n * sizeof *x);
    memcpy(s->given + image * n, x, n * sizeof *x);
    if (!missing) weigh(s, y, s->about + row * s->model.ld.x);
}

/* --- the chains, on each thread --- */

/* Pixels that were seen stay; of the others the result is noted. */
static void note(struct vae_restore *s, size_t row, size_t move)
{
    const size_t n = vae_inputs(&s->model.shape), image = s->at.first + row;
    const size_t first = s->at.steps / 2; /* that counts */
    float *x = s->model.work.x + row * s->model.ld.x, *to = s->restored + image * n;
    const float *mean = s->model.work.out + row * s->model.ld.out;
    const float *y = s->y + row * s->model.ld.x;
    const uint8_t *missing = s->how.mask ? vae_mask_of(s->how.mask, image) : NULL;
    double *sum = s->sum + row * n;
    for (size_t c = 0; c < n; c++) {
        if (missing && !missing[c]) x[c] = y[c];
        if (move == first) sum[c] = 0;
        if (move >= first) sum[c] += (double)mean[c];
    }
    if (move + 1 < s->at.steps) return;
    for (size_t c = 0; c < n; c++)
        if (missing && !missing[c])
            to[c] = y[c];
        else
            to[c] = s->how.result == RESTORED_DRAW ? x[c]
                                                   : (float)(sum[c] / (double)(move + 1 - first));
}

static void make_move(struct vae_restore *s, struct vae_job j, struct share own, size_t move)
{
    const struct vae_evidence noisy = {s->y, s->about};
    const struct vae_range all = {0, s->at.rows};
    const size_t step = 4 * move + s->of.noise;
    const struct sv_rng z = noise_at(s, STREAM_RESTORE_EPS, step, 0);
    const struct sv_rng x = noise_at(s, STREAM_RESTORE, step, 0);
    const struct sv_rng uniform = noise_at(s, STREAM_RESTORE_UNIFORM, step, 0);
    if (move == 0 && s->how.mask) {
        vae_dream(j, all, z, x, uniform);
    } else {
        vae_encode(j, all);
        vae_draw(j, all, z);
        vae_draw_pixels(j, all, s->how.mask ? NULL : &noisy, x, uniform);
    }
    for (size_t i = own.first; i < own.end; i++) note(s, i, move);
    vae_pool_barrier(j.m->pool, j.thread); /* the next move reads all rows of x */
}

static void run_block(void *arg, size_t thread)
{
    struct vae_restore *s = arg;
    const struct vae_job j = {&s->model, thread};
    const struct share own = vae_share_of(s->at.rows, thread, vae_pool_threads(s->model.pool));
    if (s->at.done == 0) {
        const struct vae_source from = vae_evaluation_source(&s->of, s->at.first);
        vae_gather(j.m, &from, own.first, own.end - own.first);
        for (size_t i = own.first; i < own.end; i++) give(s, i);
        vae_pool_barrier(j.m->pool, thread);
    }
    for (size_t i = 0; i < s->at.block; i++) make_move(s, j, own, s->at.done + i);
}

/* --- the method --- */

bool vae_restore_step(struct vae_restore *s)
{
    if (!vae_sweep_next(&s->at)) return false;
    vae_pool_run(s->model.pool, run_block, s);
    vae_sweep_end(&s->at);
    return true;
}

bool vae_restore_create(struct vae_restore *s, const struct vae_model *m,
                        const struct vae_evaluation *of, const struct vae_restore_how *how,
                        struct vae_error *e)
{
    const size_t images = of->images->count, n = vae_inputs(&m->shape);
    *s = (struct vae_restore){
        .of = *of,
        .how = *how,
        .at = {.images = images, .steps = how->steps, .most_rows = VAE_RANGE, .most_block = BLOCK}};
    if (!vae_copy(&s->model, m, VAE_RANGE, 1, e)) return false;
    s->y = vae_memory_get(2 * VAE_RANGE * m->ld.x * sizeof *s->y);
    s->sum = vae_memory_get(VAE_RANGE * n * sizeof *s->sum);
    s->original = vae_memory_get(3 * images * n * sizeof *s->original);
    if (!s->y || !s->sum || !s->original) {
        vae_restore_destroy(s);
        return vae_fail(e, "not enough memory to restore %zu images", images);
    }
    s->about = s->y + VAE_RANGE * m->ld.x;
    s->given = s->original + images * n;
    s->restored = s->given + images * n;
    return true;
}

void vae_restore_destroy(struct vae_restore *s)
{
    vae_memory_give(s->y);
    vae_memory_give(s->sum);
    vae_memory_give(s->original);
    vae_destroy(&s->model);
    *s = (struct vae_restore){0};
}

struct vae_restore_error vae_restore_error(const struct vae_restore *s, const float *images,
                                           double flip)
{
    const size_t n = vae_inputs(&s->model.shape);
    struct vae_restore_error r = {0};
    for (size_t i = 0; i < s->at.images * n; i++) {
        if (s->how.mask && !vae_mask_of(s->how.mask, i / n)[i % n]) continue;
        const double x = (double)s->original[i], y = (double)images[i];
        const double p = y * (1 - flip) + (1 - y) * flip;
        r.pixels++;
        r.mean_square += (y - x) * (y - x);
        r.nats -= x * log(fmax(p, 0x1p-24)) + (1 - x) * log(fmax(1 - p, 0x1p-24));
    }
    r.mean_square /= (double)r.pixels;
    r.nats /= (double)s->at.images;
    return r;
}
