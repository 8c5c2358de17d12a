/* Missing and noisy pixels: draws given evidence, chains against a conditional mean in closed
 * form, what must not matter. */
#include "../vae/base/streams.h"
#include "../vae/methods/restore.h"
#include "each.h"
#include "linear_gaussian.h"
#include "suites.h"
#include "trained.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- one draw --- */

/* p(x|z) of row 0 without evidence, as the model gives it: means, and variances of a Gaussian. */
static void plain_pixels(struct vae_model *m, double mean[TRAINED_PIXELS],
                         double variance[TRAINED_PIXELS])
{
    const struct vae_layer *noise = &m->layer[m->layers - 1];
    for (size_t c = 0; c < TRAINED_PIXELS; c++) {
        const double v = m->shape.variance == VARIANCE_FIXED ? (double)m->min_logvar
                         : noise->role == ROLE_NOISE         ? (double)m->w[noise->b.offset + c]
                                                     : (double)m->work.out[TRAINED_PIXELS + c];
        mean[c] = (double)m->work.out[c];
        variance[c] = exp(fmax(v, (double)m->min_logvar));
    }
}

/* _i: shape. Bayes' rule for each pixel; draws have that mean and variance. */
START_TEST(test_evidence)
{
    static const double DRAWS = 4000;
    static const int shapes[] = {0, 1, 2, 3, 13};
    struct images images;
    struct vae_trainer t = trained_on_noise(shapes[_i], 4, &images, 20);
    struct vae_model *m = &t.model;
    const bool gaussian = m->shape.likelihood == VAE_GAUSSIAN;
    const struct vae_job j = {m, 0};
    const struct sv_rng rng = sv_rng_at(TRAINED_SEED, STREAM_RESTORE, 0);
    const double s2 = 0.01, flip = 0.2;
    static float y[TRAINED_PIXELS], about[TRAINED_PIXELS];
    static double mean[TRAINED_PIXELS], variance[TRAINED_PIXELS], sum[TRAINED_PIXELS],
        squares[TRAINED_PIXELS];
    const struct vae_evidence of = {y, about};
    memset(sum, 0, sizeof sum);
    memset(squares, 0, sizeof squares);
    for (size_t c = 0; c < m->shape.latent; c++) m->work.z[c] = 0.5f * (float)c - 1;
    vae_draw_pixels(j, (struct vae_range){0, 1}, NULL, rng, rng);
    plain_pixels(m, mean, variance);
    for (size_t c = 0; c < TRAINED_PIXELS; c++) { /* of every third pixel nothing is known */
        y[c] = (float)(c % 2);
        about[c] = c % 3 == 0 ? (gaussian ? -INFINITY : 0)
                   : gaussian ? (float)-log(s2)
                              : (float)((y[c] > 0 ? 1 : -1) * log((1 - flip) / flip));
        if (c % 3 == 0) continue;
        const double p = y[c] > 0 ? 1 - flip : flip;
        const double gain = variance[c] / (variance[c] + s2);
        mean[c] = gaussian ? mean[c] + gain * ((double)y[c] - mean[c])
                           : mean[c] * p / (mean[c] * p + (1 - mean[c]) * (1 - p));
        variance[c] *= 1 - gain;
    }
    for (uint32_t d = 0; d < DRAWS; d++) {
        vae_draw_pixels(j, (struct vae_range){0, 1}, &of,
                        sv_rng_at(TRAINED_SEED, STREAM_RESTORE, d), rng);
        for (size_t c = 0; c < TRAINED_PIXELS; c++) {
            const double off = (double)m->work.x[c] - mean[c];
            each(fabs((double)m->work.out[c] - mean[c]) < 1e-5);
            sum[c] += off;
            squares[c] += off * off;
        }
    }
    for (size_t c = 0; c < TRAINED_PIXELS; c++) {
        const double v = gaussian ? variance[c] : mean[c] * (1 - mean[c]);
        ck_assert_double_le(fabs(sum[c] / DRAWS), 5.5 * sqrt(v / DRAWS) + 1e-6);
        if (gaussian) ck_assert_double_eq_tol(squares[c] / DRAWS / v, 1, 5.5 * sqrt(2.0 / DRAWS));
    }
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* --- chains against a closed form --- */

enum { COUNT = 6, MOVES = 6000 };

static void run_linear(struct vae_restore *s, const struct images *images,
                       const struct vae_restore_how *how)
{
    const struct vae_evaluation of = {images, BINARIZE_NONE, VAE_ESTIMATOR_B, NOISE_TEST, 1};
    struct vae_model m = linear_model(COUNT);
    struct vae_error e = {""};
    linear_weights(&m, 0, 1);
    ck_assert(vae_restore_create(s, &m, &of, how, &e));
    while (vae_restore_step(s)) {
    }
    vae_destroy(&m);
}

/* Solves A x = b in three unknowns by Cramer's rule. */
static double det3(double a[3][3])
{
    return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
           a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
           a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
}
static void solve3(double a[3][3], const double b[3], double x[3])
{
    for (size_t j = 0; j < 3; j++) {
        double with[3][3];
        memcpy(with, a, sizeof with);
        for (size_t i = 0; i < 3; i++) with[i][j] = b[i];
        x[j] = det3(with) / det3(a);
    }
}

/* E[z | the pixels seen]: (I + W_o^T W_o / s^2)^-1 W_o^T (x_o - 1/2) / s^2. */
static void mean_z(const float *x, const uint8_t *missing, double z[LINEAR_LATENT])
{
    const double s2 = linear_sigma * linear_sigma;
    double a[3][3], b[3];
    for (size_t i = 0; i < 3; i++) {
        b[i] = 0;
        for (size_t j = 0; j < 3; j++) a[i][j] = i == j;
        for (size_t p = 0; p < LINEAR_PIXELS; p++) {
            if (missing[p]) continue;
            b[i] += linear_column(p, i) * ((double)x[p] - 0.5) / s2;
            for (size_t j = 0; j < 3; j++)
                a[i][j] += linear_column(p, i) * linear_column(p, j) / s2;
        }
    }
    solve3(a, b, z);
}

/* With the exact posterior as q the chain is Gibbs sampling, whose means tend to E[x | the
 * pixels seen]. Tolerance, in standard deviations of z_j: the chains' error, and rounding's. */
START_TEST(test_missing_pixels)
{
    static uint8_t missing[LINEAR_PIXELS];
    for (size_t p = 0; p < LINEAR_PIXELS; p++) missing[p] = p % 5 < 2;
    const struct mask mask = {1, LINEAR_PIXELS, missing};
    const struct vae_restore_how how = {.steps = MOVES, .mask = &mask};
    struct images images = linear_images(COUNT, verify_seed());
    struct vae_restore s;
    run_linear(&s, &images, &how);
    double square = 0, signal = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const float *x = images.values + i * LINEAR_PIXELS, *got = s.restored + i * LINEAR_PIXELS;
        double z[LINEAR_LATENT];
        mean_z(x, missing, z);
        for (size_t p = 0; p < LINEAR_PIXELS; p++) {
            double want = 0.5;
            for (size_t j = 0; j < LINEAR_LATENT; j++) want += linear_column(p, j) * z[j];
            if (!missing[p]) {
                ck_assert_mem_eq(&got[p], &x[p], sizeof *x);
                continue;
            }
            square += pow((double)got[p] - want, 2);
            signal += pow(want - 0.5, 2);
        }
    }
    ck_assert_msg(square < 0.03 * 0.03 * signal, "relative error %g", sqrt(square / signal));
    vae_restore_destroy(&s);
    vae_images_free(&images);
}
END_TEST

