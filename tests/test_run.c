/* A run's health, its progress in the checkpoint, steps beyond 2^32. */
#include "../vae/base/streams.h"
#include "../vae/methods/health.h"
#include "../vae/methods/train.h"
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct vae_run small_run(enum vae_likelihood likelihood, enum vae_optimizer optimizer)
{
    return (struct vae_run){.shape = {.rows = 2,
                                      .cols = 5,
                                      .enc = {1, {7}},
                                      .dec = {1, {7}},
                                      .latent = 3,
                                      .likelihood = likelihood},
                            .optimizer = optimizer,
                            .batch = 10,
                            .samples = 1,
                            .lr = 0.01f,
                            .init_sd = 0.01f,
                            .seed = 2,
                            .train_images = 30};
}

/* --- health --- */

/* Ten pixels. The limit is ten times -10 log 2 (Bernoulli) or -10 (log 2 pi + 1/4) / 2 (Gaussian),
 * or ten times the untrained bound if that is lower. */
START_TEST(test_limit)
{
    struct vae_run r = small_run(_i ? VAE_GAUSSIAN : VAE_BERNOULLI, VAE_ADAM);
    const double zero = _i ? -104.3938533204673 : -69.31471805599453;
    ck_assert_double_eq_tol(vae_health_limit(&r), zero, 1e-9);
    r.step = 1;
    vae_health_note(&r, -20);
    ck_assert_double_eq(vae_health_limit(&r), -200);
    r.step = 2;
    vae_health_note(&r, -5);
    ck_assert_double_eq(vae_health_limit(&r), -200);
    r.health.untrained = -1;
    ck_assert_double_eq_tol(vae_health_limit(&r), zero, 1e-9);
}
END_TEST

/* A run has diverged after a thousand bad steps in a row, or an epoch of them if that is longer;
 * one good step restarts the count. */
START_TEST(test_diverged)
{
    struct vae_run r = small_run(VAE_BERNOULLI, VAE_ADAM);
    if (_i) r.train_images = 12000; /* 1200 steps */
    const uint64_t steps = _i ? 1200 : 1000;
    r.step = 5;
    for (int again = 0; again < 2; again++) {
        for (uint64_t i = 1; i <= steps; i++) {
            ck_assert(!vae_health_diverged(&r, -1000));
            vae_health_note(&r, -1000);
            ck_assert(!vae_health_good(&r));
            if (!again && i == steps - 1) break;
        }
        ck_assert(vae_health_diverged(&r, -1000) == (again == 1));
        vae_health_note(&r, -60);
        ck_assert(vae_health_good(&r) && !vae_health_diverged(&r, -60));
    }
    ck_assert(vae_health_diverged(&r, NAN) && vae_health_diverged(&r, -INFINITY));
}
END_TEST

/* --- the checkpoint --- */

struct fixture {
    struct images images;
    struct vae_trainer t;
    char path[32];
};

static void open_fixture(struct fixture *f, const struct vae_run *run)
{
    struct sv_choice k;
    struct vae_error e = {""};
    ck_assert_int_eq(sv_choice_default(NULL, &k), SV_OK);
    ck_assert(vae_images_make(&f->images, run->train_images, 2, 5, CHANNELS_GRAY));
    for (size_t i = 0; i < run->train_images * 10; i++)
        f->images.pixels[i] = (uint8_t)(i * i % 251);
    ck_assert(vae_trainer_create(&f->t, &k, run, &f->images, NULL, &e));
    strcpy(f->path, "/tmp/vae-run-XXXXXX");
    close(mkstemp(f->path));
}

static void close_fixture(struct fixture *f)
{
    vae_trainer_destroy(&f->t);
    vae_images_free(&f->images);
    unlink(f->path);
}

static void save(const struct fixture *f)
{
    struct vae_error e = {""};
    ck_assert_msg(vae_checkpoint_save(f->path, &f->t.model, &f->t.run, &e), "%s", e.line);
}

static void load(struct fixture *f)
{
    struct st_file file;
    struct vae_error e = {""};
    ck_assert_msg(vae_checkpoint_open(&file, f->path, &f->t.run, &e), "%s", e.line);
    ck_assert_msg(vae_checkpoint_load(&file, &f->t.model, true, &e), "%s", e.line);
    vae_st_close(&file);
}

/* Progress is restored to the bit. */
START_TEST(test_progress_is_kept)
{
    struct fixture f;
    struct vae_run run = small_run(VAE_BERNOULLI, VAE_ADAM);
    run.step = 17;
    run.seen = (struct vae_bound){.kl = 0.1, .recon = -1e300 / 3, .count = 20};
    run.health.untrained = -543.4321;
    open_fixture(&f, &run);
    save(&f);
    f.t.run = (struct vae_run){0};
    load(&f);
    ck_assert_uint_eq(f.t.run.step, run.step);
    ck_assert_uint_eq(f.t.run.seen.count, run.seen.count);
    ck_assert(f.t.run.seen.kl == run.seen.kl && f.t.run.seen.recon == run.seen.recon);
    ck_assert(f.t.run.health.untrained == run.health.untrained);
    close_fixture(&f);
}
END_TEST

