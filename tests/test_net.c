/* The library's models (vae/api/vae.h): the same bytes and numbers as the program's, on given
 * minibatches, handles side by side, other locales. */
#include "cli.h"
#include "nets.h"
#include "suites.h"
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATENT = 3 };

/* --- the program's bytes --- */

static const struct {
    const char *words;
    int samples;
} runs[] = {
    {"", 500},
    {"", 250},
    {"optimizer adam lr 0.002 warmup 3 samples-per-x 2 seed 7", 500},
    {"binarize fixed", 300},
    {"binarize dynamic estimator iwae samples-per-x 5", 300},
    {"likelihood gaussian activation softplus init glorot", 300},
    {"likelihood gaussian noise mixture init-bias data decoder-hidden 9,13", 300},
    {"method wake-sleep binarize threshold", 300},
    {"method mcem leapfrog 2 m-steps 1", 900},
    {"method full-vb threads 3", 300},
    {"kl-weight 2 kl-warmup 4 lr-stages 2:1e-3 isa generic", 500},
};

/* The settings as options of the program. */
static void as_options(const char *words, char options[256])
{
    char copy[256], *rest;
    snprintf(copy, sizeof copy, "%s", words);
    *options = 0;
    for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        const size_t used = strlen(options);
        snprintf(options + used, 256 - used, "--%s %s ", name, strtok_r(NULL, " ", &rest));
    }
}

static void train_by_program(const char *out, const char *words, int samples)
{
    char options[256], line[512];
    as_options(words, options);
    snprintf(line, sizeof line,
             "train --data plain --out %s --samples %d --quiet --batch 20 --hidden 11 --latent 3 "
             "%s",
             out, samples, options);
    cli_must_work(line);
}

START_TEST(test_same_bytes)
{
    struct vae_net *net = net_new(runs[_i].words);
    const struct vae_net_rows x = net_rows(&net_plain.train);
    train_by_program("p", runs[_i].words, runs[_i].samples);
    net_must(net, vae_net_train(net, &x, (uint64_t)runs[_i].samples, NULL, NULL));
    ck_assert_uint_eq(vae_net_seen(net), (uint64_t)(runs[_i].samples / 20 * 20));
    net_must(net, vae_net_save(net, "net.safetensors"));
    ck_assert_msg(cli_same_file("net.safetensors", "p/model.safetensors"), "%s", runs[_i].words);
    vae_net_destroy(net);
}
END_TEST

static int stop_at(void *arg, const struct vae_net_progress *p)
{
    ck_assert(p->seen <= p->until && p->epoch >= 1 && isfinite(p->elbo));
    return p->seen >= *(const uint64_t *)arg;
}

/* Stopped, saved, resumed, in two calls: the program's uninterrupted run. The program's run goes on
 * too. */
START_TEST(test_goes_on)
{
    const struct vae_net_rows x = net_rows(&net_plain.train);
    uint64_t at = 260;
    struct vae_net *net = net_new("optimizer adam");
    net_must_fail(net, vae_net_train(net, &x, 1000, stop_at, &at), VAE_NET_STOPPED, "progress");
    ck_assert_uint_eq(vae_net_seen(net), at);
    net_must(net, vae_net_save(net, "stopped.safetensors"));
    vae_net_destroy(net);
    net = vae_net_create();
    net_must(net, vae_net_resume(net, "stopped.safetensors"));
    ck_assert_uint_eq(vae_net_width(net), 35);
    ck_assert_uint_eq(vae_net_latent(net), LATENT);
    ck_assert_uint_eq(vae_net_image_rows(net), 7);
    ck_assert_uint_eq(vae_net_image_columns(net), 5);
    ck_assert_uint_eq(vae_net_channels(net), 1);
    ck_assert_str_eq(vae_net_likelihood(net), "bernoulli");
    ck_assert_str_ne(vae_net_isa(net), "");
    net_must(net, vae_net_train(net, &x, 140, NULL, NULL));
    net_must(net, vae_net_train(net, &x, 100, NULL, NULL));
    net_must(net, vae_net_save(net, "whole.safetensors"));
    vae_net_destroy(net);
    train_by_program("whole", "optimizer adam", 500);
    ck_assert(cli_same_file("whole.safetensors", "whole/model.safetensors"));

    net = vae_net_create();
    net_must(net, vae_net_set(net, "lr", "0.03"));
    net_must(net, vae_net_resume(net, "whole/model.safetensors"));
    net_must(net, vae_net_train(net, &x, 200, NULL, NULL));
    net_must(net, vae_net_save(net, "further.safetensors"));
    vae_net_destroy(net);
    cli_must_say(
        "train --data plain --out whole --resume whole/model.safetensors --samples 700 --lr "
        "0.03 --quiet",
        "lr 0.03");
    ck_assert(cli_same_file("further.safetensors", "whole/model.safetensors"));
}
END_TEST

