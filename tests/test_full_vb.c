/* Full variational Bayes over the decoder's weights: without spread it is AEVB, and where the posterior
 * is known it is found. */
#include "../vae/base/memory.h"
#include "linear_gaussian.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <string.h>

enum { ROWS = 20, COUNT = 90, SIDE = 9 };

/* Sets the log-variances of all the decoder's weights, with statistics of 0. */
static void set_logvar(struct vae_model *m, float logvar)
{
    for (size_t i = 0; i < m->params; i++) {
        m->theta.logvar[i] = logvar;
        for (size_t s = 0; s < m->stats; s++) m->theta.logvar_stat[s][i] = 0;
    }
}

/* _i / 2: shape; _i % 2: optimiser. With standard deviations held at 0 weights are points, and the KL's
 * gradient is that of the prior: AEVB's bits. */
START_TEST(test_without_spread)
{
    struct vae_run run = {.shape = pair_shapes[_i / 2],
                          .optimizer = _i % 2 ? VAE_ADAM : VAE_ADAGRAD,
                          .batch = ROWS,
                          .samples = 2,
                          .lr = 1e-3f,
                          .seed = 3,
                          .train_images = COUNT};
    run.shape.rows = run.shape.cols = SIDE;
    run.shape.latent = 7;
    run.init_sd = pair_init_sd(&run.shape);
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_trainer t = pair_trainer(&run, &images);
    run.method = VAE_FULL_VB;
    struct vae_trainer u = pair_trainer(&run, &images);
    for (int i = 0; i < 12; i++) {
        struct vae_bound a = {0}, b = {0};
        set_logvar(&u.model, -INFINITY);
        vae_trainer_step(&t, &a);
        vae_trainer_step(&u, &b);
        ck_assert(a.kl == b.kl && a.recon == b.recon);
        ck_assert_mem_eq(t.model.w, u.model.w, t.model.params * sizeof(float));
    }
    vae_trainer_destroy(&t);
    vae_trainer_destroy(&u);
    vae_images_free(&images);
}
END_TEST

