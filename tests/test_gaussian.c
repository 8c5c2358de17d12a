/* A Gaussian decoder as a user meets it: constant pixels, the variance in the checkpoint, and the
 * other commands. */
#include "../vae/data/dataset.h"
#include "../vae/methods/train.h"
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "suites.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- pixels that never change --- */

enum { SIDE = 8, IMAGES = 200 };

/* Noise within a border of zeros, as MNIST has one. */
static void write_border(const char *path)
{
    static unsigned char file[16 + IMAGES * SIDE * SIDE] = {0, 0, 8, 3,    0, 0, 0, IMAGES,
                                                            0, 0, 0, SIDE, 0, 0, 0, SIDE};
    uint32_t noise = 1;
    for (size_t i = 0; i < IMAGES * SIDE * SIDE; i++) {
        const size_t y = i / SIDE % SIDE, x = i % SIDE;
        noise = noise * 1664525 + 1013904223;
        if (y % (SIDE - 1) && x % (SIDE - 1)) file[16 + i] = (unsigned char)(noise >> 24);
    }
    cli_write(path, file, sizeof file);
}

/* The test bounds of a log. */
static size_t read_bounds(const char *path, double *bounds, size_t most)
{
    char line[1024];
    size_t n = 0;
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    for (; n < most && fgets(line, sizeof line, f); n++) {
        json_t *o = json_loads(line, 0, NULL);
        ck_assert_msg(json_is_real(json_object_get(o, "test_bound")), "no bound: %s", line);
        bounds[n] = json_real_value(json_object_get(o, "test_bound"));
        json_decref(o);
    }
    fclose(f);
    return n;
}

/* With each optimiser's defaults, the test bound never falls by more than 5 % from its best, and
 * stays below that of a perfect fit with the least variance at all pixels. Without a limit there is
 * no such bound, and Adam's best is three times that. */
START_TEST(test_constant_pixels)
{
    static const char *const optimizers[] = {"adagrad", "adam", "sgd"};
    enum { MOST = 200 };
    const double reach = SIDE * SIDE / 2.0 * (-(double)VAE_DEFAULT_MIN_LOGVAR - log(2 * acos(-1)));
    double bounds[MOST], best = -INFINITY;
    char command[256];
    write_border("border.idx");
    snprintf(command, sizeof command,
             "train --data border.idx --out border --likelihood gaussian --hidden 100 --latent 5 "
             "--samples 50000 --points 20 --quiet --optimizer %s",
             optimizers[_i]);
    cli_must_work(command);
    const size_t n = read_bounds("border/log.jsonl", bounds, MOST);
    ck_assert_uint_gt(n, 30);
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(bounds[i] >= best - 0.05 * fabs(best), "%s: %g after %g", optimizers[_i],
                      bounds[i], best);
        best = fmax(best, bounds[i]);
    }
    ck_assert_double_le(best, reach);
    ck_assert_double_gt(best, bounds[0]);
}
END_TEST

/* --- the checkpoint --- */

/* What options store in the checkpoint: the step size by optimiser and likelihood; the variance. */
static const struct kept {
    const char *options, *lr, *holds, *lacks;
} kept[] = {
    {"", "0.01", "decoder.logits.weight", "min_logvar"},
    {"--optimizer adam", "0.001", "decoder.logits.weight", "sigma"},
    {"--optimizer sgd", "0.0001", "decoder.logits.weight", "min_logvar"},
    {"--likelihood gaussian", "0.003", "\"min_logvar\":\"-9\"", "sigma"},
    {"--likelihood gaussian --optimizer adam", "0.0005", "decoder.logvar.weight", "sigma"},
    {"--likelihood gaussian --optimizer sgd", "1e-06", "\"min_logvar\":\"-9\"", "sigma"},
    {"--likelihood gaussian --lr 0.25", "0.25", "\"min_logvar\":\"-9\"", "sigma"},
    {"--likelihood gaussian --min-logvar -2.5", "0.003", "\"min_logvar\":\"-2.5\"", "sigma"},
    {"--likelihood gaussian --sigma 0.5", "0.003", "\"sigma\":\"0.5\"", "decoder.logvar"},
    {"--min-logvar 1 --likelihood gaussian", "0.003", "decoder.logvar.weight", "sigma"},
};
enum { KEPT = sizeof kept / sizeof *kept };

START_TEST(test_checkpoint_holds_the_variance)
{
    const struct kept *k = &kept[_i];
    char command[256], lr[32], piece[40];
    snprintf(
        command, sizeof command,
        "train --data one.idx --out k --samples 10 --batch 10 --hidden 5 --latent 2 --quiet %s",
        k->options);
    cli_must_work(command);
    snprintf(lr, sizeof lr, "%.9g", (double)strtof(k->lr, NULL));
    snprintf(piece, sizeof piece, "\"lr\":\"%s\"", lr);
    ck_assert_msg(cli_header_holds("k/model.safetensors", piece), "%s: no %s", k->options, piece);
    ck_assert_msg(cli_header_holds("k/model.safetensors", k->holds), "%s: no %s", k->options,
                  k->holds);
    ck_assert_msg(!cli_header_holds("k/model.safetensors", k->lacks), "%s: %s", k->options,
                  k->lacks);
}
END_TEST

static const char *const variances[] = {"--min-logvar -1.5", "--sigma 0.3"};

