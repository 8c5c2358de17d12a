/* Initial values: Glorot's weights, and biases that give the mean training image. */
#include "../vae/base/streams.h"
#include "../vae/methods/init_bias.h"
#include "../vae/methods/train.h"
#include "each.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct vae_run new_run(const struct vae_shape *shape)
{
    struct vae_run r = vae_run_default();
    r.shape = *shape;
    r.shape.rows = 13;
    r.shape.cols = 11;
    r.shape.latent = 6;
    r.seed = 99;
    r.lr = 0.01f;
    r.batch = 20;
    return r;
}

/* --- Glorot --- */

/* Mean and log-variance, which share a layer, count separately. */
static size_t fan_out(const struct vae_shape *s, const struct vae_layer *l)
{
    const bool two =
        l->role == ROLE_HEAD || (l->role == ROLE_OUT && s->likelihood == VAE_GAUSSIAN &&
                                 s->variance != VARIANCE_FIXED && s->density == DENSITY_HEAD);
    return l->w.cols / (two ? 2 : 1);
}

static void check_layer(const struct vae_model *m, const struct vae_layer *l, uint64_t seed)
{
    static const uint64_t first[] = {
        [ROLE_ENC] = 0, [ROLE_HEAD] = 2, [ROLE_DEC] = 4, [ROLE_OUT] = 6, [ROLE_NOISE] = 7};
    const size_t rows = l->w.rows, cols = l->w.cols, n = rows * cols;
    const double a = sqrt(6.0 / (double)(rows + fan_out(&m->shape, l)));
    float *u = malloc(n * sizeof *u);
    double sum = 0, squares = 0;
    ref_kernels.uniform(rows, cols, sv_rng_at(seed, STREAM_INIT, first[l->role] + 8 * l->depth), u,
                        cols);
    for (size_t i = 0; i < n; i++) {
        const float w = m->w[vae_place(&l->w, i / cols, i % cols)];
        const double want = a * (2 * (double)u[i] - 1);
        each(fabs((double)w - want) <= 0x1p-23 * fabs(want));
        sum += want / a;
        squares += want * want / (a * a);
    }
    const double sd = sqrt((double)n); /* of the sums, with variances 1/3 and 4/45 each */
    ck_assert_double_le(fabs(sum), 4.5 * sd / sqrt(3));
    ck_assert_double_le(fabs(squares - (double)n / 3), 4.5 * sd * sqrt(4.0 / 45));
    for (size_t j = 0; j < cols; j++) ck_assert(m->w[vae_place(&l->b, 0, j)] == 0);
    free(u);
}

/* Weights are the uniform draws of their addresses, scaled to the layer's limit. Biases are 0. */
START_TEST(test_glorot)
{
    struct vae_run run = new_run(&pair_shapes[_i]);
    struct images images = random_images(30, run.shape.rows, run.shape.cols);
    run.init = INIT_GLOROT;
    struct vae_trainer t = pair_trainer(&run, &images);
    for (size_t i = 0; i < t.model.layers; i++) check_layer(&t.model, &t.model.layer[i], run.seed);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* --- biases from data --- */

static double seen(enum vae_binarize binarize, double grey)
{
    return binarize == BINARIZE_THRESHOLD ? grey >= 0.5 : grey;
}

/* The first pixels are always black, always white, nearly always black, nearly always white. */
static struct images grey_images(void)
{
    struct images i = random_images(57, 13, 11);
    for (size_t at = 0; at < i.count; at++) {
        uint8_t *p = i.pixels + at * vae_images_size(&i);
        p[0] = 0;
        p[1] = 255;
        p[2] = at == 5;
        p[3] = at != 5 ? 255 : 0;
    }
    return i;
}

static void check_biases(const struct vae_model *m, const struct images *i,
                         enum vae_binarize binarize)
{
    const struct vae_tensor *b = &m->layer[vae_out_at(&m->shape)].b;
    const size_t n = vae_images_size(i);
    for (size_t j = 0; j < b->cols; j++) {
        double p = 0;
        for (size_t at = 0; j < n && at < i->count; at++)
            p += seen(binarize, i->pixels[at * n + j] / 255.0) / (double)i->count;
        p = fmin(fmax(p, 0.001), 0.999);
        const double want = j < n ? log(p / (1 - p)) : 0, is = (double)m->w[vae_place(b, 0, j)];
        ck_assert_msg(fabs(is - want) <= 1e-5 * (1 + fabs(want)), "bias %zu: %g, not %g", j, is,
                      want);
    }
}

static const struct {
    int shape; /* in pair_shapes: Bernoulli, Gaussian with and without log-variances */
    enum vae_binarize binarize;
} biased[] = {{0, BINARIZE_NONE},  {0, BINARIZE_DYNAMIC}, {0, BINARIZE_THRESHOLD},
              {0, BINARIZE_FIXED}, {1, BINARIZE_NONE},    {3, BINARIZE_THRESHOLD}};

/* Biases of the mean follow the formula, those of log-variances are 0, all other parameters are as
 * without --init-bias data. Neither the batch nor floats for bytes change a bit. */
START_TEST(test_bias)
{
    struct vae_run run = new_run(&pair_shapes[biased[_i].shape]);
    struct images images = grey_images();
    float *values = malloc(images.count * 143 * sizeof *values);
    const struct images floats = {.count = images.count, .rows = 13, .cols = 11, .values = values};
    run.binarize = biased[_i].binarize;
    ref_kernels.u8_to_f32(images.count * 143, images.pixels, values);
    struct vae_trainer plain = pair_trainer(&run, &images);
    run.init_bias = INIT_BIAS_DATA;
    struct vae_trainer t = pair_trainer(&run, &images);
    check_biases(&t.model, &images, run.binarize);
    const struct vae_tensor *b = &t.model.layer[vae_out_at(&run.shape)].b;
    ck_assert_mem_eq(t.model.w, plain.model.w, b->offset * sizeof *t.model.w);
    for (run.batch = 1; run.batch < 90; run.batch += 19) {
        struct vae_trainer other = pair_trainer(&run, run.batch % 2 ? &floats : &images);
        ck_assert_mem_eq(t.model.w, other.model.w, t.model.params * sizeof *t.model.w);
        vae_trainer_destroy(&other);
    }
    vae_trainer_destroy(&plain);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
    free(values);
}
END_TEST

/* With weights near 0 the decoder gives the mean image. */
START_TEST(test_mean_image)
{
    struct vae_run run = new_run(&pair_shapes[_i]);
    struct images images = random_images(57, 13, 11);
    run.init_bias = INIT_BIAS_DATA;
    run.init_sd = 1e-6f;
    struct vae_trainer t = pair_trainer(&run, &images);
    static const float z[6];
    vae_decode(&t.model, 1, z);
    for (size_t j = 0; j < 143; j++) {
        double p = 0;
        for (size_t at = 0; at < images.count; at++) p += images.pixels[at * 143 + j] / 255.0 / 57;
        ck_assert_double_eq_tol((double)t.model.work.out[j], p, 1e-4);
    }
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_init(void)
{
    Suite *s = suite_create("init");
    TCase *t = tcase_create("init");
    tcase_set_tags(t, "training");
    tcase_add_loop_test(t, test_glorot, 0, PAIR_SHAPES);
    tcase_add_loop_test(t, test_bias, 0, sizeof biased / sizeof *biased);
    tcase_add_loop_test(t, test_mean_image, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
