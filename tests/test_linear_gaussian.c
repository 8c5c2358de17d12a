/* Importance sampling and local posteriors against log p(x) in closed form: probabilistic PCA
 * (Tipping & Bishop 1999). Without hidden layers and with a fixed variance s^2 the decoder is
 * x = 1/2 + W z + s n: for arguments as small as here the sigmoid of the mean is linear to 1e-5 s.
 * With orthogonal columns of length a_j the encoder can represent the exact posterior:
 *
 *     sigma_j^2 = s^2 / (a_j^2 + s^2),   mu_j = sigma_j^2 w_j^T (x - 1/2) / s^2
 *     log p(x) = log N(x; 1/2, W W^T + s^2 I) */
#include "../reference/verify/data.h"
#include "../vae/base/memory.h"
#include "../vae/methods/importance.h"
#include "../vae/methods/local.h"
#include "suites.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

enum { SIDE = 6, PIXELS = SIDE * SIDE, LATENT = 3, COUNT = 30 };
static const double S = 0.001, lengths[LATENT] = {0.005, 0.002, 0.0005};

/* W, by pixel and column j. Columns are orthogonal, and each sums to 0. */
static double column(size_t pixel, size_t j)
{
    static const int sign[LATENT][4] = {{1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}};
    return lengths[j] / (double)SIDE * sign[j][pixel % 4];
}

static double variance(size_t j) { return S * S / (lengths[j] * lengths[j] + S * S); }

/* The exact posterior with mu_j shifted by shift * sigma_j and sigma_j multiplied by `wider`. */
static void set_weights(struct vae_model *m, double shift, double wider)
{
    const struct vae_layer *head = &m->layer[0], *out = &m->layer[1];
    for (size_t j = 0; j < LATENT; j++) {
        for (size_t i = 0; i < PIXELS; i++) {
            m->w[vae_place(&head->w, i, j)] = (float)(variance(j) * column(i, j) / (S * S));
            m->w[vae_place(&out->w, j, i)] = (float)(4 * column(i, j)); /* sigmoid' = 1/4 */
        }
        m->w[vae_place(&head->b, 0, j)] = (float)(shift * sqrt(variance(j)));
        m->w[vae_place(&head->b, 0, LATENT + j)] = (float)log(variance(j) * wider * wider);
    }
}

/* Images drawn from the model. */
static struct images draw_images(void)
{
    struct source s = {verify_seed()};
    struct images im = {.count = COUNT, .rows = SIDE, .cols = SIDE};
    im.values = vae_memory_get(COUNT * PIXELS * sizeof *im.values);
    ck_assert_ptr_nonnull(im.values);
    for (size_t i = 0; i < COUNT; i++) {
        double z[LATENT];
        for (size_t j = 0; j < LATENT; j++) z[j] = (double)source_normal(&s);
        for (size_t p = 0; p < PIXELS; p++) {
            double x = 0.5 + S * (double)source_normal(&s);
            for (size_t j = 0; j < LATENT; j++) x += column(p, j) * z[j];
            im.values[i * PIXELS + p] = (float)x;
        }
    }
    return im;
}

static double log_p(const float *x)
{
    double log_det = (PIXELS - LATENT) * log(S * S), square = 0;
    for (size_t i = 0; i < PIXELS; i++) square += pow((double)x[i] - 0.5, 2) / (S * S);
    for (size_t j = 0; j < LATENT; j++) {
        const double a2 = lengths[j] * lengths[j];
        double along = 0; /* w_j^T (x - 1/2) */
        for (size_t i = 0; i < PIXELS; i++) along += column(i, j) * ((double)x[i] - 0.5);
        log_det += log(a2 + S * S);
        square -= along * along / (a2 + S * S) / (S * S);
    }
    return -0.5 * ((double)PIXELS * log(2 * M_PI) + log_det + square);
}

static struct vae_model model(void)
{
    const struct vae_shape shape = {.rows = SIDE,
                                    .cols = SIDE,
                                    .latent = LATENT,
                                    .likelihood = VAE_GAUSSIAN,
                                    .variance = VARIANCE_FIXED,
                                    .variance_at = (float)S};
    struct sv_choice k;
    struct vae_model m;
    struct vae_error e = {""};
    sv_choice_default(NULL, &k);
    ck_assert(vae_create(&m, &k, &shape, VAE_SGD, COUNT, 1, NULL, &e));
    return m;
}

