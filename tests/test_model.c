/* The model: gradients of the double oracle by finite differences, the trainer against the oracle. */
#include "../reference/vae_oracle.h"
#include "../reference/verify/data.h"
#include "../reference/verify/verify.h"
#include "../vae/base/streams.h"
#include "../vae/methods/train.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>

/* --- finite differences: the oracle's gradient is the derivative of its bound --- */

static double loss(const struct vae_oracle *o, size_t rows, const double *x, struct sv_rng rng)
{
    const struct oracle_bound b = oracle_gradient(o, rows, x, rng);
    return b.kl - b.recon;
}

/* The ways to model a pixel. */
static const struct decoder {
    bool gaussian;
    enum vae_variance variance;
    float variance_at;
} decoders[] = {{false, VARIANCE_FREE, 0},
                {true, VARIANCE_FREE, 0},
                {true, VARIANCE_LIMITED, -0.05f},
                {true, VARIANCE_FIXED, 0.25f}};
enum { DECODERS = sizeof decoders / sizeof *decoders };

static void oracle_decoder(struct vae_oracle *o, const struct decoder *d)
{
    o->gaussian = d->gaussian;
    o->fixed = d->variance == VARIANCE_FIXED;
    o->min_logvar = d->variance == VARIANCE_LIMITED ? (double)d->variance_at
                    : o->fixed                      ? 2 * log((double)d->variance_at)
                                                    : -INFINITY;
}

/* Log-variances that differences of 2 h leave on their side of the limit, two pixels in three below it. */
static void keep_off_the_limit(struct vae_oracle *o)
{
    double *w = o->w[6], *b = o->w[7];
    for (size_t j = o->inputs; j < 2 * o->inputs; j++) {
        for (size_t i = 0; i < o->hidden; i++) w[i * 2 * o->inputs + j] /= 10;
        b[j] = o->min_logvar + (j % 3 ? -1 : 1);
    }
}

/* _i / 2: decoder; _i % 2: one draw or two */
START_TEST(test_oracle_gradient)
{
    enum { ROWS = 4, INPUTS = 6 };
    const struct decoder *d = &decoders[_i / 2];
    struct source s = {verify_seed()};
    struct vae_oracle o = {
        .inputs = INPUTS, .hidden = 5, .latent = 3, .samples = 1 + (size_t)_i % 2};
    const struct sv_rng rng = sv_rng_at(5, STREAM_EPS, 0);
    const double h = 1e-5;
    double x[ROWS * INPUTS];
    oracle_decoder(&o, d);
    oracle_create(&o);
    for (size_t i = 0; i < ROWS * INPUTS; i++) x[i] = source_uniform(&s);
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(&o, t); i++) o.w[t][i] = 0.5 * (double)source_normal(&s);
    if (d->variance == VARIANCE_LIMITED) keep_off_the_limit(&o);
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(&o, t); i++) {
            const double w = o.w[t][i];
            o.w[t][i] = w + h;
            const double up = loss(&o, ROWS, x, rng);
            o.w[t][i] = w - h;
            const double down = loss(&o, ROWS, x, rng);
            o.w[t][i] = w;
            loss(&o, ROWS, x, rng);
            const double g = o.grad[t][i], central = (up - down) / (2 * h);
            ck_assert_msg(fabs(g - central) <= 1e-6 * (1 + fabs(g)),
                          "tensor %d[%zu]: gradient %.10g, central difference %.10g", t, i, g,
                          central);
        }
    oracle_destroy(&o);
}
END_TEST

/* --- trajectory: ten steps of the trainer against ten steps in double --- */

/* One optimiser step in double, by the reference kernels. */
static void oracle_update(const struct vae_oracle *o, enum vae_optimizer kind, double *const *m,
                          double *const *v, double lr, double decay, double step)
{
    const double root = sqrt(1 - pow((double)0.999f, step));
    const struct sv64_optim adam = {lr * root / (1 - pow((double)0.9f, step)), 1e-8 * root, decay,
                                    (double)0.9f, (double)0.999f};
    for (int t = 0; t < ORACLE_TENSORS; t++) {
        const size_t n = oracle_size(o, t);
        if (kind == VAE_SGD)
            ref64_kernels.sgd(n, o->w[t], o->grad[t], lr, decay);
        else if (kind == VAE_ADAGRAD)
            ref64_kernels.adagrad(n, o->w[t], o->grad[t], m[t], lr, (double)1e-10f, decay);
        else
            ref64_kernels.adam(n, o->w[t], o->grad[t], m[t], v[t], &adam);
    }
}

