#include "marginal.h"
#include "../base/memory.h"
#include "../base/split.h"
#include "../base/streams.h"
#include <math.h>
#include <string.h>

const char *const vae_chains_from_names[] = {"prior", "encoder", NULL};

/* Moves between two looks at the signals. */
enum { BLOCK = 10 };

/* Moves of different noises have streams of their own; a move is a step. */
static const struct {
    enum vae_stream start, momentum, accept;
} streams[] = {[NOISE_TEST] = {STREAM_CHAIN, STREAM_MOMENTUM, STREAM_ACCEPT},
               [NOISE_POINTS] = {STREAM_CHAIN_POINTS, STREAM_MOMENTUM_POINTS, STREAM_ACCEPT_POINTS},
               [NOISE_VALIDATION] = {STREAM_CHAIN_VALIDATION, STREAM_MOMENTUM_VALIDATION,
                                     STREAM_ACCEPT_VALIDATION}};

static struct sv_rng rng_of(const struct vae_marginal *s, enum vae_stream stream, size_t step)
{
    struct sv_rng rng = sv_rng_at(s->of.seed, stream, step);
    rng.ctr[1] = (uint32_t)s->at.first;
    return rng;
}

/* --- step sizes --- */

enum { UP = 1, DOWN = 9, MOST_EXPONENT = 400 };

static float step_size(int m) { return vae_hmc_step_size(1.1, m); }

/* The nearest whole number to sum / count. */
static int nearest(int sum, int count)
{
    return (2 * sum + (sum < 0 ? -count : count)) / (2 * count);
}

/* After a move of the burn-in. */
static void adapt(struct vae_marginal *s, size_t row, size_t move)
{
    const size_t half = s->set.burn_in / 2;
    int *m = s->exponent + row;
    *m += s->hmc.accepted[row] ? UP : -DOWN;
    if (*m > MOST_EXPONENT) *m = MOST_EXPONENT;
    if (*m < -MOST_EXPONENT) *m = -MOST_EXPONENT;
    if (move >= half) s->exponents[row] += *m;
    if (move + 1 == s->set.burn_in) *m = nearest(s->exponents[row], (int)(s->set.burn_in - half));
    s->hmc.step[row] = step_size(*m);
}

/* --- a range of images, on each thread --- */

/* Takes the state of work.z as the start with odds of its likelihood among those seen so far. One
 * whose likelihood is not finite counts for nothing. */
static void maybe_start(struct vae_marginal *s, size_t row, float u)
{
    const struct vae_model *m = &s->model;
    const double ll = vae_row_ll(m, row);
    float power, share;
    if (!isfinite(ll)) return;
    const bool most = ll > s->most[row];
    power = (float)(most ? s->most[row] - ll : ll - s->most[row]);
    sv_for(&m->k, 1, 1, 0)->exp(1, &power, &share);
    s->sum[row] = most ? s->sum[row] * (double)share + 1 : s->sum[row] + (double)share;
    if (most) s->most[row] = ll;
    if ((double)u * s->sum[row] < (most ? 1 : (double)share))
        memcpy(s->hmc.before + row * m->ld.z, m->work.z + row * m->ld.z,
               m->shape.latent * sizeof(float));
}

/* Picks the chains' first states among draws from the prior. */
static void pick_starts(struct vae_marginal *s, struct vae_job j, struct share own)
{
    const struct vae_range all = {0, s->at.rows};
    const size_t own_rows = own.end - own.first;
    struct vae_model *m = j.m;
    float u[MARGINAL_ROWS];
    for (size_t l = 0; l < s->set.starts; l++) {
        struct sv_rng pick = rng_of(s, streams[s->of.noise].start, 2 * l + 1);
        pick.ctr[1] += (uint32_t)own.first;
        vae_hmc_start(j, all, rng_of(s, streams[s->of.noise].start, 2 * l));
        vae_pool_barrier(m->pool, j.thread);
        vae_log_likelihood(j, all);
        sv_for(&m->k, own_rows, 1, 0)->uniform(own_rows, 1, pick, u, 1);
        for (size_t i = own.first; i < own.end; i++) maybe_start(s, i, u[i - own.first]);
    }
    memcpy(m->work.z + own.first * m->ld.z, s->hmc.before + own.first * m->ld.z,
           own_rows * m->ld.z * sizeof(float));
}

