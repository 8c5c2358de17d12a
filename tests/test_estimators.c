/* Objectives other than the ELBO against the double oracle: the KL's weight over a run, estimators,
 * row weights in half-passes. */
#include "../reference/verify/data.h"
#include "../vae/base/memory.h"
#include "../vae/base/streams.h"
#include "each.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 20, COUNT = 100, SIDE = 9, PIXELS = SIDE * SIDE, SEED = 3 };

static struct vae_run run_of(int shape, size_t samples)
{
    struct vae_run r = {.shape = pair_shapes[shape],
                        .optimizer = VAE_SGD,
                        .batch = ROWS,
                        .samples = samples,
                        .lr = 1e-3f,
                        .init_sd = 0.1f,
                        .seed = SEED,
                        .train_images = COUNT};
    r.shape.rows = r.shape.cols = SIDE;
    r.shape.latent = 7;
    return r;
}

/* A copy of the minibatch in work.x; the caller frees it. */
static double *minibatch(const struct vae_model *m)
{
    double *x = calloc(ROWS * PIXELS, sizeof *x);
    for (size_t i = 0; i < ROWS * PIXELS; i++)
        x[i] = (double)m->work.x[i / PIXELS * m->ld.x + i % PIXELS];
    return x;
}

/* --- the KL's weight --- */

enum { STEPS = 6 };
static const struct {
    struct vae_kl kl;
    double beta[STEPS];
} weights[] = {
    {{0}, {1, 1, 1, 1, 1, 1}},
    {{.given = true}, {0, 0, 0, 0, 0, 0}},
    {{.given = true, .weight = 4}, {4, 4, 4, 4, 4, 4}},
    {{.warmup = 4}, {0.25, 0.5, 0.75, 1, 1, 1}},
    {{.given = true, .weight = 8, .warmup = 8, .warmup_from = 0}, {1, 2, 3, 4, 5, 6}},
};
enum { WEIGHTS = sizeof weights / sizeof *weights };

/* _i % 2: shape; _i / 2: row of weights. SGD follows the oracle's steps, and the bound that it
 * reports is the ELBO. */
