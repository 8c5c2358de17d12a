/* log p(x) by importance sampling: each weight against the double oracle, log p(x) against
 * quadrature, and equal bits for any K, range of images, kernels and threads. */
#include "../reference/verify/data.h"
#include "../vae/base/streams.h"
#include "../vae/methods/importance.h"
#include "suites.h"
#include "trained.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = TRAINED_IMAGES, PIXELS = TRAINED_PIXELS, SEED = TRAINED_SEED };

/* All draws of all images: *log_w [images][draws], *point [images]. The caller frees both. */
static void sample(const struct vae_model *m, const struct vae_evaluation *of, size_t draws,
                   float **log_w, struct vae_importance_point **point)
{
    struct vae_importance s;
    struct vae_error e = {""};
    const size_t count = of->images->count;
    *log_w = calloc(count * draws, sizeof **log_w);
    *point = calloc(count, sizeof **point);
    ck_assert(vae_importance_create(&s, m, of, draws, &e));
    while (vae_importance_step(&s))
        for (size_t i = 0; i < s.at.rows; i++)
            memcpy(*log_w + (s.at.first + i) * draws + s.at.done - s.at.block,
                   s.log_w + i * IMPORTANCE_BLOCK, s.at.block * sizeof **log_w);
    ck_assert_uint_eq(vae_sweep_steps(&s.at), count * draws);
    memcpy(*point, s.point, count * sizeof **point);
    vae_importance_destroy(&s);
}

/* --- a weight --- */

/* _i: shape. log p(x|z) + log p(z) - log q(z|x) with the noise addressed as streams.h says, for a
 * few draws of images in both ranges. */
START_TEST(test_weight)
{
    enum { DRAWS = 3 };
    static const size_t some[] = {0, 1, IMPORTANCE_ROWS - 1, IMPORTANCE_ROWS, COUNT - 1};
    struct images images;
    struct vae_trainer t = trained_on_noise(_i, 7, &images, 3);
    const bool test = _i % 2 == 0;
    const struct vae_evaluation of = {&images, BINARIZE_DYNAMIC, VAE_ESTIMATOR_B,
                                      test ? NOISE_TEST : NOISE_POINTS, SEED};
    struct vae_oracle o = pair_oracle(&t.run.shape, 1);
    const double one = 1;
    double most = 0;
    float *log_w;
    struct vae_importance_point *point;
    o.row_weight = &one;
    pair_copy_weights(&o, &t.model);
    sample(&t.model, &of, DRAWS, &log_w, &point);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        double x[PIXELS];
        trained_binarised(&t.model, &of, some[i], x);
        for (size_t l = 0; l < DRAWS; l++) {
            struct sv_rng rng = sv_rng_at(SEED, test ? STREAM_EPS_IS : STREAM_EPS_IS_POINTS, l);
            rng.ctr[1] = (uint32_t)some[i];
            const struct oracle_bound b = oracle_gradient(&o, 1, x, rng);
            const double got = (double)log_w[some[i] * DRAWS + l];
            ck_assert_double_eq_tol(got, b.recon + b.log_ratio, 1e-5 * (fabs(b.recon) + 10));
            most = fmax(most, fabs(b.log_ratio));
        }
    }
    ck_assert_double_gt(most, 1e-2); /* large enough that a wrong sign would fail */
    free(log_w);
    free(point);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* --- log p(x) --- */

/* Makes the encoder return mu = z for any x, with sigma near 0. The decoder is unchanged. */
static void set_code(struct vae_oracle *o, const double *z)
{
    const size_t head = 2 * o->enc.count, n = o->latent;
    memset(o->w[head], 0, oracle_size(o, head) * sizeof(double));
    for (size_t j = 0; j < n; j++) {
        o->w[head + 1][j] = z[j];
        o->w[head + 1][n + j] = -90; /* sigma: 3e-20 */
    }
}

static double log_joint(struct vae_oracle *o, const double *x, const double *z)
{
    double log_prior = 0;
    set_code(o, z);
    for (size_t j = 0; j < o->latent; j++) log_prior -= 0.5 * (log(2 * M_PI) + z[j] * z[j]);
    return log_prior + oracle_gradient(o, 1, x, sv_rng_at(0, 0, 0)).recon;
}

/* The integral of p(x, z) / e^reference over z, [-8, 8] or its square, by the trapezoidal rule. */
static double integral(struct vae_oracle *o, const double *x, double reference)
{
    const int points = o->latent == 1 ? 400 : 80;
    const double step = 16.0 / points;
    double sum = 0;
    for (int a = 0; a <= points; a++)
        for (int b = 0; b <= (o->latent == 2 ? points : 0); b++) {
            const double z[] = {-8 + a * step, -8 + b * step};
            sum += exp(log_joint(o, x, z) - reference);
        }
    return sum * pow(step, (double)o->latent);
}

