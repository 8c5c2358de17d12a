/* Local posteriors: gradient and bounds against the double oracle, the order of the bounds, and equal
 * bits for any range of images, kernels and threads. linear_gaussian has the closed form. */
#include "../vae/base/streams.h"
#include "../vae/methods/importance.h"
#include "../vae/methods/local.h"
#include "suites.h"
#include "trained.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = LOCAL_ROWS + 3, LAST = COUNT - 1, EVAL_STEPS = LOCAL_EVAL_DRAWS / LOCAL_DRAWS };

/* All steps for all images; the caller destroys *s. */
static void run(struct vae_local *s, const struct vae_model *m, const struct vae_evaluation *of,
                size_t steps)
{
    struct vae_error e = {""};
    ck_assert(vae_local_create(s, m, of, steps, &e));
    while (vae_local_step(s)) {
    }
    ck_assert_uint_eq(vae_sweep_steps(&s->at), of->images->count * steps);
}

/* The noise of one image from draw `draw` of a step on, as streams.h says. */
static struct sv_rng noise(enum vae_noise kind, size_t step, size_t image, size_t draw)
{
    static const enum vae_stream streams[] = {[NOISE_TEST] = STREAM_EPS_LOCAL,
                                              [NOISE_POINTS] = STREAM_EPS_LOCAL_POINTS,
                                              [NOISE_VALIDATION] = STREAM_EPS_LOCAL_VALIDATION};
    struct sv_rng rng = sv_rng_at(TRAINED_SEED, streams[kind], step);
    rng.ctr[1] = (uint32_t)(image * LOCAL_DRAWS + draw);
    return rng;
}

/* _i: shape. After one step Adam's average of the gradient is a tenth of it. The oracle's gradient
 * for the head's bias is that for mu and the log-variance, as there is one image. */