START_TEST(test_kl_weight)
{
    struct vae_run run = run_of(_i % 2, 2);
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_oracle o = pair_oracle(&run.shape, run.samples);
    run.kl = weights[_i / 2].kl;
    struct vae_trainer t = pair_trainer(&run, &images);
    const struct sv64_kernels *k = &ref64_kernels;
    pair_copy_weights(&o, &t.model);
    for (size_t step = 0; step < STEPS; step++) {
        struct vae_bound b = {0};
        const double beta = weights[_i / 2].beta[step];
        ck_assert_double_eq((double)vae_run_beta(&t.run), beta);
        vae_trainer_step(&t, &b);
        double *x = minibatch(&t.model);
        o.beta = beta;
        const struct oracle_bound want =
            oracle_gradient(&o, ROWS, x, sv_rng_at(SEED, STREAM_EPS, step));
        const double scale = fabs(want.kl) + fabs(want.recon);
        ck_assert_double_le(fabs(b.recon - want.recon), 4e-6 * scale);
        ck_assert_double_le(fabs(b.kl - want.kl), 4e-6 * scale);
        ck_assert_double_eq_tol(vae_bound_weighted(&b, (float)beta) * (double)ROWS,
                                b.recon - beta * b.kl, 1e-9 * scale);
        for (size_t i = 0; i < oracle_tensors(&o); i++)
            k->sgd(oracle_size(&o, i), o.w[i], o.grad[i], (double)run.lr,
                   (double)ROWS / (double)COUNT);
        free(x);
    }
    ck_assert_double_le(pair_weight_distance(&o, &t.model), 2e-6);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* --- estimators --- */

/* _i / 3: shape; _i % 3: A; A with a weight of the KL; IWAE. SGD follows the oracle's steps, and
 * the reported ELBO and IWAE bound agree with the oracle's. */
START_TEST(test_estimator)
{
    enum { DRAWS = 3 };
    struct vae_run run = run_of(_i / 3, DRAWS);
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_oracle o = pair_oracle(&run.shape, run.samples);
    double c[ROWS * DRAWS];
    run.init_sd = pair_init_sd(&run.shape);
    run.estimator = _i % 3 == 2 ? VAE_ESTIMATOR_IWAE : VAE_ESTIMATOR_A;
    if (_i % 3 == 1) run.kl = (struct vae_kl){.given = true, .weight = 0.5f};
    for (size_t r = 0; r < ROWS * DRAWS; r++) c[r] = (_i % 3 == 1 ? 0.5 : 1) / (double)DRAWS;
    o.iwae = _i % 3 == 2;
    o.beta = 0;
    o.row_weight = c;
    struct vae_trainer t = pair_trainer(&run, &images);
    pair_copy_weights(&o, &t.model);
    for (size_t step = 0; step < STEPS; step++) {
        struct vae_bound b = {0};
        vae_trainer_step(&t, &b);
        double *x = minibatch(&t.model);
        const struct oracle_bound want =
            oracle_gradient(&o, ROWS, x, sv_rng_at(SEED, STREAM_EPS, step));
        const double scale = fabs(want.kl) + fabs(want.recon);
        ck_assert_double_le(fabs(b.recon - want.recon), 4e-6 * scale);
        ck_assert_double_le(fabs(b.kl - want.kl), 4e-6 * scale);
        ck_assert_double_le(fabs(b.log_mean - want.log_mean), 4e-6 * scale);
        for (size_t i = 0; i < oracle_tensors(&o); i++)
            ref64_kernels.sgd(oracle_size(&o, i), o.w[i], o.grad[i], (double)run.lr,
                              (double)ROWS / (double)COUNT);
        free(x);
    }
    ck_assert_double_le(pair_weight_distance(&o, &t.model), 1e-5);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* Two trainers that differ in their estimators alone end in the same weights. */
static void must_be_same_bits(const struct vae_run *a, enum vae_estimator other, bool zero)
{
    struct vae_run b = *a;
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_bound ignored = {0};
    b.estimator = other;
    struct vae_trainer t = pair_trainer(a, &images), u = pair_trainer(&b, &images);
    const size_t bytes = t.model.params * sizeof(float);
    if (zero) memset(t.model.w, 0, bytes), memset(u.model.w, 0, bytes);
    for (size_t step = 0; step < (zero ? 1 : STEPS); step++) {
        vae_trainer_step(&t, &ignored);
        vae_trainer_step(&u, &ignored);
    }
    ck_assert_mem_eq(t.model.w, u.model.w, bytes);
    vae_trainer_destroy(&t);
    vae_trainer_destroy(&u);
    vae_images_free(&images);
}

/* IWAE equals A with one draw, whose share is 1, and with equal importance weights: if all
 * parameters are 0, q is the prior and the decoder ignores z. */
START_TEST(test_iwae_is_a)
{
    struct vae_run run = run_of(_i % 2, _i < 2 ? 1 : 4);
    run.estimator = VAE_ESTIMATOR_IWAE;
    run.optimizer = VAE_ADAM;
    must_be_same_bits(&run, VAE_ESTIMATOR_A, _i >= 2);
}
END_TEST

/* --- row weights --- */

/* Encoder and decoder from the first layer to the last and back, in two ranges. */
static void passes(struct vae_job j, const struct vae_objective *o, float *g)
{
    static const struct vae_range ranges[] = {{0, 13}, {13, ROWS - 13}};
    const size_t samples = j.m->samples;
    for (int i = 0; i < 2; i++) {
        const struct vae_range p = ranges[i], draws = {p.first * samples, p.rows * samples};
        vae_encode(j, p);
        vae_draw(j, p, sv_rng_at(SEED, STREAM_EPS, 0));
        vae_likelihood(j, draws, o->draw_weight);
        vae_back_decoder(j, draws, true);
        vae_back_head(j, p, o);
        vae_back_encoder(j, p);
    }
    vae_gradient(j, ROWS, 0, j.m->layers, false, g);
}

/* Each gradient must agree to 1e-5 of the largest in its tensor. */
static void must_agree(const struct vae_oracle *o, const struct vae_model *m, const float *g)
{
    for (size_t t = 0; t < oracle_tensors(o); t++) {
        double most = 0;
        for (size_t i = 0; i < oracle_size(o, t); i++) most = fmax(most, fabs(o->grad[t][i]));
        if (oracle_size(o, t) && !o->pixel) ck_assert_double_gt(most, 0);
        for (size_t i = 0; i < oracle_size(o, t); i++)
            each_msg(fabs((double)g[pair_place(m, t, i)] - o->grad[t][i]) <= 1e-5 * most,
                     "tensor %zu[%zu]: %.9g, not %.9g", t, i, (double)g[pair_place(m, t, i)],
                     o->grad[t][i]);
    }
}

/* _i: shape. Three draws per example. First unequal row weights beside a weighted KL, then equal
 * ones in its place, which sample it. */
START_TEST(test_row_weights)
{
    enum { DRAWS = 3 };
    const struct vae_run run = run_of(_i, DRAWS);
    struct source s = {verify_seed()};
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_trainer t = pair_trainer(&run, &images);
    struct vae_bound ignored = {0};
    struct vae_oracle o = pair_oracle(&run.shape, DRAWS);
    float c[ROWS * DRAWS], *g = vae_memory_get(t.model.params * sizeof *g);
    double c64[ROWS * DRAWS];
    vae_trainer_step(&t, &ignored); /* leaves a minibatch in work.x */
    pair_copy_weights(&o, &t.model);
    double *x = minibatch(&t.model);
    o.row_weight = c64;
    for (int sampled = 0; sampled < 2; sampled++) {
        const struct vae_objective objective = {
            .beta = sampled ? 0 : 0.25f, .draw_weight = 1 / (float)DRAWS, .row_weight = c};
        for (size_t i = 0; i < ROWS * DRAWS; i++) {
            c[i] = sampled ? 1 / (float)DRAWS : (float)source_uniform(&s);
            c64[i] = (double)c[i];
        }
        o.beta = (double)objective.beta;
        passes((struct vae_job){&t.model, 0}, &objective, g);
        oracle_gradient(&o, ROWS, x, sv_rng_at(SEED, STREAM_EPS, 0));
        must_agree(&o, &t.model, g);
    }
    free(x);
    vae_memory_give(g);
    oracle_destroy(&o);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_estimators(void)
{
    Suite *s = suite_create("estimators");
    TCase *t = tcase_create("estimators");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "training");
    tcase_add_loop_test(t, test_kl_weight, 0, 2 * WEIGHTS);
    tcase_add_loop_test(t, test_estimator, 0, 3 * PAIR_SHAPES);
    tcase_add_loop_test(t, test_iwae_is_a, 0, 4);
    tcase_add_loop_test(t, test_row_weights, 0, PAIR_SHAPES);
    suite_add_tcase(s, t);
    return s;
}