/* Where the oracle's element i of tensor t, row-major, lies in the model's arena. */
static size_t weight_place(const struct vae_model *m, int t, size_t i)
{
    const struct vae_tensor *s = &m->tensor[t];
    return vae_place(s, i / s->cols, i % s->cols);
}

/* The oracle starts from the trainer's weights. */
static void copy_weights(const struct vae_oracle *o, const struct vae_model *m)
{
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(o, t); i++)
            o->w[t][i] = (double)m->w[weight_place(m, t, i)];
}

/* Largest difference between the trainer's weights and the oracle's. */
static double weight_distance(const struct vae_oracle *o, const struct vae_model *m)
{
    double worst = 0;
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(o, t); i++)
            worst = fmax(worst, fabs((double)m->w[weight_place(m, t, i)] - o->w[t][i]));
    return worst;
}

/* Log-variances of r rows that are below the limit; 0 where there is none. */
static size_t count_below(const struct vae_model *m, size_t r)
{
    const size_t x = vae_inputs(&m->shape);
    size_t below = 0;
    for (size_t i = 0; m->shape.variance == VARIANCE_LIMITED && i < r * x; i++)
        below += m->work.out[i / x * m->ld.out + x + i % x] < m->min_logvar;
    return below;
}

/* _i % 3: optimiser; _i / 3: decoder, Bernoulli with L = 1, Gaussian with L = 2. Losses agree to 2e-6 of
 * themselves (u times a few roundings per layer and step). Under SGD weights do too; Adagrad and
 * Adam divide by the gradient's own size, so that a gradient near 0 may turn either way. */
START_TEST(test_trajectory)
{
    enum { STEPS = 10, COUNT = 200 };
    const struct decoder *d = &decoders[_i / 3];
    const bool limited = d->variance == VARIANCE_LIMITED;
    struct vae_run run = {.shape = {.rows = 12,
                                    .cols = 11,
                                    .hidden = 50,
                                    .latent = 7,
                                    .likelihood = d->gaussian ? VAE_GAUSSIAN : VAE_BERNOULLI,
                                    .variance = d->variance,
                                    .variance_at = d->variance_at},
                          .optimizer = (enum vae_optimizer)(_i % 3),
                          .batch = 20,
                          .samples = d->gaussian ? 2 : 1,
                          .lr = _i % 3 == VAE_SGD ? 1e-4f : 1e-3f,
                          .init_sd = limited ? 0.1f : 0.01f, /* some are below the limit at once */
                          .seed = 3,
                          .train_images = COUNT};
    size_t below = 0;
    struct images images = random_images(COUNT, run.shape.rows, run.shape.cols);
    struct vae_oracle o = {.inputs = 132, .hidden = 50, .latent = 7, .samples = run.samples};
    double *m[ORACLE_TENSORS], *v[ORACLE_TENSORS], *x = calloc(run.batch * 132, sizeof *x);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    sv_choice_default(NULL, &k);
    ck_assert(trainer_create(&t, &k, &run, &images, NULL, &e));
    oracle_decoder(&o, d);
    oracle_create(&o);
    copy_weights(&o, &t.model);
    for (int i = 0; i < ORACLE_TENSORS; i++) {
        m[i] = calloc(oracle_size(&o, i), sizeof(double));
        v[i] = calloc(oracle_size(&o, i), sizeof(double));
    }
    for (int step = 0; step < STEPS; step++) {
        struct vae_bound b = {0};
        trainer_step(&t, &b);
        below += count_below(&t.model, run.batch * run.samples);
        for (size_t i = 0; i < run.batch * 132; i++)
            x[i] = (double)t.model.work.x[i / 132 * t.model.ld.x + i % 132];
        const struct oracle_bound want =
            oracle_gradient(&o, run.batch, x, sv_rng_at(run.seed, STREAM_EPS, (uint64_t)step));
        const double scale = fabs(want.kl) + fabs(want.recon);
        ck_assert_double_le(fabs(b.recon - want.recon), 2e-6 * scale);
        ck_assert_double_le(fabs(b.kl - want.kl), 2e-6 * scale);
        oracle_update(&o, run.optimizer, m, v, (double)run.lr, (double)(20.0f / (float)COUNT),
                      step + 1);
    }
    ck_assert(!limited || (below > 0 && below < STEPS * run.batch * run.samples * 132));
    if (run.optimizer == VAE_SGD) ck_assert_double_le(weight_distance(&o, &t.model), 1e-6);
    for (int i = 0; i < ORACLE_TENSORS; i++) {
        free(m[i]);
        free(v[i]);
    }
    free(x);
    oracle_destroy(&o);
    trainer_destroy(&t);
    images_free(&images);
}
END_TEST