START_TEST(test_gradient)
{
    struct images images;
    struct vae_trainer t = trained_on_noise(_i, 7, &images, 3);
    struct vae_oracle o = pair_oracle(&t.run.shape, LOCAL_DRAWS);
    struct vae_local s;
    double x[TRAINED_PIXELS], most = 0;
    images.count = COUNT;
    const struct vae_evaluation of = trained_evaluation(&images);
    pair_copy_weights(&o, &t.model);
    run(&s, &t.model, &of, 1);
    trained_binarised(&t.model, &of, LAST, x);
    oracle_gradient(&o, 1, x, noise(NOISE_TEST, EVAL_STEPS, LAST, 0));
    const double *want = o.grad[2 * o.enc.count + 1];
    const float *got = s.stat[0] + LAST % LOCAL_ROWS * 2 * o.latent;
    for (size_t i = 0; i < 2 * o.latent; i++) most = fmax(most, fabs(want[i]));
    ck_assert_double_gt(most, 1e-3);
    for (size_t i = 0; i < 2 * o.latent; i++)
        ck_assert_double_eq_tol((double)got[i] / (1 - (double)0.9f), want[i], 1e-5 * (most + 1));
    vae_local_destroy(&s);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* _i: shape, and % 3: kind of noise. The encoder's bound is the mean of log p(x, z) - log q(z) over
 * the draws of the bounds. */
START_TEST(test_bound)
{
    const double one = 1;
    struct images images;
    struct vae_trainer t = trained_on_noise(_i, 7, &images, 3);
    struct vae_oracle o = pair_oracle(&t.run.shape, 1);
    struct vae_local s;
    double x[TRAINED_PIXELS], want = 0;
    images.count = COUNT;
    struct vae_evaluation of = trained_evaluation(&images);
    of.noise = (enum vae_noise)(_i % 3);
    o.row_weight = &one;
    pair_copy_weights(&o, &t.model);
    run(&s, &t.model, &of, 1);
    trained_binarised(&t.model, &of, LAST, x);
    for (size_t l = 0; l < LOCAL_EVAL_DRAWS; l++) {
        const struct sv_rng rng = noise(of.noise, l / LOCAL_DRAWS, LAST, l % LOCAL_DRAWS);
        const struct oracle_bound b = oracle_gradient(&o, 1, x, rng);
        want += (b.recon + b.log_ratio) / (double)LOCAL_EVAL_DRAWS;
    }
    ck_assert_double_eq_tol(s.point[LAST].amortised, want, 1e-5 * (fabs(want) + 10));
    ck_assert_double_ne(s.point[LAST].local, s.point[LAST].amortised);
    vae_local_destroy(&s);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* L[q] < L[q*] <= log p(x), by two and within four standard errors over the images. */
START_TEST(test_order)
{
    enum { DRAWS = 1000 };
    struct images images;
    struct vae_trainer t = trained_on_noise(0, 3, &images, 60);
    struct vae_importance is;
    struct vae_local s;
    struct vae_error e = {""};
    images.count = 40;
    const struct vae_evaluation of = trained_evaluation(&images);
    run(&s, &t.model, &of, slow_run() ? 60 : 300);
    ck_assert(vae_importance_create(&is, &t.model, &of, DRAWS, &e));
    while (vae_importance_step(&is)) {
    }
    const struct vae_local_mean mean = vae_local_mean(&s);
    double above = 0, squares = 0;
    const double n = (double)images.count;
    for (size_t i = 0; i < images.count; i++) above += (is.point[i].log_p - s.point[i].local) / n;
    for (size_t i = 0; i < images.count; i++)
        squares += pow(is.point[i].log_p - s.point[i].local - above, 2);
    ck_assert_double_gt(mean.local - mean.amortised, 2 * mean.se);
    ck_assert_double_ge(above, -4 * sqrt(squares / (n - 1) / n));
    vae_importance_destroy(&is);
    vae_local_destroy(&s);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* The paper's network with both likelihoods, a deep one, and decoders without a hidden layer. */
static const int shapes[] = {0, 1, 9, 8, 5};

/* Bounds of an image have the same bits if fewer images are evaluated, on other kernels and on other
 * threads. */
START_TEST(test_bits)
{
    enum { STEPS = 25 }; /* more than between two looks at the signals */
    static const size_t counts[] = {1, LOCAL_ROWS - 1, LOCAL_ROWS + 1, COUNT};
    struct images images;
    struct vae_trainer t = trained_on_noise(shapes[_i], 5, &images, 20);
    struct vae_local want, got;
    images.count = COUNT;
    const struct vae_evaluation of = trained_evaluation(&images);
    run(&want, &t.model, &of, STEPS);
    for (size_t way = 0; sv_isa_name(way); way++) {
        struct images part = images;
        struct vae_evaluation some = of;
        if (!trained_on_isa(&t.model, way)) continue;
        some.images = &part;
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c += slow_run() ? 3 : 1) {
            part.count = counts[c];
            run(&got, &t.model, &some, STEPS);
            ck_assert_msg(!memcmp(got.point, want.point, part.count * sizeof *got.point),
                          "%s, %zu images", sv_isa_name(way), part.count);
            vae_local_destroy(&got);
        }
        trained_on_one_thread(&t.model);
    }
    vae_local_destroy(&want);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* Nothing of a range of images is left for the next. */
START_TEST(test_ranges_are_apart)
{
    struct images images;
    struct vae_trainer t = trained_on_noise(0, 5, &images, 20);
    struct vae_local want, got;
    images.count = COUNT;
    const struct vae_evaluation of = trained_evaluation(&images);
    run(&want, &t.model, &of, 3);
    memset(images.pixels, 200, LOCAL_ROWS * TRAINED_PIXELS);
    run(&got, &t.model, &of, 3);
    ck_assert(memcmp(got.point, want.point, LOCAL_ROWS * sizeof *got.point) != 0);
    ck_assert(!memcmp(got.point + LOCAL_ROWS, want.point + LOCAL_ROWS,
                      (COUNT - LOCAL_ROWS) * sizeof *got.point));
    vae_local_destroy(&want);
    vae_local_destroy(&got);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_local(void)
{
    Suite *s = suite_create("local");
    TCase *t = tcase_create("local");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads training derived");
    tcase_add_loop_test(t, test_gradient, 0, PAIR_SHAPES);
    tcase_add_loop_test(t, test_bound, 0, PAIR_SHAPES);
    tcase_add_test(t, test_order);
    tcase_add_loop_test(t, test_bits, 0, sizeof shapes / sizeof *shapes);
    tcase_add_test(t, test_ranges_are_apart);
    suite_add_tcase(s, t);
    return s;
}
