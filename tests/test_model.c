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
#include <string.h>

/* --- finite differences: the oracle's gradient is the derivative of its bound --- */

static double loss(const struct vae_oracle *o, size_t rows, const double *x, struct sv_rng rng)
{
    const struct oracle_bound b = oracle_gradient(o, rows, x, rng);
    return b.kl - b.recon;
}

/* The ways to model a pixel, on the paper's network; and other networks, each activation among them. */
static const struct vae_shape shapes[] = {
    {.enc = {1, {50}}, .dec = {1, {50}}, .likelihood = VAE_BERNOULLI},
    {.enc = {1, {50}}, .dec = {1, {50}}, .likelihood = VAE_GAUSSIAN},
    {.enc = {1, {50}},
     .dec = {1, {50}},
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_LIMITED,
     .variance_at = -0.05f},
    {.enc = {1, {50}},
     .dec = {1, {50}},
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_FIXED,
     .variance_at = 0.25f},
    {.likelihood = VAE_BERNOULLI}, /* no hidden layer */
    {.likelihood = VAE_GAUSSIAN, .variance = VARIANCE_FIXED, .variance_at = 0.5f},
    {.enc = {1, {19}}, .dec = {2, {3, 33}}, .activation = VAE_RELU},
    {.enc = {0}, .dec = {3, {17, 1, 18}}, .activation = VAE_SOFTPLUS, .likelihood = VAE_GAUSSIAN},
    {.enc = {4, {31, 16, 5, 7}}, .dec = {0}, .activation = VAE_SIGMOID},
    {.enc = {3, {20, 40, 9}}, .dec = {4, {2, 16, 35, 11}}, .activation = VAE_TANH},
    {.enc = {2, {33, 10}},
     .dec = {1, {48}},
     .activation = VAE_RELU,
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_FIXED,
     .variance_at = 0.25f},
    {.enc = {1, {15}}, .dec = {1, {47}}, .activation = VAE_SOFTPLUS},
    {.enc = {2, {15, 17}}, .dec = {2, {17, 15}}, .activation = VAE_SIGMOID},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static const enum oracle_activation oracle_activations[] = {[VAE_TANH] = ORACLE_TANH,
                                                            [VAE_RELU] = ORACLE_RELU,
                                                            [VAE_SOFTPLUS] = ORACLE_SOFTPLUS,
                                                            [VAE_SIGMOID] = ORACLE_SIGMOID};

static struct oracle_widths oracle_widths(const struct vae_widths *w)
{
    struct oracle_widths o = {.count = w->count};
    memcpy(o.of, w->of, sizeof o.of);
    return o;
}

static struct vae_oracle oracle_of(const struct vae_shape *s, size_t samples)
{
    const bool fixed = s->variance == VARIANCE_FIXED;
    struct vae_oracle o = {.inputs = vae_inputs(s),
                           .latent = s->latent,
                           .samples = samples,
                           .enc = oracle_widths(&s->enc),
                           .dec = oracle_widths(&s->dec),
                           .activation = oracle_activations[s->activation],
                           .gaussian = s->likelihood == VAE_GAUSSIAN,
                           .fixed = fixed,
                           .min_logvar = s->variance == VARIANCE_LIMITED ? (double)s->variance_at
                                         : fixed ? 2 * log((double)s->variance_at)
                                                 : -INFINITY};
    oracle_create(&o);
    return o;
}

/* Log-variances that differences of 2 h leave on their side of the limit, two pixels in three below it. */
static void keep_off_the_limit(struct vae_oracle *o)
{
    const size_t bias = oracle_tensors(o) - 1, out = 2 * o->inputs;
    for (size_t i = 0; i < oracle_size(o, bias - 1); i++)
        if (i % out >= o->inputs) o->w[bias - 1][i] /= 100;
    for (size_t j = o->inputs; j < out; j++) o->w[bias][j] = o->min_logvar + (j % 3 ? -1 : 1);
}

/* The central difference of step h for one parameter. */
static double central_difference(const struct vae_oracle *o, double *w, double h, size_t rows,
                                 const double *x, struct sv_rng rng)
{
    const double at = *w;
    *w = at + h;
    const double up = loss(o, rows, x, rng);
    *w = at - h;
    const double down = loss(o, rows, x, rng);
    *w = at;
    return (up - down) / (2 * h);
}

/* _i / 2: shape; _i % 2: one draw or two. A step across relu's kink would be seen, so its is shorter. */
START_TEST(test_oracle_gradient)
{
    enum { ROWS = 4, INPUTS = 6 };
    struct vae_shape shape = shapes[_i / 2];
    struct source s = {verify_seed()};
    const struct sv_rng rng = sv_rng_at(5, STREAM_EPS, 0);
    const double h = shape.activation == VAE_RELU ? 1e-6 : 1e-5;
    double x[ROWS * INPUTS], *g[ORACLE_TENSORS];
    shape.rows = INPUTS;
    shape.cols = 1;
    shape.latent = 3;
    struct vae_oracle o = oracle_of(&shape, 1 + (size_t)_i % 2);
    const size_t tensors = oracle_tensors(&o);
    for (size_t i = 0; i < ROWS * INPUTS; i++) x[i] = source_uniform(&s);
    for (size_t t = 0; t < tensors; t++) {
        const double sd = 1.5 / sqrt((double)(1 + oracle_size(&o, t) / oracle_size(&o, t | 1)));
        for (size_t i = 0; i < oracle_size(&o, t); i++) o.w[t][i] = sd * (double)source_normal(&s);
    }
    if (shape.variance == VARIANCE_LIMITED) keep_off_the_limit(&o);
    loss(&o, ROWS, x, rng);
    for (size_t t = 0; t < tensors; t++) {
        g[t] = calloc(oracle_size(&o, t), sizeof(double));
        memcpy(g[t], o.grad[t], oracle_size(&o, t) * sizeof(double));
    }
    for (size_t t = 0; t < tensors; t++) {
        for (size_t i = 0; i < oracle_size(&o, t); i++) {
            const double central = central_difference(&o, &o.w[t][i], h, ROWS, x, rng);
            ck_assert_msg(fabs(g[t][i] - central) <= 1e-6 * (1 + fabs(g[t][i])),
                          "tensor %zu[%zu]: gradient %.10g, central difference %.10g", t, i,
                          g[t][i], central);
        }
        free(g[t]);
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
    for (size_t t = 0; t < oracle_tensors(o); t++) {
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
static size_t weight_place(const struct vae_model *m, size_t t, size_t i)
{
    const struct vae_tensor *s = t % 2 ? &m->layer[t / 2].b : &m->layer[t / 2].w;
    return vae_place(s, i / s->cols, i % s->cols);
}

/* The oracle starts from the trainer's weights. */
static void copy_weights(const struct vae_oracle *o, const struct vae_model *m)
{
    for (size_t t = 0; t < oracle_tensors(o); t++)
        for (size_t i = 0; i < oracle_size(o, t); i++)
            o->w[t][i] = (double)m->w[weight_place(m, t, i)];
}

/* Largest difference between the trainer's weights and the oracle's. */
static double weight_distance(const struct vae_oracle *o, const struct vae_model *m)
{
    double worst = 0;
    for (size_t t = 0; t < oracle_tensors(o); t++)
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

/* What the first weights are drawn with: some log-variances are below the limit at once, and all layers of a deep
 * network see the data. */
static float init_sd(const struct vae_shape *s)
{
    if (s->variance == VARIANCE_LIMITED) return 0.1f;
    return vae_shape_is_aevb(s) ? 0.01f : 0.3f;
}

/* _i % 3: optimiser; _i / 3: shape, Bernoulli with L = 1, Gaussian with L = 2. Losses agree to 2e-6 of
 * themselves (u times a few roundings per layer and step). Under SGD weights do too; Adagrad and
 * Adam divide by the gradient's own size, so that a gradient near 0 may turn either way. */
START_TEST(test_trajectory)
{
    enum { STEPS = 10, COUNT = 200 };
    struct vae_shape shape = shapes[_i / 3];
    const bool limited = shape.variance == VARIANCE_LIMITED;
    shape.rows = 12;
    shape.cols = 11;
    shape.latent = 7;
    struct vae_run run = {.shape = shape,
                          .optimizer = (enum vae_optimizer)(_i % 3),
                          .batch = 20,
                          .samples = shape.likelihood == VAE_GAUSSIAN ? 2 : 1,
                          .lr = _i % 3 == VAE_SGD ? 1e-4f : 1e-3f,
                          .init_sd = init_sd(&shape),
                          .seed = 3,
                          .train_images = COUNT};
    size_t below = 0;
    struct images images = random_images(COUNT, run.shape.rows, run.shape.cols);
    struct vae_oracle o = oracle_of(&shape, run.samples);
    const size_t tensors = oracle_tensors(&o);
    double *m[ORACLE_TENSORS], *v[ORACLE_TENSORS], *x = calloc(run.batch * 132, sizeof *x);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    sv_choice_default(NULL, &k);
    ck_assert(vae_trainer_create(&t, &k, &run, &images, NULL, &e));
    ck_assert_uint_eq(tensors, 2 * t.model.layers);
    copy_weights(&o, &t.model);
    for (size_t i = 0; i < tensors; i++) {
        m[i] = calloc(oracle_size(&o, i), sizeof(double));
        v[i] = calloc(oracle_size(&o, i), sizeof(double));
    }
    for (int step = 0; step < STEPS; step++) {
        struct vae_bound b = {0};
        vae_trainer_step(&t, &b);
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
    for (size_t i = 0; i < tensors; i++) {
        free(m[i]);
        free(v[i]);
    }
    free(x);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* On the default kernels, in one thread. */
static struct vae_trainer trainer_of(const struct vae_run *run, const struct images *images)
{
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    sv_choice_default(NULL, &k);
    ck_assert(vae_trainer_create(&t, &k, run, images, NULL, &e));
    return t;
}

/* Corrected for their bias, Adam's first averages are g and g^2: each weight moves by the step size. The last
 * layer's biases start from 0 and have gradients far above eps. */
START_TEST(test_first_step_of_adam)
{
    const struct vae_run run = {
        .shape = {.rows = 7, .cols = 5, .enc = {1, {37}}, .dec = {1, {37}}, .latent = 5},
        .optimizer = VAE_ADAM,
        .batch = 19,
        .samples = 1,
        .lr = 1,
        .init_sd = 0.01f,
        .seed = 1234567890123,
        .train_images = 101};
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct vae_trainer t = trainer_of(&run, &images);
    struct vae_bound b = {0};
    vae_trainer_step(&t, &b);
    const struct vae_tensor *bias = &t.model.layer[vae_out_at(&run.shape)].b;
    for (size_t j = 0; j < bias->cols; j++)
        ck_assert_double_eq_tol(fabs((double)t.model.w[vae_place(bias, 0, j)]), 1, 1e-6);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* What shrinks without end becomes 0 before products of it are denormal: gradients of the code at once, weights
 * at step 256. */
START_TEST(test_tiny)
{
    struct vae_run run = {
        .shape = {.rows = 8, .cols = 8, .enc = {1, {37}}, .dec = {1, {37}}, .latent = 5},
        .optimizer = VAE_ADAGRAD,
        .batch = 10,
        .samples = 1,
        .lr = 1e-25f,
        .init_sd = _i ? 1e-17f : 1e-9f,
        .seed = 3,
        .train_images = 100};
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct vae_trainer t = trainer_of(&run, &images);
    struct vae_bound b = {0};
    const struct vae_model *m = &t.model;
    const float *w = m->w + m->layer[0].w.offset;
    while (t.run.step < 255) vae_trainer_step(&t, &b);
    ck_assert(w[0] != 0 && fabsf(w[0]) < 1e-7f);
    for (size_t i = 0; i < run.batch; i++)
        for (size_t j = 0; j < 2 * run.shape.latent; j++)
            ck_assert(m->work.d_head[i * m->ld.head + j] == 0 && m->work.d_z[i * m->ld.z] != 0);
    vae_trainer_step(&t, &b);
    for (size_t i = 0; i < m->params; i++) ck_assert(m->w[i] == 0 || fabsf(m->w[i]) >= 0x1p-50f);
    ck_assert((w[0] == 0) == (_i == 1));
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* So do gradients on their way through several hidden layers: from the layer behind `zero`, whose own are above the
 * limit, less comes than 2^-50. */
static const struct {
    struct vae_shape shape;
    float init_sd;
    size_t zero;
} deep[] = {
    {{.enc = {3, {37, 20, 9}}, .dec = {1, {11}}}, 1e-7f, 2},
    {{.enc = {1, {11}}, .dec = {2, {33, 20}}}, 1e-9f, 2},
};

START_TEST(test_tiny_in_depth)
{
    struct vae_run run = {.shape = deep[_i].shape,
                          .optimizer = VAE_ADAGRAD,
                          .batch = 10,
                          .samples = 1,
                          .lr = 1e-25f,
                          .init_sd = deep[_i].init_sd,
                          .seed = 3,
                          .train_images = 100};
    run.shape.rows = run.shape.cols = 8;
    run.shape.latent = 5;
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct vae_trainer t = trainer_of(&run, &images);
    struct vae_bound b = {0};
    vae_trainer_step(&t, &b);
    const struct vae_layer *l = &t.model.layer[deep[_i].zero];
    for (size_t i = 0; i < run.batch; i++) {
        ck_assert(l[1].dy.at[i * l[1].dy.ld] != 0);
        for (size_t j = 0; j < l->w.cols; j++) ck_assert(l->dy.at[i * l->dy.ld + j] == 0);
    }
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_model(void)
{
    Suite *s = suite_create("model");
    TCase *t = tcase_create("model");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "threads");
    tcase_add_loop_test(t, test_oracle_gradient, 0, 2 * SHAPES);
    tcase_add_loop_test(t, test_trajectory, 0, 3 * SHAPES);
    tcase_add_test(t, test_first_step_of_adam);
    tcase_add_loop_test(t, test_tiny, 0, 2);
    tcase_add_loop_test(t, test_tiny_in_depth, 0, sizeof deep / sizeof *deep);
    suite_add_tcase(s, t);
    return s;
}