/* log p(x) of all images from K draws of a posterior so perturbed. */
static void sample(struct vae_importance *s, const struct images *images, double shift,
                   double wider, size_t draws)
{
    const struct vae_evaluation of = {images, BINARIZE_NONE, VAE_ESTIMATOR_B, NOISE_TEST, 1};
    struct vae_model m = model();
    struct vae_error e = {""};
    set_weights(&m, shift, wider);
    ck_assert(vae_importance_create(s, &m, &of, draws, &e));
    while (vae_importance_step(s)) {
    }
    vae_destroy(&m);
}

/* With the exact posterior every weight is p(x): one draw suffices, and ess is K. */
START_TEST(test_exact_posterior)
{
    static const size_t draws[] = {1, 7, 300};
    struct images images = draw_images();
    for (size_t d = 0; d < sizeof draws / sizeof *draws; d++) {
        struct vae_importance s;
        sample(&s, &images, 0, 1, draws[d]);
        for (size_t i = 0; i < COUNT; i++) {
            ck_assert_double_eq_tol(s.point[i].log_p, log_p(images.values + i * PIXELS), 5e-3);
            ck_assert_double_ge(s.point[i].ess, (double)draws[d] * (1 - 1e-4));
        }
        vae_importance_destroy(&s);
    }
    vae_images_free(&images);
}
END_TEST

/* _i: perturbation. Tolerance: five standard errors, sqrt(1/ess - 1/K), for an image and four for
 * the mean over the images. */
START_TEST(test_spoilt_posterior)
{
    enum { DRAWS = 20000 };
    static const double shift[] = {0.4, 0, -0.3}, wider[] = {1, 1.4, 1.2};
    struct images images = draw_images();
    struct vae_importance s;
    double error = 0, squares = 0;
    sample(&s, &images, shift[_i], wider[_i], DRAWS);
    for (size_t i = 0; i < COUNT; i++) {
        const double off = s.point[i].log_p - log_p(images.values + i * PIXELS);
        const double s2 = 1 / s.point[i].ess - 1 / (double)DRAWS;
        ck_assert_double_le(s.point[i].ess, 0.95 * (double)DRAWS);
        ck_assert_double_le(fabs(off), 5 * sqrt(s2) + 5e-3);
        error += off / (double)COUNT;
        squares += s2 / (double)(COUNT * COUNT);
    }
    ck_assert_double_le(fabs(error), 4 * sqrt(squares) + 1e-3);
    vae_importance_destroy(&s);
    vae_images_free(&images);
}
END_TEST

/* From a posterior so perturbed, Adam finds the exact one, whose bound is log p(x). */
START_TEST(test_local_posterior)
{
    static const double shift[] = {0, 0.4, 0.3}, wider[] = {1, 1, 1.4};
    struct images images = draw_images();
    const struct vae_evaluation of = {&images, BINARIZE_NONE, VAE_ESTIMATOR_B, NOISE_TEST, 1};
    struct vae_model m = model();
    struct vae_local s;
    struct vae_error e = {""};
    double error = 0, gap = 0;
    set_weights(&m, shift[_i], wider[_i]);
    ck_assert(vae_local_create(&s, &m, &of, 2000, &e));
    while (vae_local_step(&s)) {
    }
    for (size_t i = 0; i < COUNT; i++) {
        const double off = s.point[i].local - log_p(images.values + i * PIXELS);
        ck_assert_double_le(fabs(off), 0.2); /* Adam moves to and fro */
        error += off / (double)COUNT;
        gap += (s.point[i].local - s.point[i].amortised) / (double)COUNT;
    }
    ck_assert_double_le(fabs(error), 0.02);
    if (_i) /* KL(q || exact): 3/2 (shift^2 + wider^2 - 1 - 2 log wider) */
        ck_assert_double_eq_tol(
            gap, 1.5 * (pow(shift[_i], 2) + pow(wider[_i], 2) - 1 - 2 * log(wider[_i])), 0.1);
    else
        ck_assert_double_le(fabs(gap), 0.01);
    vae_local_destroy(&s);
    vae_destroy(&m);
    vae_images_free(&images);
}
END_TEST

Suite *suite_linear_gaussian(void)
{
    Suite *s = suite_create("linear_gaussian");
    TCase *t = tcase_create("linear_gaussian");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "training");
    tcase_add_test(t, test_exact_posterior);
    tcase_add_loop_test(t, test_spoilt_posterior, 0, 3);
    tcase_add_loop_test(t, test_local_posterior, 0, 3);
    suite_add_tcase(s, t);
    return s;
}
