/* Wake-sleep: its two phases against AEVB and the double oracle, and what its encoder tends to where
 * that is known in closed form. */
#include "../reference/verify/data.h"
#include "../vae/base/streams.h"
#include "each.h"
#include "linear_gaussian.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 20, COUNT = 100, SIDE = 9, PIXELS = SIDE * SIDE, LATENT = 7, SEED = 3 };

/* The step size is large enough for the decoder before the step to draw other images. */
static struct vae_run run_of(int shape, size_t samples)
{
    struct vae_run r = {.shape = pair_shapes[shape],
                        .optimizer = VAE_SGD,
                        .method = VAE_WAKE_SLEEP,
                        .batch = ROWS,
                        .samples = samples,
                        .lr = 1e-3f,
                        .seed = SEED,
                        .train_images = COUNT};
    r.shape.posterior = SV_NOISE_NORMAL; /* of the sleep phase */
    r.init_sd = pair_init_sd(&r.shape);
    if (r.shape.likelihood == VAE_GAUSSIAN) { /* unclipped pixels make for steep gradients */
        r.init_sd = fminf(r.init_sd, 0.1f);
        r.lr = 1e-4f;
    }
    r.shape.rows = r.shape.cols = SIDE;
    r.shape.latent = LATENT;
    return r;
}

/* _i: shape. The wake phase moves the decoder as AEVB does, bit by bit, and reports its bound. */
START_TEST(test_wake)
{
    struct vae_run run = run_of(_i, 1 + (size_t)_i % 3);
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_bound a = {0}, b = {0};
    struct vae_trainer t = pair_trainer(&run, &images);
    run.method = VAE_AEVB;
    struct vae_trainer u = pair_trainer(&run, &images);
    const size_t decoder = t.model.layer[vae_decoder_at(&run.shape)].w.offset;
    vae_trainer_step(&t, &a);
    vae_trainer_step(&u, &b);
    ck_assert_mem_eq(t.model.w + decoder, u.model.w + decoder,
                     (t.model.params - decoder) * sizeof(float));
    ck_assert_mem_ne(t.model.w, u.model.w, decoder * sizeof(float));
    ck_assert(a.kl == b.kl && a.recon == b.recon && a.count == b.count);
    vae_trainer_destroy(&t);
    vae_trainer_destroy(&u);
    vae_images_free(&images);
}
END_TEST

/* The first ROWS rows of a matrix in double; the caller frees it. */
static double *rows_of(const float *a, size_t ld, size_t cols)
{
    double *x = calloc(ROWS * cols, sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < ROWS * cols; i++) x[i] = (double)a[i / cols * ld + i % cols];
    return x;
}

/* Element i is uniform with the probability of its pixel, or else the Gaussian's. */
static void must_be_mixed(const struct vae_oracle *o, size_t i, double x, double gaussian,
                          uint64_t step)
{
    static double v[ROWS * PIXELS];
    const double *unif = o->w[oracle_tensors(o) - 1] + PIXELS;
    const double share = 1 / (1 + exp(-unif[i % PIXELS]));
    ref64_kernels.uniform(ROWS, PIXELS, sv_rng_at(SEED, STREAM_DREAM_UNIFORM, step), v, PIXELS);
    if (fabs(v[i] - share) > 1e-6)
        ck_assert_double_eq_tol(x, v[i] < share ? v[i] / share : gaussian, 1e-5);
}

/* x is drawn from p(x|z) of the oracle's decoder, with the noise of that step. */
static void must_be_drawn(const struct vae_oracle *o, const double *z, const double *x,
                          uint64_t step)
{
    static double mean[ROWS * PIXELS], logvar[ROWS * PIXELS], u[ROWS * PIXELS], n[ROWS * PIXELS];
    const struct sv_rng rng = sv_rng_at(SEED, STREAM_DREAM, step);
    oracle_decode(o, ROWS, z, mean, logvar);
    ref64_kernels.uniform(ROWS, PIXELS, rng, u, PIXELS);
    ref64_kernels.normal(ROWS, PIXELS, rng, n, PIXELS);
    for (size_t i = 0; i < ROWS * PIXELS; i++)
        if (o->mixture)
            must_be_mixed(o, i, x[i], mean[i] + exp(logvar[i] / 2) * n[i], step);
        else if (o->gaussian)
            each(fabs(x[i] - (mean[i] + exp(logvar[i] / 2) * n[i])) < 1e-5);
        else if (fabs(u[i] - mean[i]) > 1e-6)
            each(x[i] == (u[i] < mean[i]));
}

/* _i: shape. Over some steps of SGD: z comes from the prior, x' from the decoder after its update,
 * and the encoder follows the oracle's gradient of -log q(z|x'). */
