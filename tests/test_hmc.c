/* Hamiltonian Monte Carlo on the linear-Gaussian model, whose posterior is known, and on a decoder
 * with a hidden layer. */
#include "../vae/base/memory.h"
#include "../vae/base/streams.h"
#include "../vae/methods/hmc.h"
#include "linear_gaussian.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <string.h>

enum { ROWS = 60, SIDE = 9, LATENT = 4 };
static const uint64_t SEED = 11;

/* Chains on some model, with images in work.x. */
struct chains {
    struct vae_model m;
    struct vae_hmc h;
    struct vae_job j;
    struct vae_range all;
};

static struct chains chains_of(struct vae_model m, const float *x, size_t leapfrogs, float step)
{
    struct chains c = {.m = m, .all = {0, ROWS}};
    struct vae_error e = {""};
    const size_t n = vae_inputs(&m.shape);
    ck_assert(vae_hmc_create(&c.h, &m, leapfrogs, &e));
    for (size_t i = 0; i < ROWS; i++) {
        memcpy(m.work.x + i * m.ld.x, x + i * n, n * sizeof *x);
        c.h.step[i] = step;
    }
    return c;
}

/* _i = 0: the linear model. 1: a Bernoulli decoder with a hidden layer, its weights from N(0, 1). */
static struct chains chains(int which, size_t leapfrogs, float step)
{
    struct images images = linear_images(ROWS, verify_seed());
    struct vae_model m = linear_model(ROWS);
    if (which == 0) {
        linear_weights(&m, 0, 1);
    } else {
        const struct vae_shape shape = {.rows = LINEAR_SIDE,
                                        .cols = LINEAR_SIDE,
                                        .enc = {1, {5}},
                                        .dec = {1, {30}},
                                        .latent = LATENT};
        const struct sv_choice k = m.k;
        struct vae_error e = {""};
        vae_destroy(&m);
        ck_assert(vae_create(&m, &k, &shape, VAE_SGD, ROWS, 1, NULL, &e));
        vae_init(&m, SEED, 1);
    }
    struct chains c = chains_of(m, images.values, leapfrogs, step);
    vae_images_free(&images);
    return c;
}

/* In the test's hands: the job points to the model of the structure as it lies. */
static void begin(struct chains *c)
{
    c->j = (struct vae_job){&c->m, 0};
    vae_hmc_start(c->j, c->all, sv_rng_at(SEED, STREAM_CHAIN, 0));
}

static void end(struct chains *c)
{
    vae_hmc_destroy(&c->h);
    vae_destroy(&c->m);
}

static void draw_momenta(struct chains *c)
{
    const size_t n = c->m.shape.latent;
    sv_for(&c->m.k, ROWS, n, 0)
        ->normal(ROWS, n, sv_rng_at(SEED, STREAM_MOMENTUM, 0), c->m.work.eps, c->m.ld.z);
}

/* Whether some element has moved that far. (As a maximum it crashes gcc 12 for 64-bit Arm.) */
static bool some_moved(size_t n, const float *a, const float *b, double least)
{
    for (size_t i = 0; i < n; i++)
        if (fabs((double)a[i] - (double)b[i]) > least) return true;
    return false;
}

/* Forward, with the momenta turned, and back: the start again. A half step that is wrong in size or
 * place is not undone. */
START_TEST(test_reversible)
{
    struct chains c = chains(_i, 10, _i ? 0.1f : 0.05f);
    const size_t n = ROWS * c.m.ld.z;
    float *start = vae_memory_get(n * sizeof *start);
    begin(&c);
    memcpy(start, c.m.work.z, n * sizeof *start);
    draw_momenta(&c);
    vae_hmc_trajectory(c.j, &c.h, c.all);
    ck_assert(some_moved(n, c.m.work.z, start, 0.3));
    for (size_t i = 0; i < n; i++) c.m.work.eps[i] = -c.m.work.eps[i];
    vae_hmc_trajectory(c.j, &c.h, c.all);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < c.m.shape.latent; j++)
            ck_assert_double_eq_tol((double)c.m.work.z[i * c.m.ld.z + j],
                                    (double)start[i * c.m.ld.z + j], 1e-5);
    vae_memory_give(start);
    end(&c);
}
END_TEST

/* The mean of |H' - H| over the rows, for trajectories of length 1. */
static double energy_error(int which, size_t leapfrogs)
{
    struct chains c = chains(which, leapfrogs, 1 / (float)leapfrogs);
    double sum = 0;
    begin(&c);
    draw_momenta(&c);
    vae_hmc_trajectory(c.j, &c.h, c.all);
    for (size_t i = 0; i < ROWS; i++)
        sum += fabs(c.h.energy[HMC_LAST][i] - c.h.energy[HMC_FIRST][i]) / (double)ROWS;
    end(&c);
    return sum;
}

/* The leapfrog's error grows with the square of the step. */
START_TEST(test_energy_error)
{
    static const size_t leapfrogs[] = {16, 50};
    const double whole = energy_error(_i, leapfrogs[_i]),
                 half = energy_error(_i, 2 * leapfrogs[_i]);
    ck_assert_double_gt(whole, 0.01);
    ck_assert_double_eq_tol(whole / half, 4, 0.4);
}
END_TEST

