/* Statistics of latent dimensions against sums over the encodings in double. */
#include "../vae/methods/latent.h"
#include "oracle_pair.h"
#include "picks.h"
#include "suites.h"
#include <math.h>

enum { COUNT = 150, SIDE = 9, LATENT = 5, SEED = 7 };

/* Makes two dimensions inactive: mu times 0.003 has a variance below 0.01. */
static struct vae_trainer half_dead(const struct images *images)
{
    struct vae_run run = {.shape = pair_shapes[0],
                          .optimizer = VAE_ADAM,
                          .batch = 50,
                          .samples = 1,
                          .lr = 3e-3f,
                          .init_sd = 0.5f,
                          .seed = SEED,
                          .train_images = COUNT};
    run.shape.rows = run.shape.cols = SIDE;
    run.shape.latent = LATENT;
    struct vae_trainer t = pair_trainer(&run, images);
    const struct vae_tensor *w = &t.model.layer[vae_head_at(&run.shape)].w;
    for (size_t i = 0; i < w->rows; i++)
        for (size_t j = 0; j < 2; j++) t.model.w[vae_place(w, i, j)] *= 0.003f;
    return t;
}

/* KL and Var_x mu_j are those over all examples, whatever the minibatches. */
START_TEST(test_latent)
{
    struct images images = random_images(COUNT, SIDE, SIDE);
    struct vae_trainer t = half_dead(&images);
    const struct vae_evaluation all = {&images, BINARIZE_NONE, VAE_ESTIMATOR_B, NOISE_TEST, SEED};
    struct vae_latent l;
    struct vae_error e = {""};
    struct vae_model *m = &t.model;
    double sum[LATENT] = {0}, squares[LATENT] = {0}, kl[LATENT] = {0};
    ck_assert(vae_latent_create(&l, LATENT, m->max_rows, &e));
    for (size_t i = 0, rows = 12; i < COUNT; i += rows, rows = 23) {
        const struct vae_source from = vae_evaluation_source(&all, i);
        vae_gather(m, &from, 0, rows);
        vae_encode((struct vae_job){m, 0}, (struct vae_range){0, rows});
        vae_latent_add(&l, m, rows);
        for (size_t r = 0; r < rows * LATENT; r++) {
            const size_t j = r % LATENT;
            const float *head = m->work.head + r / LATENT * m->ld.head;
            const double mu = (double)head[j], v = (double)head[LATENT + j];
            sum[j] += mu;
            squares[j] += mu * mu;
            kl[j] += 0.5 * (mu * mu + exp(v) - 1 - v);
        }
    }
    ck_assert_uint_eq(l.count, COUNT);
    for (size_t j = 0; j < LATENT; j++) {
        const double variance = squares[j] / (double)COUNT - pow(sum[j] / (double)COUNT, 2);
        ck_assert_double_eq_tol(vae_latent_mean_variance(&l, j), variance, 1e-10 * squares[j]);
        ck_assert_double_eq_tol(vae_latent_kl(&l, j), kl[j] / (double)COUNT,
                                1e-6 * (1 + kl[j] / (double)COUNT));
    }
    ck_assert_uint_eq(vae_latent_active(&l), LATENT - 2);
    vae_latent_destroy(&l);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_latent(void)
{
    Suite *s = suite_create("latent");
    TCase *t = tcase_create("latent");
    tcase_set_tags(t, "training");
    tcase_add_test(t, test_latent);
    suite_add_tcase(s, t);
    return s;
}