/* Corrected for their bias, Adam's first averages are g and g^2: each weight moves by the step size. The last
 * layer's biases start from 0 and have gradients far above eps. */
START_TEST(test_first_step_of_adam)
{
    const struct vae_run run = {.shape = {.rows = 7, .cols = 5, .hidden = 37, .latent = 5},
                                .optimizer = VAE_ADAM,
                                .batch = 19,
                                .samples = 1,
                                .lr = 1,
                                .init_sd = 0.01f,
                                .seed = 1234567890123,
                                .train_images = 101};
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    struct vae_bound b = {0};
    sv_choice_default(NULL, &k);
    ck_assert(trainer_create(&t, &k, &run, &images, NULL, &e));
    trainer_step(&t, &b);
    const struct vae_tensor *bias = &t.model.tensor[OUT_B];
    for (size_t j = 0; j < bias->cols; j++)
        ck_assert_double_eq_tol(fabs((double)t.model.w[vae_place(bias, 0, j)]), 1, 1e-6);
    trainer_destroy(&t);
    images_free(&images);
}
END_TEST

/* What shrinks without end becomes 0 before products of it are denormal: gradients of the code at once, weights
 * at step 256. */
START_TEST(test_tiny)
{
    struct vae_run run = {.shape = {.rows = 8, .cols = 8, .hidden = 37, .latent = 5},
                          .optimizer = VAE_ADAGRAD,
                          .batch = 10,
                          .samples = 1,
                          .lr = 1e-25f,
                          .init_sd = _i ? 1e-17f : 1e-9f,
                          .seed = 3,
                          .train_images = 100};
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    struct vae_bound b = {0};
    sv_choice_default(NULL, &k);
    ck_assert(trainer_create(&t, &k, &run, &images, NULL, &e));
    const struct vae_model *m = &t.model;
    const float *w = m->w + m->tensor[ENC_W].offset;
    while (t.run.step < 255) trainer_step(&t, &b);
    ck_assert(w[0] != 0 && fabsf(w[0]) < 1e-7f);
    for (size_t i = 0; i < run.batch; i++)
        for (size_t j = 0; j < 2 * run.shape.latent; j++)
            ck_assert(m->work.d_head[i * m->ld.head + j] == 0 && m->work.d_z[i * m->ld.z] != 0);
    trainer_step(&t, &b);
    for (size_t i = 0; i < m->params; i++) ck_assert(m->w[i] == 0 || fabsf(m->w[i]) >= 0x1p-50f);
    ck_assert((w[0] == 0) == (_i == 1));
    trainer_destroy(&t);
    images_free(&images);
}
END_TEST

Suite *suite_model(void)
{
    Suite *s = suite_create("model");
    TCase *t = tcase_create("model");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "threads");
    tcase_add_loop_test(t, test_oracle_gradient, 0, 2 * DECODERS);
    tcase_add_loop_test(t, test_trajectory, 0, 3 * DECODERS);
    tcase_add_test(t, test_first_step_of_adam);
    tcase_add_loop_test(t, test_tiny, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