/* Other rows are a new data set, as with --resume. */
START_TEST(test_other_rows)
{
    const struct vae_net_rows x = net_rows(&net_plain.train), other = net_rows(&net_plain.test);
    struct vae_net *net = net_new("");
    net_must(net, vae_net_train(net, &x, 100, NULL, NULL));
    net_must(net, vae_net_train(net, &other, 80, NULL, NULL));
    ck_assert_uint_eq(vae_net_seen(net), 180);
    net_must(net, vae_net_save(net, "other.safetensors"));
    ck_assert(cli_header_holds("other.safetensors", "\"past_samples\":\"100\""));
    vae_net_destroy(net);
}
END_TEST

/* --- use --- */

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] / (double)n;
    return sum;
}

/* Loaded, or just trained: the program's numbers. */
START_TEST(test_use)
{
    const struct vae_net_rows test = net_rows(&net_plain.test);
    struct vae_net *net = vae_net_create();
    struct vae_net_bound b;
    double elbo[40], log_p[40];
    float mu[40 * LATENT], logvar[40 * LATENT], z[40 * LATENT], x[40 * 35], direct[40 * 35];
    net_must(net, _i ? vae_net_resume(net, "out/model.safetensors")
                     : vae_net_load(net, "out/model.safetensors"));
    net_must(net, vae_net_bound(net, &test, &b, elbo));
    net_must(net, vae_net_log_p(net, &test, 50, log_p));
    json_t *says = cli_eval("out", "--importance-samples 50 --grey");
    ck_assert_double_eq_tol(b.elbo, cli_number(says, "test_bound"), 1e-5);
    ck_assert_double_eq_tol(mean_of(elbo, 40), b.elbo, 1e-9);
    ck_assert_double_eq_tol(mean_of(log_p, 40), cli_number(says, "log_likelihood"), 1e-5);
    json_decref(says);

    net_must(net, vae_net_encode(net, &test, mu, logvar));
    net_must(net, vae_net_draw(net, &test, 5, z));
    for (size_t i = 0; i < 40 * LATENT; i++)
        ck_assert_float_le(fabsf(z[i] - mu[i]), 7 * expf(logvar[i] / 2));
    net_must(net, vae_net_decode(net, z, 40, x));
    for (size_t i = 0; i < 40 * 35; i++) ck_assert(x[i] > 0 && x[i] < 1);
    net_must(net, vae_net_sample(net, 40, 5, x));
    net_must(net, vae_net_sample(net, 1, 5, direct));
    ck_assert_mem_eq(x, direct, 35 * sizeof *x);
    vae_net_destroy(net);
}
END_TEST

/* Floats k / 255 are the same data as bytes k. */
START_TEST(test_floats)
{
    float values[40 * 35], mu[2][40 * LATENT];
    const struct vae_net_rows bytes = net_rows(&net_plain.test);
    const struct vae_net_rows floats = {.f32 = values, .n = 40, .d = 35};
    struct vae_net *net = vae_net_create();
    for (size_t i = 0; i < 40 * 35; i++) values[i] = (float)net_plain.test.pixels[i] / 255;
    net_must(net, vae_net_load(net, "out/model.safetensors"));
    net_must(net, vae_net_encode(net, &bytes, mu[0], NULL));
    net_must(net, vae_net_encode(net, &floats, mu[1], NULL));
    ck_assert_mem_eq(mu[0], mu[1], sizeof mu[0]);
    vae_net_destroy(net);
}
END_TEST

/* A model of colour: the codes of the program. README trains it so. */
START_TEST(test_colour)
{
    struct dataset d;
    struct vae_error e = {""};
    double table[20 * 2];
    float mu[20 * 2];
    const struct dataset_options rgb = {.test_only = true, .wanted = {.channels = CHANNELS_RGB}};
    cli_must_work("train --data synthetic --channels rgb --sigma 0.1 --optimizer adam --lr 0.001 "
                  "--samples 200 --hidden 5 --latent 2 --quiet --out rgb");
    cli_must_work("encode rgb/model.safetensors --data synthetic --first 20 --out codes.npy");
    FILE *f = fopen("codes.npy", "rb");
    ck_assert(f && !fseek(f, 128, SEEK_SET) && fread(table, sizeof *table, 40, f) == 40);
    fclose(f);
    ck_assert_msg(vae_dataset_open("synthetic", &rgb, &d, &e), "%s", e.line);
    const struct vae_net_rows x = {.u8 = d.test.pixels, .n = 20, .d = 3 * 784};
    struct vae_net *net = vae_net_create();
    net_must(net, vae_net_load(net, "rgb/model.safetensors"));
    net_must(net, vae_net_encode(net, &x, mu, NULL));
    for (size_t i = 0; i < 40; i++) ck_assert(mu[i] == (float)table[i]);
    vae_net_destroy(net);
    vae_dataset_free(&d);
}
END_TEST