static double quadrature(struct vae_oracle *o, const double *x)
{
    const double reference = log_joint(o, x, (const double[]){0, 0});
    return reference + log(integral(o, x, reference));
}

/* _i: dimensions of z - 1. Tolerance: five standard errors for an image, four for the mean over the
 * images. An image's standard error is sqrt(1/ess - 1/K), the relative error of its mean weight. */
START_TEST(test_against_quadrature)
{
    enum { IMAGES = 6, DRAWS = 20000 };
    struct images images;
    struct vae_trainer t = trained_on_noise(0, (size_t)_i + 1, &images, 300);
    struct images few = images;
    const size_t count = slow_run() ? 1 : quick_run() ? 2 : IMAGES;
    few.count = count;
    const struct vae_evaluation of = trained_evaluation(&few);
    struct vae_oracle o = pair_oracle(&t.run.shape, 1);
    float *log_w;
    struct vae_importance_point *point;
    double error = 0, variance = 0;
    pair_copy_weights(&o, &t.model);
    sample(&t.model, &of, DRAWS, &log_w, &point);
    for (size_t i = 0; i < count; i++) {
        double x[PIXELS];
        trained_binarised(&t.model, &of, i, x);
        const double want = quadrature(&o, x), got = point[i].log_p;
        const double s2 = 1 / point[i].ess - 1 / (double)DRAWS;
        ck_assert_msg(fabs(got - want) <= 5 * sqrt(s2) + 2e-5, "image %zu: %.6f, not %.6f +- %.6f",
                      i, got, want, sqrt(s2));
        ck_assert_double_le(s2, 1e-3); /* small enough for the test to be sharp */
        error += (got - want) / (double)count;
        variance += s2 / (double)(count * count);
    }
    ck_assert_double_le(fabs(error), 4 * sqrt(variance) + 2e-5);
    free(log_w);
    free(point);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* --- the same draws --- */

/* The first k draws are the same for every K >= k: within a block, at its edges, beyond. */
START_TEST(test_first_draws)
{
    enum { MOST = 300 };
    static const size_t draws[] = {1, 2, 5, 127, 128, 129, 256};
    struct images images;
    struct vae_trainer t = trained_on_noise(0, 3, &images, 20);
    const struct vae_evaluation of = trained_evaluation(&images);
    float *all, *some;
    struct vae_importance_point *point;
    sample(&t.model, &of, MOST, &all, &point);
    free(point);
    for (size_t d = 0; d < sizeof draws / sizeof *draws; d++) {
        const size_t k = draws[d];
        sample(&t.model, &of, k, &some, &point);
        for (size_t i = 0; i < COUNT; i++)
            ck_assert_msg(!memcmp(all + i * MOST, some + i * k, k * sizeof *some),
                          "K = %zu, image %zu", k, i);
        free(some);
        free(point);
    }
    for (size_t l = 1; l < MOST; l++) ck_assert_float_ne(all[l], all[0]);
    free(all);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* Weights and log p(x) of an image have the same bits if fewer images are evaluated, which changes
 * the ranges and the draws at once, and on other kernels and threads. */
START_TEST(test_bits)
{
    enum { DRAWS = 131 };
    static const int shapes[] = {0, 1, 9};
    static const size_t counts[] = {1, 2, 37, 42, 43, 84, 85, COUNT};
    struct images images;
    struct vae_trainer t = trained_on_noise(shapes[_i], 5, &images, 20);
    const struct vae_evaluation of = trained_evaluation(&images);
    float *want, *got;
    struct vae_importance_point *want_point, *point;
    sample(&t.model, &of, DRAWS, &want, &want_point);
    for (size_t way = 0; sv_isa_name(way); way++) {
        const char *isa = sv_isa_name(way);
        struct images part = images;
        struct vae_evaluation some = of;
        if (!trained_on_isa(&t.model, way)) continue;
        some.images = &part;
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c += slow_run() ? 3 : 1) {
            part.count = counts[c];
            sample(&t.model, &some, DRAWS, &got, &point);
            ck_assert_msg(!memcmp(got, want, part.count * DRAWS * sizeof *got),
                          "%s, %zu images: weights", isa, part.count);
            ck_assert_msg(!memcmp(point, want_point, part.count * sizeof *point),
                          "%s, %zu images: their sums", isa, part.count);
            free(got);
            free(point);
        }
        trained_on_one_thread(&t.model);
    }
    free(want);
    free(want_point);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* --- sums of weights --- */

static struct vae_log_sum sum_of(const struct sv_choice *k, const float *log_w, size_t n)
{
    struct vae_log_sum s = vae_log_sum_none();
    for (size_t l = 0; l < n; l += IMPORTANCE_BLOCK)
        vae_log_sum_add(k, &s, n - l < IMPORTANCE_BLOCK ? n - l : IMPORTANCE_BLOCK, log_w + l);
    return s;
}

/* For the same draws in groups of k, the mean of L_k never falls as k doubles, for log is concave
 * (Burda et al., theorem 1). L_1 is the ELBO of these draws. */
START_TEST(test_larger_groups)
{
    enum { MOST = 128 };
    struct images images;
    struct vae_trainer t = trained_on_noise(0, 3, &images, 100);
    const struct vae_evaluation of = trained_evaluation(&images);
    float *log_w;
    struct vae_importance_point *point;
    double first = 0, before = -INFINITY;
    sample(&t.model, &of, MOST, &log_w, &point);
    for (size_t k = 1; k <= MOST; k *= 2) {
        double mean = 0;
        for (size_t g = 0; g < COUNT * MOST / k; g++) {
            const struct vae_log_sum s = sum_of(&t.model.k, log_w + g * k, k);
            mean += vae_log_sum_mean(&t.model.k, &s) / (double)(COUNT * MOST / k);
        }
        ck_assert_msg(mean >= before, "L_%zu = %.9g < L_%zu = %.9g", k, mean, k / 2, before);
        if (k == 1) first = mean;
        before = mean;
    }
    ck_assert_double_gt(before, first + 1e-3);
    double last = 0, elbo = 0;
    for (size_t i = 0; i < COUNT; i++) last += point[i].log_p / (double)COUNT;
    for (size_t l = 0; l < COUNT * MOST; l++) elbo += (double)log_w[l] / (COUNT * MOST);
    ck_assert_double_eq_tol(last, before, 1e-9 * fabs(last));
    ck_assert_double_eq_tol(elbo, first, 1e-6);
    free(log_w);
    free(point);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* Against double; the maximum rises and falls from block to block. */
START_TEST(test_log_sum)
{
    enum { MOST = 1000 };
    static const size_t sizes[] = {1, 2, 127, 128, 129, MOST};
    static const double scales[] = {0, 1, 30, 1000};
    struct source s = {verify_seed()};
    struct sv_choice k;
    float log_w[MOST];
    sv_choice_default(NULL, &k);
    for (size_t c = 0; c < 4 * 6; c++) {
        const size_t n = sizes[c / 4];
        double max = -INFINITY, sum = 0, squares = 0;
        for (size_t l = 0; l < n; l++) {
            log_w[l] = (float)(-500 + scales[c % 4] * (source_uniform(&s) - 0.5));
            max = fmax(max, (double)log_w[l]);
        }
        for (size_t l = 0; l < n; l++) {
            sum += exp((double)log_w[l] - max);
            squares += exp(2 * ((double)log_w[l] - max));
        }
        const struct vae_log_sum got = sum_of(&k, log_w, n);
        ck_assert_double_eq_tol(vae_log_sum_mean(&k, &got), max + log(sum / (double)n), 1e-6);
        ck_assert_double_eq_tol(vae_log_sum_ess(&got), sum * sum / squares,
                                1e-6 * sum * sum / squares);
        ck_assert_uint_eq(got.count, n);
    }
}
END_TEST

/* A block whose weights are all 0 is harmless. NaN and +inf give NaN. */
START_TEST(test_log_sum_of_specials)
{
    struct sv_choice k;
    float log_w[2 * IMPORTANCE_BLOCK];
    const size_t n = 2 * IMPORTANCE_BLOCK;
    sv_choice_default(NULL, &k);
    for (size_t l = 0; l < n; l++) log_w[l] = -INFINITY;
    struct vae_log_sum s = sum_of(&k, log_w, n);
    ck_assert_double_eq(vae_log_sum_mean(&k, &s), -INFINITY);
    log_w[n - 1] = -3;
    s = sum_of(&k, log_w, n);
    ck_assert_double_eq_tol(vae_log_sum_mean(&k, &s), -3 - log(2 * IMPORTANCE_BLOCK), 1e-6);
    ck_assert_double_eq(vae_log_sum_ess(&s), 1);
    log_w[0] = NAN;
    s = sum_of(&k, log_w, n);
    ck_assert(isnan(vae_log_sum_mean(&k, &s)));
    log_w[0] = INFINITY;
    s = sum_of(&k, log_w, n);
    ck_assert(isnan(vae_log_sum_mean(&k, &s)));
}
END_TEST

Suite *suite_importance(void)
{
    Suite *s = suite_create("importance");
    TCase *t = tcase_create("importance");
    tcase_set_timeout(t, 240);
    tcase_set_tags(t, "threads training derived");
    tcase_add_loop_test(t, test_weight, 0, PAIR_SHAPES);
    tcase_add_loop_test(t, test_against_quadrature, 0, 2);
    tcase_add_test(t, test_first_draws);
    tcase_add_loop_test(t, test_bits, 0, 3);
    tcase_add_test(t, test_larger_groups);
    tcase_add_test(t, test_log_sum);
    tcase_add_test(t, test_log_sum_of_specials);
    suite_add_tcase(s, t);
    return s;
}