/* log_joint is log p(x|z) + log p(z), here in closed form. */
START_TEST(test_joint)
{
    struct chains c = chains(0, 3, 0.05f);
    const double s = linear_sigma;
    begin(&c);
    vae_hmc_move(c.j, &c.h, c.all, sv_rng_at(SEED, STREAM_MOMENTUM, 0),
                 sv_rng_at(SEED, STREAM_ACCEPT, 0));
    for (size_t i = 0; i < ROWS; i++) {
        const float *z = c.m.work.z + i * c.m.ld.z, *x = c.m.work.x + i * c.m.ld.x;
        double want =
            -0.5 * (LINEAR_PIXELS + LINEAR_LATENT) * log(2 * M_PI) - (double)LINEAR_PIXELS * log(s);
        for (size_t p = 0; p < LINEAR_PIXELS; p++) {
            double mean = 0.5;
            for (size_t j = 0; j < LINEAR_LATENT; j++) mean += linear_column(p, j) * (double)z[j];
            want -= 0.5 * pow(((double)x[p] - mean) / s, 2);
        }
        for (size_t j = 0; j < LINEAR_LATENT; j++) want -= 0.5 * (double)z[j] * (double)z[j];
        ck_assert_double_eq_tol(c.h.log_joint[HMC_LAST][i], want, 5e-3 + 1e-5 * fabs(want));
    }
    end(&c);
}
END_TEST

/* Steps so large that z overflows: every move is refused, and z keeps its bits. */
START_TEST(test_nan_is_refused)
{
    struct chains c = chains(_i, 4, 1e30f);
    const size_t bytes = ROWS * c.m.ld.z * sizeof(float);
    float *start = vae_memory_get(bytes);
    begin(&c);
    memcpy(start, c.m.work.z, bytes);
    for (uint64_t move = 0; move < 5; move++)
        vae_hmc_move(c.j, &c.h, c.all, sv_rng_at(SEED, STREAM_MOMENTUM, move),
                     sv_rng_at(SEED, STREAM_ACCEPT, move));
    bool any_nan = false;
    for (size_t i = 0; i < ROWS; i++) {
        any_nan = any_nan || isnan(c.h.energy[HMC_LAST][i]);
        ck_assert(!c.h.accepted[i] && isfinite(c.h.log_joint[HMC_LAST][i]));
    }
    ck_assert(any_nan);
    ck_assert_mem_eq(start, c.m.work.z, bytes);
    vae_memory_give(start);
    end(&c);
}
END_TEST

/* Mean and variance of z over long chains are those of the exact posterior. Chains of all rows count
 * as one sample each: their means are independent. */
START_TEST(test_posterior)
{
    enum { BURN_IN = 50, MOVES = 1200 };
    struct chains c = chains(0, 5, 0.25f);
    static double off[ROWS][LINEAR_LATENT], square[ROWS][LINEAR_LATENT];
    double accepted = 0;
    memset(off, 0, sizeof off), memset(square, 0, sizeof square);
    begin(&c);
    for (uint64_t move = 0; move < BURN_IN + MOVES; move++) {
        vae_hmc_move(c.j, &c.h, c.all, sv_rng_at(SEED, STREAM_MOMENTUM, move),
                     sv_rng_at(SEED, STREAM_ACCEPT, move));
        if (move == BURN_IN) vae_encode(c.j, c.all); /* the exact posterior's mean */
        for (size_t i = 0; move >= BURN_IN && i < ROWS; i++) {
            accepted += c.h.accepted[i] / (double)(ROWS * MOVES);
            for (size_t j = 0; j < LINEAR_LATENT; j++) {
                const double d = (double)c.m.work.z[i * c.m.ld.z + j] -
                                 (double)c.m.work.head[i * c.m.ld.head + j];
                off[i][j] += d / (double)MOVES;
                square[i][j] += d * d / (double)MOVES;
            }
        }
    }
    ck_assert_double_gt(accepted, 0.6);
    for (size_t j = 0; j < LINEAR_LATENT; j++) {
        double mean[2] = {0}, spread[2] = {0};
        for (size_t i = 0; i < ROWS; i++) {
            mean[0] += off[i][j] / (double)ROWS;
            mean[1] += square[i][j] / (double)ROWS;
        }
        for (size_t i = 0; i < ROWS; i++) {
            spread[0] += pow(off[i][j] - mean[0], 2) / (double)(ROWS - 1) / (double)ROWS;
            spread[1] += pow(square[i][j] - mean[1], 2) / (double)(ROWS - 1) / (double)ROWS;
        }
        ck_assert_double_le(fabs(mean[0]), 4 * sqrt(spread[0]) + 1e-4);
        ck_assert_double_le(fabs(mean[1] - linear_variance(j)), 4 * sqrt(spread[1]) + 1e-4);
        ck_assert_double_le(sqrt(spread[1]), 0.03 * linear_variance(j)); /* the test is sharp */
    }
    end(&c);
}
END_TEST

Suite *suite_hmc(void)
{
    Suite *s = suite_create("hmc");
    TCase *t = tcase_create("hmc");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "training derived");
    tcase_add_loop_test(t, test_reversible, 0, 2);
    tcase_add_loop_test(t, test_energy_error, 0, 2);
    tcase_add_test(t, test_joint);
    tcase_add_loop_test(t, test_nan_is_refused, 0, 2);
    tcase_add_test(t, test_posterior);
    suite_add_tcase(s, t);
    return s;
}