/* --- steps on given minibatches --- */

START_TEST(test_steps)
{
    static const size_t sizes[] = {20, 20, 10, 20, 20, 10, 20};
    struct vae_net *net = net_new("optimizer adam");
    struct vae_net_bound first, b;
    struct vae_net_rows x = net_rows(&net_plain.train);
    for (size_t i = 0; i < 300; i++) {
        x.n = vae_net_next_rows(net, 50);
        if (i < 7) ck_assert_uint_eq(x.n, sizes[i]);
        net_must(net, vae_net_step(net, &x, 50, i ? &b : &first));
    }
    ck_assert_uint_eq(vae_net_seen(net), 5000);
    ck_assert_double_gt(b.elbo, first.elbo + 3);
    x.n = 7;
    net_must_fail(net, vae_net_step(net, &x, 50, NULL), VAE_NET_ARGUMENT,
                  "7 rows; the next step takes 20");
    net_must(net, vae_net_save(net, "steps.safetensors"));
    ck_assert(cli_header_holds("steps.safetensors", "\"train_images\":\"50\""));
    vae_net_destroy(net);
}
END_TEST

/* --- handles side by side, and locales --- */

static void *train_and_save(void *path)
{
    const struct vae_net_rows x = net_rows(&net_plain.train);
    struct vae_net *net = vae_net_create();
    char words[] = NET_SMALL;
    bool ok = true;
    for (char *rest, *name = strtok_r(words, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
        ok = !vae_net_set(net, name, strtok_r(NULL, " ", &rest)) && ok;
    for (int i = 0; ok && i < 5; i++)
        ok = !vae_net_train(net, &x, 100, NULL, NULL) && !vae_net_save(net, path);
    vae_net_destroy(net);
    for (int i = 0; ok && i < (slow_run() ? 3 : 20); i++) {
        net = vae_net_create();
        ok = !vae_net_load(net, path);
        vae_net_destroy(net);
    }
    return ok ? path : NULL;
}

START_TEST(test_side_by_side)
{
    static char names[4][32];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        snprintf(names[i], sizeof names[i], "side-%d.safetensors", i);
        ck_assert_int_eq(pthread_create(&thread[i], NULL, train_and_save, names[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *path;
        pthread_join(thread[i], &path);
        ck_assert_ptr_nonnull(path);
        ck_assert(cli_same_file(names[0], names[i]));
    }
}
END_TEST

/* Where a locale has a decimal comma, the file is the same, and the caller's locale stays. */
START_TEST(test_locale)
{
    if (system("localedef --no-archive -i de_DE -f UTF-8 ./de_DE.UTF-8 2>/dev/null") == 0)
        setenv("LOCPATH", ".", 1);
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        puts("skipped: net: no locale with a decimal comma here");
    const bool comma = *localeconv()->decimal_point == ',';
    char path[] = "locale.safetensors";
    ck_assert_ptr_nonnull(train_and_save(path));
    ck_assert(comma == (*localeconv()->decimal_point == ','));
    setlocale(LC_ALL, "C");
    char again[] = "c.safetensors";
    ck_assert_ptr_nonnull(train_and_save(again));
    ck_assert(cli_same_file(path, again));
}
END_TEST

Suite *suite_net(void)
{
    Suite *s = suite_create("net");
    TCase *t = tcase_create("net");
    tcase_add_checked_fixture(t, net_make_fixture, net_remove_fixture);
    tcase_set_tags(t, "program");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_same_bytes, 0, (int)(sizeof runs / sizeof *runs));
    tcase_add_test(t, test_goes_on);
    tcase_add_test(t, test_other_rows);
    tcase_add_loop_test(t, test_use, 0, 2);
    tcase_add_test(t, test_floats);
    tcase_add_test(t, test_colour);
    tcase_add_test(t, test_steps);
    tcase_add_test(t, test_side_by_side);
    tcase_add_test(t, test_locale);
    suite_add_tcase(s, t);
    return s;
}
