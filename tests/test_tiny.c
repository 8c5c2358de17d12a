/* Values that approach the denormals become 0 (vae/base/tiny.h). */
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>

/* Values that shrink without end become 0 before their products are denormal: gradients of the head
 * at once, weights at step 256. */
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
    struct vae_trainer t = pair_trainer(&run, &images);
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

/* So do gradients on their way back through several hidden layers. Those of the layer after `zero`
 * are above the limit of 2^-50; those that it passes to `zero` are below and become 0. */
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
    struct vae_trainer t = pair_trainer(&run, &images);
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

Suite *suite_tiny(void)
{
    Suite *s = suite_create("tiny");
    TCase *t = tcase_create("tiny");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "training");
    tcase_add_loop_test(t, test_tiny, 0, 2);
    tcase_add_loop_test(t, test_tiny_in_depth, 0, sizeof deep / sizeof *deep);
    suite_add_tcase(s, t);
    return s;
}