START_TEST(test_sleep)
{
    enum { STEPS = 4 };
    const struct vae_run run = run_of(_i, 1 + (size_t)_i % 2);
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_trainer t = pair_trainer(&run, &images);
    struct vae_oracle o = pair_oracle(&run.shape, 1), now = pair_oracle(&run.shape, 1);
    static double prior[ROWS * LATENT];
    pair_copy_weights(&o, &t.model);
    for (uint64_t step = 0; step < STEPS; step++) {
        struct vae_bound ignored = {0};
        vae_trainer_step(&t, &ignored);
        double *z = rows_of(t.model.work.z, t.model.ld.z, LATENT);
        double *x = rows_of(t.model.work.x, t.model.ld.x, PIXELS);
        ref64_kernels.normal(ROWS, LATENT, sv_rng_at(SEED, STREAM_PRIOR, step), prior, LATENT);
        for (size_t i = 0; i < ROWS * LATENT; i++) ck_assert_double_eq_tol(z[i], prior[i], 1e-5);
        pair_copy_weights(&now, &t.model);
        must_be_drawn(&now, z, x, step);
        ck_assert_double_gt(oracle_posterior(&o, ROWS, x, z), 0);
        for (size_t i = 0; i < 2 * vae_decoder_at(&run.shape); i++)
            ref64_kernels.sgd(oracle_size(&o, i), o.w[i], o.grad[i], (double)run.lr,
                              (double)ROWS / (double)COUNT);
        for (size_t i = 2 * vae_decoder_at(&run.shape); i < oracle_tensors(&o); i++)
            memcpy(o.w[i], now.w[i], oracle_size(&o, i) * sizeof **o.w);
        free(z);
        free(x);
    }
    ck_assert_double_le(pair_weight_distance(&o, &t.model), 1e-5);
    oracle_destroy(&o);
    oracle_destroy(&now);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* The oracle's gradient of -log q(z|x) is its derivative, by central differences. */
START_TEST(test_posterior_gradient)
{
    const double h = 1e-6;
    const struct vae_run run = run_of(_i, 1);
    struct vae_oracle o = pair_oracle(&run.shape, 1);
    struct source s = {verify_seed()};
    double x[3 * PIXELS], z[3 * LATENT];
    for (size_t i = 0; i < 3 * PIXELS; i++) x[i] = (double)source_uniform(&s);
    for (size_t i = 0; i < 3 * LATENT; i++) z[i] = (double)source_normal(&s);
    for (size_t t = 0; t < oracle_tensors(&o); t++)
        for (size_t i = 0; i < oracle_size(&o, t); i++) o.w[t][i] = 0.2 * (double)source_normal(&s);
    for (size_t t = 0; t < 2 * vae_decoder_at(&run.shape); t++)
        for (size_t i = 0; i < oracle_size(&o, t); i += 1 + oracle_size(&o, t) / 5) {
            const double at = o.w[t][i];
            o.w[t][i] = at + h;
            const double up = oracle_posterior(&o, 3, x, z);
            o.w[t][i] = at - h;
            const double down = oracle_posterior(&o, 3, x, z);
            o.w[t][i] = at;
            oracle_posterior(&o, 3, x, z);
            ck_assert_double_eq_tol(o.grad[t][i], (up - down) / (2 * h), 1e-6 * (1 + fabs(up)));
        }
    oracle_destroy(&o);
}
END_TEST

/* --- what the encoder tends to: linear_gaussian.h, with columns that need not be orthogonal --- */

enum { DREAMS = 100000, BATCH = 100 };

/* The second column of W gains `slant` times the first. Sets the decoder, and the mean of the
 * encoder to that of the exact posterior, P^-1 W^T (x - 1/2) / s^2 with P = I + W^T W / s^2 its
 * precision. Returns P in p; the log-variances are 0. */
static void slanted(struct vae_model *m, double slant, double p[3][3])
{
    const double s2 = linear_sigma * linear_sigma;
    const struct vae_layer *head = &m->layer[0], *out = &m->layer[1];
    static double w[LINEAR_PIXELS][3];
    for (size_t i = 0; i < LINEAR_PIXELS; i++)
        for (size_t j = 0; j < 3; j++)
            w[i][j] = linear_column(i, j) + (j == 1 ? slant * linear_column(i, 0) : 0);
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++) {
            p[a][b] = a == b;
            for (size_t i = 0; i < LINEAR_PIXELS; i++) p[a][b] += w[i][a] * w[i][b] / s2;
        }
    linear_weights(m, 0, 1);
    for (size_t i = 0; i < LINEAR_PIXELS; i++) {
        const double det = p[0][0] * p[1][1] - p[0][1] * p[0][1];
        const double mu[] = {(p[1][1] * w[i][0] - p[0][1] * w[i][1]) / det / s2,
                             (p[0][0] * w[i][1] - p[0][1] * w[i][0]) / det / s2};
        for (size_t j = 0; j < 2; j++) {
            m->w[vae_place(&head->w, i, j)] = (float)mu[j];
            m->w[vae_place(&out->w, j, i)] = (float)(4 * w[i][j]);
        }
    }
}