/* Gathers the images; the chains' first states go to work.z. */
static void begin_range(struct vae_marginal *s, struct vae_job j, struct share own)
{
    const struct vae_source from = vae_evaluation_source(&s->of, s->at.first);
    const struct vae_range all = {0, s->at.rows};
    const size_t own_rows = own.end - own.first;
    struct vae_model *m = j.m;
    vae_gather(m, &from, own.first, own_rows);
    memset(s->hmc.before + own.first * m->ld.z, 0, own_rows * m->ld.z * sizeof(float));
    for (size_t i = own.first; i < own.end; i++) {
        s->most[i] = -INFINITY;
        s->sum[i] = 0;
        s->exponent[i] = s->exponents[i] = 0;
        s->hmc.step[i] = step_size(0);
        s->point[s->at.first + i] = (struct vae_marginal_point){0};
    }
    if (s->set.from == CHAINS_PRIOR) {
        pick_starts(s, j, own);
        return;
    }
    vae_pool_barrier(m->pool, j.thread);
    vae_encode(j, all);
    vae_draw(j, all, rng_of(s, streams[s->of.noise].start, 0));
}

/* Keeps the chain's state as its next draw. */
static void keep(struct vae_marginal *s, size_t row, size_t draw)
{
    const struct vae_model *m = &s->model;
    const size_t n = m->shape.latent, at = row * s->set.draws + draw;
    memcpy(s->z + at * n, m->work.z + row * m->ld.z, n * sizeof(float));
    s->joint[at] = s->hmc.log_joint[HMC_LAST][row];
    s->point[s->at.first + row].acceptance += s->hmc.accepted[row];
}

static void move(struct vae_marginal *s, struct vae_job j, struct share own, size_t number)
{
    vae_hmc_move(j, &s->hmc, (struct vae_range){0, s->at.rows},
                 rng_of(s, streams[s->of.noise].momentum, number),
                 rng_of(s, streams[s->of.noise].accept, number));
    for (size_t i = own.first; i < own.end; i++)
        if (number < s->set.burn_in)
            adapt(s, i, number);
        else
            keep(s, i, number - s->set.burn_in);
}

/* -log of the mean of q / p(x, z) over the draws that were not fitted. */
static double log_p(struct vae_marginal *s, size_t row, size_t thread)
{
    const size_t n = s->set.draws, fitted = n / 2, count = n - fitted, z = s->model.shape.latent;
    const struct sv_choice *k = &s->model.k;
    const double *joint = s->joint + row * n + fitted;
    double *log_q = s->density + row * n, most = -INFINITY;
    float *ratio = (void *)(log_q + count), number = (float)count, sum, log_count;
    if (!vae_density(k, vae_density_kind(fitted, z), z, fitted, count, s->z + row * n * z, log_q,
                     s->room + thread * s->room_size))
        return (double)NAN;
    for (size_t i = 0; i < count; i++)
        if (log_q[i] - joint[i] > most) most = log_q[i] - joint[i];
    for (size_t i = 0; i < count; i++) ratio[i] = (float)(log_q[i] - joint[i] - most);
    sv_for(k, 1, count, 0)->logsumexp(1, count, ratio, count, &sum);
    sv_for(k, 1, 1, 0)->log(1, &number, &log_count);
    return (double)log_count - (double)sum - most;
}

static void run_block(void *arg, size_t thread)
{
    struct vae_marginal *s = arg;
    const struct vae_job j = {&s->model, thread};
    const struct share own = vae_share_of(s->at.rows, thread, vae_pool_threads(s->model.pool));
    if (s->at.done == 0) begin_range(s, j, own);
    for (size_t i = 0; i < s->at.block; i++) move(s, j, own, s->at.done + i);
    if (s->at.done + s->at.block < s->at.steps) return;
    for (size_t i = own.first; i < own.end; i++) {
        struct vae_marginal_point *p = s->point + s->at.first + i;
        p->log_p = log_p(s, i, thread);
        p->acceptance /= (double)s->set.draws;
        p->step = s->hmc.step[i];
    }
}