/* E[x|y] - 1/2 = C (C + t^2 I)^-1 (y - 1/2), C = W W^T + s^2 I: a gain of s^2 / (s^2 + t^2)
 * across the columns of W, and of (a^2 + s^2) / (a^2 + s^2 + t^2) along each. */
START_TEST(test_noisy_pixels)
{
    const double s2 = linear_sigma * linear_sigma, t2 = 4 * s2, across = s2 / (s2 + t2);
    const struct vae_restore_how how = {.steps = MOVES, .noise = (float)sqrt(t2), .corrupt = true};
    struct images images = linear_images(COUNT, verify_seed());
    struct vae_restore s;
    run_linear(&s, &images, &how);
    ck_assert_mem_eq(s.original, images.values, COUNT * LINEAR_PIXELS * sizeof(float));
    double square = 0, signal = 0, noise = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const float *y = s.given + i * LINEAR_PIXELS;
        double want[LINEAR_PIXELS];
        for (size_t p = 0; p < LINEAR_PIXELS; p++) want[p] = across * ((double)y[p] - 0.5);
        for (size_t j = 0; j < LINEAR_LATENT; j++) {
            const double a2 = s2 / linear_variance(j) - s2;
            const double gain = (a2 + s2) / (a2 + s2 + t2) - across;
            double along = 0; /* w_j^T (y - 1/2) / a^2 */
            for (size_t p = 0; p < LINEAR_PIXELS; p++)
                along += linear_column(p, j) * ((double)y[p] - 0.5) / a2;
            for (size_t p = 0; p < LINEAR_PIXELS; p++)
                want[p] += gain * along * linear_column(p, j);
        }
        for (size_t p = 0; p < LINEAR_PIXELS; p++) {
            const size_t at = i * LINEAR_PIXELS + p;
            square += pow((double)s.restored[at] - 0.5 - want[p], 2);
            signal += want[p] * want[p];
            noise += pow((double)(s.given[at] - s.original[at]), 2);
        }
    }
    const double n = COUNT * LINEAR_PIXELS;
    ck_assert_msg(square < 0.03 * 0.03 * signal, "relative error %g", sqrt(square / signal));
    ck_assert_double_eq_tol(noise / n / t2, 1, 4.5 * sqrt(2 / n));
    vae_restore_destroy(&s);
    vae_images_free(&images);
}
END_TEST