/* A run in two parts ends in the same bits as one in one part, and all other commands read it. */
START_TEST(test_resumed_and_read)
{
    static const char model[] = "--data one.idx --likelihood gaussian --batch 9 --hidden 11 "
                                "--latent 2 --optimizer adam --samples-per-x 2 --lr 0.05 --quiet";
    char command[256];
    snprintf(command, sizeof command, "train %s %s --samples 900 --out whole", model,
             variances[_i]);
    cli_must_work(command);
    snprintf(command, sizeof command, "train %s %s --samples 400 --out part", model, variances[_i]);
    cli_must_work(command);
    cli_must_work("train --data one.idx --out part --resume part/model.safetensors --samples 900 "
                  "--quiet");
    ck_assert(cli_same_file("whole/model.safetensors", "part/model.safetensors"));
    cli_must_work("eval whole/model.safetensors --data one.idx");
    cli_must_work("sample whole/model.safetensors --out whole.png");
    cli_must_work("reconstruct whole/model.safetensors --data one.idx --out whole.png");
    cli_must_work("manifold whole/model.safetensors --out whole.png");
}
END_TEST

/* Checkpoints that predate the limit go on without one, to the bits of a run that never had one. */
START_TEST(test_older_checkpoint_has_no_limit)
{
    struct dataset data;
    struct vae_trainer t;
    struct vae_error e = {""};
    struct vae_bound b = {0};
    struct sv_choice k;
    struct vae_run run = {.shape = {.rows = SIDE,
                                    .cols = SIDE,
                                    .enc = {1, {20}},
                                    .dec = {1, {20}},
                                    .latent = 2,
                                    .likelihood = VAE_GAUSSIAN},
                          .optimizer = VAE_ADAM,
                          .batch = 20,
                          .samples = 1,
                          .lr = 0.01f,
                          .init_sd = 0.01f,
                          .seed = 1};
    char command[128];
    write_border("border.idx");
    ck_assert(vae_dataset_open("border.idx", &(struct dataset_options){0}, &data, &e) &&
              sv_choice_default(NULL, &k) == SV_OK);
    run.train_images = data.train.count;
    ck_assert(vae_trainer_create(&t, &k, &run, &data.train, NULL, &e));
    while (t.run.step < 90) vae_trainer_step(&t, &b);
    ck_assert_msg(vae_checkpoint_save("older.safetensors", &t.model, &t.run, &e), "%s", e.line);
    while (t.run.step < 180) vae_trainer_step(&t, &b);
    ck_assert_float_lt(t.model.work.out[SIDE * SIDE], VAE_DEFAULT_MIN_LOGVAR); /* a corner's */
    ck_assert(vae_checkpoint_save("free.safetensors", &t.model, &t.run, &e));
    ck_assert(!cli_header_holds("older.safetensors", "min_logvar"));
    snprintf(
        command, sizeof command,
        "train --data border.idx --out older --resume older.safetensors --quiet --samples %llu",
        (unsigned long long)vae_run_points(&t.run));
    cli_must_work(command);
    ck_assert(cli_same_file("older/model.safetensors", "free.safetensors"));
    vae_trainer_destroy(&t);
    vae_dataset_free(&data);
}
END_TEST

/* Metadata that train cannot have written. `from` and `to` are equally long: so is the header. */
static const struct {
    const char *options, *from, *to, *says;
} damage[] = {
    {"--likelihood gaussian", "\"min_logvar\":\"-9\"", "\"min_logvar\":\"x9\"", "no number"},
    {"--likelihood gaussian --min-logvar -11", "\"-11\"", "\"-41\"", "out of range"},
    {"--likelihood gaussian --min-logvar -11", "\"-11\"", "\"nan\"", "no number"},
    {"--likelihood gaussian --sigma 0.5", "\"sigma\":\"0.5\"", "\"sigma\":\"0.0\"", "out of range"},
    {"--likelihood gaussian --init-sd 0.5 --seed 1", "\"init_sd\":", "\"sigma\"  :", "not of this"},
    {"--init-sd 0.5", "\"init_sd\":", "\"sigma\"  :", "not of this model"},
};
enum { DAMAGE = sizeof damage / sizeof *damage };

START_TEST(test_damaged_variance)
{
    unsigned char *bytes;
    char command[256];
    snprintf(
        command, sizeof command,
        "train --data one.idx --out d --samples 10 --batch 10 --hidden 5 --latent 2 --quiet %s",
        damage[_i].options);
    cli_must_work(command);
    const size_t n = cli_read("d/model.safetensors", &bytes), length = strlen(damage[_i].from);
    unsigned char *at = memmem(bytes, n, damage[_i].from, length);
    ck_assert_ptr_nonnull(at);
    ck_assert_uint_eq(strlen(damage[_i].to), length);
    memcpy(at, damage[_i].to, length);
    cli_write("damaged.safetensors", bytes, n);
    cli_must_fail("eval damaged.safetensors --data one.idx", 1, damage[_i].says);
    free(bytes);
}
END_TEST

Suite *suite_gaussian(void)
{
    Suite *s = suite_create("gaussian");
    TCase *t = tcase_create("gaussian");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_constant_pixels, 0, 3);
    tcase_add_loop_test(t, test_checkpoint_holds_the_variance, 0, KEPT);
    tcase_add_loop_test(t, test_resumed_and_read, 0, 2);
    tcase_add_test(t, test_older_checkpoint_has_no_limit);
    tcase_add_loop_test(t, test_damaged_variance, 0, DAMAGE);
    suite_add_tcase(s, t);
    return s;
}