/* With it, a step draws other weights than the means, and the padding of panels stays 0. */
START_TEST(test_draws)
{
    struct vae_run run = {.shape = pair_shapes[9],
                          .optimizer = VAE_ADAM,
                          .method = VAE_FULL_VB,
                          .batch = ROWS,
                          .samples = 1,
                          .lr = 1e-3f,
                          .init_sd = 0.1f,
                          .seed = 3,
                          .train_images = COUNT};
    run.shape.rows = run.shape.cols = SIDE;
    run.shape.latent = 7;
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_trainer t = pair_trainer(&run, &images);
    struct vae_model *m = &t.model;
    const size_t head = vae_head_at(&run.shape);
    float *before = vae_memory_get(m->params * sizeof *before);
    memcpy(before, m->w, m->params * sizeof *before);
    vae_theta_draw((struct vae_job){m, 0}, sv_rng_at(1, 2, 3));
    for (size_t i = 0; i < m->layers; i++)
        for (size_t row = 0; row < m->layer[i].w.rows; row++)
            for (size_t c = 0; c < vae_panels(m->layer[i].w.cols) * SV_PANEL; c++) {
                const size_t at = vae_place(&m->layer[i].w, row, c);
                if (i <= head)
                    ck_assert(m->w[at] == before[at]);
                else if (c >= m->layer[i].w.cols)
                    ck_assert(m->w[at] == 0);
                else
                    ck_assert(m->w[at] != before[at] &&
                              fabsf(m->w[at] - before[at]) < 0.01f * 6.8f);
            }
    vae_memory_give(before);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* The conjugate model: W = 0, so y = 4 (x - 1/2) = b + 4 s n, with b ~ N(0, 1). Of N images the
 * posterior of b is N(N y / (N + s'^2), s'^2 / (N + s'^2)), y their mean and s' = 4 s, and the bound is
 * the evidence. */
START_TEST(test_conjugate)
{
    enum { N = 30, STEPS = 6000 };
    const double s2 = 16 * linear_sigma * linear_sigma * 2500; /* s = 0.05 */
    struct vae_run run = vae_run_default();
    run.shape = (struct vae_shape){.rows = LINEAR_SIDE,
                                   .cols = LINEAR_SIDE,
                                   .latent = LINEAR_LATENT,
                                   .likelihood = VAE_GAUSSIAN,
                                   .variance = VARIANCE_FIXED,
                                   .variance_at = 0.05f};
    run.method = VAE_FULL_VB;
    run.optimizer = VAE_ADAM;
    run.batch = 10;
    run.train_images = N;
    run.init_sd = 1e-30f;
    struct images images = linear_images(N, verify_seed());
    struct vae_trainer t = pair_trainer(&run, &images);
    struct vae_model *m = &t.model;
    const struct vae_layer *out = &m->layer[1];
    const size_t weights = (size_t)LINEAR_LATENT * SV_PANEL * vae_panels(LINEAR_PIXELS);
    double mean[LINEAR_PIXELS] = {0}, logvar[LINEAR_PIXELS] = {0};
    for (int i = 0; i < STEPS; i++) {
        struct vae_bound ignored = {0};
        t.run.lr = i < STEPS / 2 ? 5e-3f : i < 3 * STEPS / 4 ? 5e-4f : 1e-4f;
        for (size_t w = 0; w < weights; w++) { /* W stays 0 */
            m->w[out->w.offset + w] = 0;
            m->theta.logvar[out->w.offset + w] = -200;
        }
        vae_trainer_step(&t, &ignored);
        for (size_t c = 0; i >= STEPS - 500 && c < LINEAR_PIXELS; c++) {
            mean[c] += (double)m->w[vae_place(&out->b, 0, c)] / 500;
            logvar[c] += (double)m->theta.logvar[vae_place(&out->b, 0, c)] / 500;
        }
    }
    double gap = 0; /* between evidence and bound: the KL to the exact posterior */
    for (size_t c = 0; c < LINEAR_PIXELS; c++) {
        double y = 0;
        for (size_t i = 0; i < N; i++)
            y += 4 * ((double)images.values[i * LINEAR_PIXELS + c] - 0.5) / (double)N;
        const double at = (double)N * y / ((double)N + s2), v = s2 / ((double)N + s2);
        ck_assert_double_eq_tol(mean[c], at, 0.1 * sqrt(v));
        ck_assert_double_eq_tol(logvar[c], log(v), 0.1);
        gap += 0.5 * (exp(logvar[c]) / v + pow(mean[c] - at, 2) / v - 1 + log(v) - logvar[c]);
    }
    ck_assert_double_le(gap / (double)N, 0.01);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* The KL of the weights is the sum over them. */
START_TEST(test_kl)
{
    struct vae_model m = linear_model(1);
    struct vae_error e = {""};
    double want = 0;
    linear_weights(&m, 0, 1);
    ck_assert(vae_theta_create(&m, &e));
    const struct vae_layer *out = &m.layer[1];
    const double v = 1e-4, each = 0.5 * (v - 1 - log(v));
    for (size_t c = 0; c < LINEAR_PIXELS; c++) {
        want += each;
        for (size_t j = 0; j < LINEAR_LATENT; j++)
            want += each + 0.5 * pow((double)m.w[vae_place(&out->w, j, c)], 2);
    }
    vae_theta_draw((struct vae_job){&m, 0}, sv_rng_at(1, 2, 3));
    ck_assert_double_eq_tol(vae_theta_kl(&m), want, 1e-5 * want);
    vae_destroy(&m);
}
END_TEST

Suite *suite_full_vb(void)
{
    Suite *s = suite_create("full_vb");
    TCase *t = tcase_create("full_vb");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "training derived");
    tcase_add_loop_test(t, test_without_spread, 0, 2 * PAIR_SHAPES);
    tcase_add_test(t, test_draws);
    tcase_add_test(t, test_conjugate);
    tcase_add_test(t, test_kl);
    suite_add_tcase(s, t);
    return s;
}