static const struct {
    enum vae_optimizer optimizer;
    int arena; /* 0: weights; 1, 2: statistics */
    float value;
    const char *says;
} unsound[] = {
    {VAE_SGD, 0, NAN, "NaN or infinity"},
    {VAE_ADAGRAD, 0, INFINITY, "NaN or infinity"},
    {VAE_ADAGRAD, 1, INFINITY, "NaN or infinity"},
    {VAE_ADAGRAD, 1, -1, "negative"},
    {VAE_ADAM, 1, -INFINITY, "NaN or infinity"},
    {VAE_ADAM, 2, NAN, "NaN or infinity"},
    {VAE_ADAM, 2, -1e-20f, "negative"},
};
enum { UNSOUND = sizeof unsound / sizeof *unsound };

/* Saving refuses what loading refuses, by the same check, and leaves the file as it was. */
START_TEST(test_unsound)
{
    struct fixture f;
    struct vae_run run = small_run(VAE_GAUSSIAN, unsound[_i].optimizer);
    struct vae_error e = {""};
    unsigned char *before, *after;
    open_fixture(&f, &run);
    save(&f);
    const size_t n = cli_read(f.path, &before);
    struct vae_model *m = &f.t.model;
    float *arena = unsound[_i].arena ? m->stat[unsound[_i].arena - 1] : m->w;
    arena[vae_place(&m->layer[vae_out_at(&m->shape)].w, 6, 19)] = unsound[_i].value;
    ck_assert(!vae_checkpoint_save(f.path, m, &f.t.run, &e));
    ck_assert_msg(strstr(e.line, unsound[_i].says) && strstr(e.line, "decoder.logvar.weight"), "%s",
                  e.line);
    ck_assert_uint_eq(cli_read(f.path, &after), n);
    ck_assert(!memcmp(before, after, n));
    free(before);
    free(after);
    close_fixture(&f);
}
END_TEST

/* --- steps beyond 2^32 --- */

START_TEST(test_streams_of_late_steps)
{
    const uint64_t late = (UINT64_C(1) << 32) + 7;
    const struct sv_rng early = sv_rng_at(5, STREAM_EPS, 7), at = sv_rng_at(5, STREAM_EPS, late);
    const uint32_t before[4] = {0, 0, 7, STREAM_EPS};
    ck_assert(!memcmp(early.ctr, before, sizeof before));
    ck_assert(memcmp(early.ctr, at.ctr, sizeof before) != 0);
    for (uint32_t stream = 0; stream < STREAM_COUNT; stream++) {
        const struct sv_rng other = sv_rng_at(5, stream, 7),
                            most = sv_rng_at(5, stream, RUN_MOST_STEPS);
        ck_assert(memcmp(other.ctr, at.ctr, sizeof before) != 0);
        ck_assert_uint_eq(most.ctr[3], stream | 1u << 28);
    }
}
END_TEST

/* A run that is saved and resumed across step 2^32 ends as an uninterrupted one does. */
START_TEST(test_late_steps)
{
    struct fixture whole, cut;
    struct vae_run run = small_run(VAE_BERNOULLI, VAE_ADAM);
    struct vae_bound b = {0};
    unsigned char *x, *y;
    run.binarize = BINARIZE_DYNAMIC;
    run.step = (UINT64_C(1) << 32) - 2;
    open_fixture(&whole, &run);
    open_fixture(&cut, &run);
    for (int i = 0; i < 8; i++) {
        vae_trainer_step(&whole.t, &b);
        if (i == 4) save(&cut), load(&cut);
        vae_trainer_step(&cut.t, &b);
    }
    save(&whole);
    save(&cut);
    const size_t n = cli_read(whole.path, &x), m = cli_read(cut.path, &y);
    ck_assert(n == m && !memcmp(x, y, n));
    free(x);
    free(y);
    close_fixture(&whole);
    close_fixture(&cut);
}
END_TEST

Suite *suite_run(void)
{
    Suite *s = suite_create("run");
    TCase *t = tcase_create("run");
    tcase_add_loop_test(t, test_limit, 0, 2);
    tcase_add_loop_test(t, test_diverged, 0, 2);
    tcase_add_test(t, test_progress_is_kept);
    tcase_add_loop_test(t, test_unsound, 0, UNSOUND);
    tcase_add_test(t, test_streams_of_late_steps);
    tcase_add_test(t, test_late_steps);
    suite_add_tcase(s, t);
    return s;
}
