/* Importance sampling and local posteriors against log p(x) in closed form (linear_gaussian.h). */
#include "../vae/methods/importance.h"
#include "../vae/methods/local.h"
#include "linear_gaussian.h"
#include "suites.h"
#include <check.h>
#include <math.h>

enum { COUNT = 30 };

/* log p(x) of all images from K draws of a posterior so perturbed. */
static void sample(struct vae_importance *s, const struct images *images, double shift,
                   double wider, size_t draws)
{
    const struct vae_evaluation of = {images, BINARIZE_NONE, VAE_ESTIMATOR_B, NOISE_TEST, 1};
    struct vae_model m = linear_model(COUNT);
    struct vae_error e = {""};
    linear_weights(&m, shift, wider);
    ck_assert(vae_importance_create(s, &m, &of, draws, &e));
    while (vae_importance_step(s)) {
    }
    vae_destroy(&m);
}

/* With the exact posterior every weight is p(x): one draw suffices, and ess is K. */
START_TEST(test_exact_posterior)
{
    static const size_t draws[] = {1, 7, 300};
    struct images images = linear_images(COUNT, verify_seed());
    for (size_t d = 0; d < sizeof draws / sizeof *draws; d++) {
        struct vae_importance s;
        sample(&s, &images, 0, 1, draws[d]);
        for (size_t i = 0; i < COUNT; i++) {
            ck_assert_double_eq_tol(s.point[i].log_p,
                                    linear_log_p(images.values + i * LINEAR_PIXELS), 5e-3);
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
    struct images images = linear_images(COUNT, verify_seed());
    struct vae_importance s;
    double error = 0, squares = 0;
    sample(&s, &images, shift[_i], wider[_i], DRAWS);
    for (size_t i = 0; i < COUNT; i++) {
        const double off = s.point[i].log_p - linear_log_p(images.values + i * LINEAR_PIXELS);
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
    struct images images = linear_images(COUNT, verify_seed());
    const struct vae_evaluation of = {&images, BINARIZE_NONE, VAE_ESTIMATOR_B, NOISE_TEST, 1};
    struct vae_model m = linear_model(COUNT);
    struct vae_local s;
    struct vae_error e = {""};
    double error = 0, gap = 0;
    linear_weights(&m, shift[_i], wider[_i]);
    ck_assert(vae_local_create(&s, &m, &of, 2000, &e));
    while (vae_local_step(&s)) {
    }
    for (size_t i = 0; i < COUNT; i++) {
        const double off = s.point[i].local - linear_log_p(images.values + i * LINEAR_PIXELS);
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
    tcase_set_tags(t, "training derived");
    tcase_add_test(t, test_exact_posterior);
    tcase_add_loop_test(t, test_spoilt_posterior, 0, 3);
    tcase_add_loop_test(t, test_local_posterior, 0, 3);
    suite_add_tcase(s, t);
    return s;
}