/* --- the method --- */

bool vae_marginal_step(struct vae_marginal *s)
{
    if (!vae_sweep_next(&s->at)) return false;
    vae_pool_run(s->model.pool, run_block, s);
    vae_sweep_end(&s->at);
    return true;
}

bool vae_marginal_create(struct vae_marginal *s, const struct vae_model *m,
                         const struct vae_evaluation *of, const struct vae_marginal_settings *set,
                         struct vae_error *e)
{
    const size_t images = of->images->count, z = m->shape.latent, fitted = set->draws / 2;
    const size_t all = MARGINAL_ROWS * set->draws, threads = vae_pool_threads(m->pool);
    *s = (struct vae_marginal){
        .of = *of,
        .set = *set,
        .at = {.images = images,
               .steps = set->burn_in + set->draws,
               .most_rows = MARGINAL_ROWS,
               .most_block = BLOCK},
        .room_size = vae_density_room(vae_density_kind(fitted, z), fitted, set->draws - fitted, z)};
    if (!vae_copy(&s->model, m, MARGINAL_ROWS, 1, e)) return false;
    if (!vae_hmc_create(&s->hmc, &s->model, set->leapfrogs, e)) {
        vae_marginal_destroy(s);
        return false;
    }
    s->exponent = vae_memory_get(2 * MARGINAL_ROWS * sizeof *s->exponent);
    s->most = vae_memory_get(2 * MARGINAL_ROWS * sizeof *s->most);
    s->z = vae_memory_get(all * z * sizeof *s->z);
    s->joint = vae_memory_get(all * sizeof *s->joint);
    s->density = vae_memory_get(all * sizeof *s->density);
    s->room = vae_memory_get(threads * s->room_size * sizeof *s->room);
    s->point = vae_memory_get(images * sizeof *s->point);
    if (s->exponent && s->most && s->z && s->joint && s->density && s->room && s->point) {
        s->exponents = s->exponent + MARGINAL_ROWS;
        s->sum = s->most + MARGINAL_ROWS;
        return true;
    }
    vae_marginal_destroy(s);
    return vae_fail(e, "not enough memory for log p(x) of %zu images by Markov chains", images);
}

void vae_marginal_destroy(struct vae_marginal *s)
{
    vae_memory_give(s->exponent);
    vae_memory_give(s->most);
    vae_memory_give(s->z);
    vae_memory_give(s->joint);
    vae_memory_give(s->density);
    vae_memory_give(s->room);
    vae_memory_give(s->point);
    vae_hmc_destroy(&s->hmc);
    vae_destroy(&s->model);
    *s = (struct vae_marginal){0};
}

struct vae_marginal_mean vae_marginal_mean(const struct vae_marginal *s)
{
    const size_t all = vae_sweep_images(&s->at);
    struct vae_marginal_mean mean = {.log_p = 0};
    double squares = 0;
    for (size_t i = 0; i < all; i++) mean.stuck += isnan(s->point[i].log_p) != 0;
    const double n = (double)(all - mean.stuck);
    for (size_t i = 0; i < all; i++) {
        const struct vae_marginal_point *p = s->point + i;
        if (!isnan(p->log_p)) mean.log_p += p->log_p / n;
        mean.acceptance += p->acceptance / (double)all;
        mean.step += (double)p->step / (double)all;
    }
    for (size_t i = 0; i < all; i++)
        if (!isnan(s->point[i].log_p))
            squares += (s->point[i].log_p - mean.log_p) * (s->point[i].log_p - mean.log_p);
    mean.se = n > 1 ? sqrt(squares / (n - 1) / n) : (double)NAN;
    if (n < 1) mean.log_p = (double)NAN;
    return mean;
}
