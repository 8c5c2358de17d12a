/* The double oracle's gradients against finite differences, and the trainer against the oracle. */
#include "../reference/verify/data.h"
#include "../reference/verify/verify.h"
#include "../vae/base/streams.h"
#include "../vae/methods/train.h"
#include "../vae/model/layer.h"
#include "asked.h"
#include "each.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- finite differences: the oracle's gradient is the derivative of its objective --- */

static double loss(const struct vae_oracle *o, size_t rows, const double *x, struct sv_rng rng)
{
    const struct oracle_bound b = oracle_gradient(o, rows, x, rng);
    return o->iwae ? -b.log_mean : o->beta * b.kl - b.recon - b.log_ratio;
}

/* Keeps log-variances so far from the limit that differences of 2 h do not cross it; those of two
 * pixels in three are below. */
static void keep_off_the_limit(struct vae_oracle *o)
{
    const size_t bias = oracle_tensors(o) - 1, out = 2 * o->inputs;
    double *logvar = o->w[bias] + (o->pixel ? 0 : o->inputs);
    for (size_t i = 0; i < oracle_size(o, bias - 1); i++)
        if (i % out >= o->inputs) o->w[bias - 1][i] /= 100;
    for (size_t j = 0; j < o->inputs; j++) logvar[j] = o->min_logvar + (j % 3 ? -1 : 1);
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

static const struct {
    double beta;
    bool weighted; /* each draw's log-ratio has a weight of its own */
    bool iwae;
} objectives[] = {{1, false, false}, {0, true, false}, {0.25, true, false}, {0, false, true}};
enum { OBJECTIVES = sizeof objectives / sizeof *objectives };

/* _i % 2: one draw or two; _i / 2 % 4: objective; _i / 8: shape. A step across relu's kink would be
 * seen, so its is shorter. */
START_TEST(test_oracle_gradient)
{
    enum { ROWS = 4, INPUTS = 6 };
    struct vae_shape shape = pair_shapes[_i / 2 / OBJECTIVES];
    struct source s = {verify_seed()};
    const struct sv_rng rng = sv_rng_at(5, STREAM_EPS, 0);
    const double h = shape.activation == VAE_RELU ? 1e-6 : 1e-5;
    double x[ROWS * INPUTS], weights[2 * ROWS], *g[ORACLE_TENSORS];
    shape.rows = INPUTS;
    shape.cols = 1;
    shape.latent = 3;
    struct vae_oracle o = pair_oracle(&shape, 1 + (size_t)_i % 2);
    const size_t tensors = oracle_tensors(&o);
    o.beta = objectives[_i / 2 % OBJECTIVES].beta;
    o.iwae = objectives[_i / 2 % OBJECTIVES].iwae;
    if (objectives[_i / 2 % OBJECTIVES].weighted) o.row_weight = weights;
    for (size_t i = 0; i < 2 * ROWS; i++) weights[i] = source_uniform(&s);
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
        for (size_t i = 0; i < oracle_size(&o, t); i += slow_run() ? 5 : 1) {
            const double central = central_difference(&o, &o.w[t][i], h, ROWS, x, rng);
            each_msg(fabs(g[t][i] - central) <= 1e-6 * (1 + fabs(g[t][i])),
                     "tensor %zu[%zu]: gradient %.10g, central difference %.10g", t, i, g[t][i],
                     central);
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

/* The number of log-variances of r rows that are below the limit; 0 if there is no limit. */
static size_t count_below(const struct vae_model *m, size_t r)
{
    const size_t x = vae_inputs(&m->shape);
    size_t below = 0;
    for (size_t i = 0; m->shape.variance == VARIANCE_LIMITED && i < r * x; i++)
        below += vae_logvar_of(m, m->work.out + i / x * m->ld.out)[i % x] < m->min_logvar;
    return below;
}

/* _i % 3: optimiser; _i / 3: shape, Bernoulli with L = 1, Gaussian with L = 2. Losses agree to 2e-6
 * relative (u times a few roundings per layer and step). With SGD weights agree too; Adagrad and
 * Adam divide by the gradient's own size, so a gradient near 0 may move a weight either way. */
START_TEST(test_trajectory)
{
    enum { STEPS = 10, COUNT = 200 };
    struct vae_shape shape = pair_shapes[_i / 3];
    const bool limited = shape.variance == VARIANCE_LIMITED;
    shape.rows = 12;
    shape.cols = 11;
    shape.latent = 7;
    struct vae_run run = {.shape = shape,
                          .optimizer = (enum vae_optimizer)(_i % 3),
                          .batch = 20,
                          .samples = shape.likelihood == VAE_GAUSSIAN ? 2 : 1,
                          .lr = _i % 3 == VAE_SGD ? 1e-4f : 1e-3f,
                          .init_sd = pair_init_sd(&shape),
                          .seed = 3,
                          .train_images = COUNT};
    size_t below = 0;
    struct images images = random_images(COUNT, run.shape.rows, run.shape.cols);
    struct vae_oracle o = pair_oracle(&shape, run.samples);
    const size_t tensors = oracle_tensors(&o);
    double *m[ORACLE_TENSORS], *v[ORACLE_TENSORS], *x = calloc(run.batch * 132, sizeof *x);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    sv_choice_default(NULL, &k);
    ck_assert(vae_trainer_create(&t, &k, &run, &images, NULL, &e));
    ck_assert_uint_eq(tensors, 2 * t.model.layers);
    pair_copy_weights(&o, &t.model);
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
    if (run.optimizer == VAE_SGD) ck_assert_double_le(pair_weight_distance(&o, &t.model), 1e-6);
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

/* Adam's first averages are g and g^2 after bias correction, so each weight moves by the step size.
 * The last layer's biases start from 0 and have gradients far above eps. */
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
    struct vae_trainer t = pair_trainer(&run, &images);
    struct vae_bound b = {0};
    vae_trainer_step(&t, &b);
    const struct vae_tensor *bias = &t.model.layer[vae_out_at(&run.shape)].b;
    for (size_t j = 0; j < bias->cols; j++)
        ck_assert_double_eq_tol(fabs((double)t.model.w[vae_place(bias, 0, j)]), 1, 1e-6);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_model(void)
{
    Suite *s = suite_create("model");
    TCase *t = tcase_create("model");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "threads training");
    tcase_add_loop_test(t, test_oracle_gradient, 0, 2 * OBJECTIVES * PAIR_SHAPES);
    tcase_add_loop_test(t, test_trajectory, 0, 3 * PAIR_SHAPES);
    tcase_add_test(t, test_first_step_of_adam);
    suite_add_tcase(s, t);
    return s;
}
