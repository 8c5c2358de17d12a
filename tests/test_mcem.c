/* Monte Carlo EM on the linear-Gaussian model, whose likelihood has a known maximum: probabilistic
 * PCA (Tipping & Bishop 1999). */
#include "../vae/base/memory.h"
#include "linear_gaussian.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 300, N = LINEAR_PIXELS };

static struct vae_run run_of(enum vae_optimizer optimizer, float lr, double decay)
{
    struct vae_run r = vae_run_default();
    r.shape = (struct vae_shape){.rows = LINEAR_SIDE,
                                 .cols = LINEAR_SIDE,
                                 .latent = LINEAR_LATENT,
                                 .likelihood = VAE_GAUSSIAN,
                                 .variance = VARIANCE_FIXED,
                                 .variance_at = (float)linear_sigma};
    r.method = VAE_MCEM;
    r.optimizer = optimizer;
    r.lr = lr;
    r.batch = 70;
    r.train_images = COUNT;
    r.init_sd = 0.003f;
    r.optim.given[OPTIM_DECAY] = true;
    r.optim.value[OPTIM_DECAY] = decay;
    return r;
}

/* --- the likelihood of W and b, and its maximum --- */

/* The sample mean, and the covariance (COUNT in the denominator), N x N. */
static void moments(const struct images *images, double *mean, double *s)
{
    memset(mean, 0, N * sizeof *mean);
    memset(s, 0, (size_t)N * N * sizeof *s);
    for (size_t i = 0; i < COUNT * (size_t)N; i++)
        mean[i % N] += (double)images->values[i] / (double)COUNT;
    for (size_t i = 0; i < COUNT; i++)
        for (size_t a = 0; a < N; a++)
            for (size_t b = 0; b < N; b++)
                s[a * N + b] += ((double)images->values[i * N + a] - mean[a]) *
                                ((double)images->values[i * N + b] - mean[b]) / (double)COUNT;
}

/* The eigenvalues of a symmetric matrix, which is destroyed, by Jacobi's method; unordered. */
static void eigenvalues(size_t n, double *a)
{
    for (int sweep = 0; sweep < 30; sweep++)
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) {
                if (fabs(a[p * n + q]) < 1e-300) continue;
                const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
                const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
                const double c = 1 / sqrt(t * t + 1), s = t * c;
                for (size_t i = 0; i < n; i++) {
                    const double x = a[i * n + p], y = a[i * n + q];
                    a[i * n + p] = c * x - s * y;
                    a[i * n + q] = s * x + c * y;
                }
                for (size_t i = 0; i < n; i++) {
                    const double x = a[p * n + i], y = a[q * n + i];
                    a[p * n + i] = c * x - s * y;
                    a[q * n + i] = s * x + c * y;
                }
            }
}

/* Nats per image of log N(x; mean, C) with C's eigenvalues c in the data's eigenvectors, of
 * variances v. */
static double log_likelihood(const double *v, const double *c)
{
    double sum = -0.5 * (double)N * log(2 * M_PI);
    for (size_t i = 0; i < N; i++) sum -= 0.5 * (log(c[i]) + v[i] / c[i]);
    return sum;
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The maximum over W and b, s fixed: C has the data's variances in the first dimensions, where they
 * are above s^2, and s^2 in the others. */
static double maximum(const struct images *images)
{
    static double s[N * N], mean[N], v[N], c[N];
    const double s2 = linear_sigma * linear_sigma;
    moments(images, mean, s);
    eigenvalues(N, s);
    for (size_t i = 0; i < N; i++) v[i] = s[i * N + i];
    qsort(v, N, sizeof *v, descending);
    for (size_t i = 0; i < N; i++) c[i] = i < LINEAR_LATENT ? fmax(v[i], s2) : s2;
    return log_likelihood(v, c);
}

/* Solves a x = y for a symmetric positive definite 3 x 3 matrix; returns log det a. */
static double solve(double a[3][3], const double y[3], double x[3])
{
    double l[3][3] = {{0}}, log_det = 0;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (size_t c = 0; c < j; c++) sum -= l[i][c] * l[j][c];
            l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
        }
    for (size_t i = 0; i < 3; i++) {
        x[i] = y[i];
        for (size_t c = 0; c < i; c++) x[i] -= l[i][c] * x[c];
        x[i] /= l[i][i];
        log_det += 2 * log(l[i][i]);
    }
    for (size_t i = 3; i-- > 0;) {
        for (size_t c = i + 1; c < 3; c++) x[i] -= l[c][i] * x[c];
        x[i] /= l[i][i];
    }
    return log_det;
}

/* Nats per image under the model's decoder: x = 1/2 + (W z + b) / 4 + s n, W W^T by the identity of
 * Woodbury. */