/* --- what must not matter --- */

/* Restores images and returns them, [count][pixels]. */
static float *restored(const struct vae_model *m, const struct images *images,
                       const struct vae_restore_how *how)
{
    const struct vae_evaluation of = trained_evaluation(images);
    const size_t bytes = images->count * TRAINED_PIXELS * sizeof(float);
    struct vae_restore s;
    struct vae_error e = {""};
    ck_assert(vae_restore_create(&s, m, &of, how, &e));
    while (vae_restore_step(&s)) {
    }
    float *x = malloc(bytes);
    memcpy(x, s.restored, bytes);
    for (size_t i = 0; how->mask && i < images->count * TRAINED_PIXELS; i++)
        if (!vae_mask_of(how->mask, i / TRAINED_PIXELS)[i % TRAINED_PIXELS])
            each(!memcmp(&x[i], &s.original[i], sizeof *x));
    vae_restore_destroy(&s);
    return x;
}

/* _i: shape, and whether pixels are missing or noisy, mean or draw. Not the instruction set, the
 * threads, how many images there are, nor what lies under the mask. */
START_TEST(test_same_restored)
{
    const int shape = _i / 2;
    struct images images;
    struct vae_trainer t = trained_on_noise(shape, 6, &images, 30);
    uint8_t *missing = malloc(TRAINED_IMAGES * TRAINED_PIXELS);
    for (size_t i = 0; i < TRAINED_IMAGES * TRAINED_PIXELS; i++) missing[i] = i * i % 7 < 3;
    const struct mask mask = {TRAINED_IMAGES, TRAINED_PIXELS, missing};
    const bool mixture = t.model.shape.density == DENSITY_MIXTURE;
    const struct vae_restore_how how = {.steps = slow_run() ? 4 : 13,
                                        .result = _i % 3 ? RESTORED_MEAN : RESTORED_DRAW,
                                        .mask = _i % 2 || mixture ? &mask : NULL,
                                        .noise = 0.1f,
                                        .corrupt = true};
    float *want = restored(&t.model, &images, &how);
    for (size_t i = 0; how.mask && i < TRAINED_IMAGES * TRAINED_PIXELS; i++)
        if (missing[i]) images.pixels[i] = (uint8_t)~images.pixels[i];
    for (size_t way = 0; sv_isa_name(way); way++) {
        struct images part = images;
        part.count = way % 2 ? TRAINED_IMAGES : TRAINED_IMAGES - 17;
        struct mask of_part = mask;
        of_part.count = part.count;
        struct vae_restore_how of = how;
        if (how.mask) of.mask = &of_part;
        if (!trained_on_isa(&t.model, way)) continue;
        float *got = restored(&t.model, &part, &of);
        ck_assert_msg(!memcmp(got, want, part.count * TRAINED_PIXELS * sizeof *got), "%s",
                      sv_isa_name(way));
        free(got);
        trained_on_one_thread(&t.model);
    }
    free(want), free(missing);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_restore(void)
{
    Suite *s = suite_create("restore");
    TCase *t = tcase_create("restore");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads training");
    tcase_add_loop_test(t, test_evidence, 0, 5);
    tcase_add_test(t, test_missing_pixels);
    tcase_add_test(t, test_noisy_pixels);
    tcase_add_loop_test(t, test_same_restored, 0, 2 * PAIR_SHAPES);
    suite_add_tcase(s, t);
    return s;
}