/* Mean and mean square of the gradient with respect to each mu and log-variance, over dreams of the
 * model: of -log q(z|x'), or of AEVB's loss on the same x'. */
static void mean_gradient(struct vae_model *m, bool sleep, double mean[6], double square[6])
{
    static const struct vae_objective elbo = {VAE_ESTIMATOR_B, 1, 1, NULL};
    const struct vae_job j = {m, 0};
    const struct vae_range all = {0, BATCH};
    memset(mean, 0, 6 * sizeof *mean);
    memset(square, 0, 6 * sizeof *square);
    for (uint64_t step = 0; step < DREAMS / BATCH; step++) {
        vae_dream(j, all, sv_rng_at(SEED, STREAM_PRIOR, step), sv_rng_at(SEED, STREAM_DREAM, step),
                  sv_rng_at(SEED, STREAM_DREAM_UNIFORM, step));
        vae_encode(j, all);
        if (sleep) {
            vae_back_posterior(j, all);
        } else {
            vae_draw(j, all, sv_rng_at(SEED, STREAM_EPS, step));
            vae_likelihood(j, all, 1);
            vae_back_decoder(j, all, true);
            vae_back_head(j, all, &elbo);
        }
        for (size_t i = 0; i < BATCH * 6; i++) {
            const double g = (double)m->work.d_head[i / 6 * m->ld.head + i % 6];
            mean[i % 6] += g / (double)DREAMS;
            square[i % 6] += g * g / (double)DREAMS;
        }
    }
}

static void must_vanish(const double mean[6], const double square[6])
{
    for (int i = 0; i < 6; i++)
        ck_assert_msg(fabs(mean[i]) < 4.5 * sqrt(square[i] / (double)DREAMS) + 1e-4,
                      "gradient %d: %g, standard error %g", i, mean[i],
                      sqrt(square[i] / (double)DREAMS));
}

/* At the exact posterior both methods' gradients vanish in the mean. */
START_TEST(test_exact_posterior)
{
    struct vae_model m = linear_model(BATCH);
    double mean[6], square[6];
    linear_weights(&m, 0, 1);
    mean_gradient(&m, _i, mean, square);
    must_vanish(mean, square);
    vae_destroy(&m);
}
END_TEST

/* Where W's columns are not orthogonal, no factorised q is exact. Sleep goes to the posterior's
 * marginal variances, (P^-1)_jj, AEVB to 1 / P_jj: at its own the log-variances' mean gradient
 * vanishes, (1 - E(z - mu)^2 / sigma^2) / 2 or (sigma^2 P_jj - 1) / 2, at the other's it does not. */
START_TEST(test_variances)
{
    struct vae_model m = linear_model(BATCH);
    double p[3][3], mean[6], square[6];
    slanted(&m, 0.2, p);
    const double det = p[0][0] * p[1][1] - p[0][1] * p[0][1];
    const double marginal[] = {p[1][1] / det, p[0][0] / det}, factor[] = {1 / p[0][0], 1 / p[1][1]};
    for (int of_sleep = 0; of_sleep < 2; of_sleep++) {
        for (size_t j = 0; j < 2; j++)
            m.w[vae_place(&m.layer[0].b, 0, 3 + j)] =
                (float)log(of_sleep ? marginal[j] : factor[j]);
        for (int sleep = 0; sleep < 2; sleep++) {
            mean_gradient(&m, sleep, mean, square);
            for (size_t j = 0; j < 2; j++) {
                const double ratio = marginal[j] / factor[j]; /* 1.19 */
                const double want = sleep == of_sleep ? 0
                                    : sleep           ? (1 - ratio) / 2
                                                      : (ratio - 1) / 2;
                ck_assert_double_eq_tol(mean[3 + j], want, 0.01);
            }
        }
    }
    vae_destroy(&m);
}
END_TEST

Suite *suite_wake_sleep(void)
{
    Suite *s = suite_create("wake_sleep");
    TCase *t = tcase_create("wake_sleep");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "training derived");
    tcase_add_loop_test(t, test_wake, 0, PAIR_SHAPES);
    tcase_add_loop_test(t, test_sleep, 0, PAIR_SHAPES);
    tcase_add_loop_test(t, test_posterior_gradient, 0, PAIR_SHAPES);
    tcase_add_loop_test(t, test_exact_posterior, 0, 2);
    tcase_add_test(t, test_variances);
    suite_add_tcase(s, t);
    return s;
}