static double reached(const struct vae_model *m, const struct images *images)
{
    const struct vae_layer *out = &m->layer[1];
    const double s2 = linear_sigma * linear_sigma;
    double sum = 0, p[3][3], mu[3];
    for (size_t i = 0; i < COUNT; i++) {
        double along[3] = {0}, square = 0;
        for (size_t a = 0; a < 3; a++)
            for (size_t b = 0; b < 3; b++) p[a][b] = a == b;
        for (size_t c = 0; c < N; c++) {
            const double b = (double)m->w[vae_place(&out->b, 0, c)] / 4;
            const double off = (double)images->values[i * N + c] - 0.5 - b;
            double w[3];
            for (size_t j = 0; j < 3; j++) w[j] = (double)m->w[vae_place(&out->w, j, c)] / 4;
            for (size_t a = 0; a < 3; a++) {
                along[a] += w[a] * off / s2;
                for (size_t d = 0; d < 3; d++) p[a][d] += w[a] * w[d] / s2;
            }
            square += off * off / s2;
        }
        const double log_det = solve(p, along, mu) + (double)N * log(s2);
        for (size_t a = 0; a < 3; a++) square -= mu[a] * along[a];
        sum -= 0.5 * ((double)N * log(2 * M_PI) + log_det + square) / (double)COUNT;
    }
    return sum;
}

/* The closed forms agree with each other: the generating W and b are below the maximum, but not by
 * more than fitting noise in 3 * 36 parameters gains. */
START_TEST(test_closed_forms)
{
    struct images images = linear_images(COUNT, verify_seed());
    struct vae_model m = linear_model(1);
    double direct = 0;
    linear_weights(&m, 0, 1);
    for (size_t i = 0; i < COUNT; i++)
        direct += linear_log_p(images.values + i * (size_t)N) / (double)COUNT;
    ck_assert_double_eq_tol(reached(&m, &images), direct, 1e-3);
    ck_assert_double_gt(maximum(&images), direct);
    ck_assert_double_lt(maximum(&images), direct + 0.5 * 1.5 * (3 * N) / (double)COUNT);
    vae_destroy(&m);
    vae_images_free(&images);
}
END_TEST

/* Without a prior on the weights it climbs to the maximum. */
START_TEST(test_climbs)
{
    const int cycles = 600;
    struct images images = linear_images(COUNT, verify_seed());
    struct vae_run run = run_of(VAE_ADAM, 1e-3f, 0);
    struct vae_trainer t = pair_trainer(&run, &images);
    double first = 0, mean = 0;
    for (int i = 0; i < cycles; i++) {
        struct vae_bound b = {0};
        t.run.lr = i < cycles / 3 ? 1e-3f : 2e-4f;
        if (i > 2 * cycles / 3) t.run.lr = 5e-5f;
        vae_trainer_step(&t, &b);
        ck_assert_uint_eq(b.count, 15 * COUNT);
        if (i == 0) first = reached(&t.model, &images);
        if (i >= cycles - 20) mean += reached(&t.model, &images) / 20;
    }
    const double most = maximum(&images);
    ck_assert_double_lt(first, most - 5);
    ck_assert_double_le(mean, most + 1e-3);
    ck_assert_double_ge(mean, most - 0.05);
    ck_assert_double_eq_tol(t.mcem.acceptance, 0.9, 0.15);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* The prior counts once in each step on all images: of two runs of one step that differ in its
 * precision alone, the weights differ by lr lambda w. */
START_TEST(test_prior)
{
    struct images images = linear_images(COUNT, verify_seed());
    struct vae_run run = run_of(VAE_SGD, 1e-9f, 0);
    struct vae_bound ignored = {0};
    run.cycle.updates = 1;
    struct vae_trainer t = pair_trainer(&run, &images);
    run.optim.value[OPTIM_DECAY] = 1e6;
    struct vae_trainer u = pair_trainer(&run, &images);
    const size_t first = t.model.layer[1].w.offset, end = t.model.layer[1].b.offset;
    float *before = vae_memory_get(t.model.params * sizeof *before);
    memcpy(before, t.model.w, t.model.params * sizeof *before);
    vae_trainer_step(&t, &ignored);
    vae_trainer_step(&u, &ignored);
    for (size_t i = first; i < end; i++)
        ck_assert_double_eq_tol((double)t.model.w[i] - (double)u.model.w[i],
                                1e-3 * (double)before[i], 1e-6 * fabs((double)before[i]) + 1e-9);
    ck_assert_mem_eq(t.model.w, before, first * sizeof *before); /* the encoder stays */
    vae_memory_give(before);
    vae_trainer_destroy(&t);
    vae_trainer_destroy(&u);
    vae_images_free(&images);
}
END_TEST

/* The size of the minibatch says how many images are in flight, not what they do: the same bits. */
START_TEST(test_batch_does_not_matter)
{
    struct images images = linear_images(COUNT, verify_seed());
    float *want = NULL;
    for (size_t batch = 60; batch <= 400; batch += 85) {
        struct vae_run run = run_of(VAE_ADAGRAD, 1e-3f, 1);
        struct vae_bound ignored = {0};
        run.batch = batch;
        struct vae_trainer t = pair_trainer(&run, &images);
        const size_t bytes = t.model.params * sizeof *want;
        for (int i = 0; i < 5; i++) vae_trainer_step(&t, &ignored);
        if (!want) {
            want = malloc(bytes);
            memcpy(want, t.model.w, bytes);
        }
        ck_assert_mem_eq(want, t.model.w, bytes);
        vae_trainer_destroy(&t);
    }
    free(want);
    vae_images_free(&images);
}
END_TEST

Suite *suite_mcem(void)
{
    Suite *s = suite_create("mcem");
    TCase *t = tcase_create("mcem");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "training derived");
    tcase_add_test(t, test_closed_forms);
    tcase_add_test(t, test_climbs);
    tcase_add_test(t, test_prior);
    tcase_add_test(t, test_batch_does_not_matter);
    suite_add_tcase(s, t);
    return s;
}
