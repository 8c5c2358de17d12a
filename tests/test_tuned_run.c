/* Results do not depend on the choice of kernels: in the library, or by a tuning cache. */
#include "../reference/verify/verify.h"
#include "../vae/base/replace_file.h"
#include "../vae/cli/chosen.h"
#include "../vae/methods/train.h"
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "picks.h"
#include "suites.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the library --- */

enum { IMAGES = 150, SIDE = 9 };

static void train(const struct sv_choice *k, const struct vae_run *run, const char *path)
{
    static uint8_t pixels[IMAGES * SIDE * SIDE];
    const struct images images = {.count = IMAGES, .rows = SIDE, .cols = SIDE, .pixels = pixels};
    struct source source = {1};
    struct vae_trainer t;
    struct vae_error e = {""};
    struct vae_bound b = {0};
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)source_next(&source);
    ck_assert(vae_trainer_create(&t, k, run, &images, NULL, &e));
    while (t.run.step < (slow_run() ? 3 : 20)) vae_trainer_step(&t, &b);
    ck_assert_msg(vae_checkpoint_save(path, &t.model, &t.run, &e), "%s", e.line);
    vae_trainer_destroy(&t);
}

/* Each kernel and class gets a random candidate. Caches are so small that all classes of arrays
 * occur, and sizes so large that two classes of products do. */
START_TEST(test_mixed_candidates_give_the_same_bits)
{
    const struct vae_run run = {.shape = {.rows = SIDE,
                                          .cols = SIDE,
                                          .enc = {1, {70}},
                                          .dec = {1, {70}},
                                          .latent = 5,
                                          .likelihood = _i % 2 ? VAE_GAUSSIAN : VAE_BERNOULLI},
                                .optimizer = (enum vae_optimizer)(_i % 3),
                                .binarize = _i % 2 ? BINARIZE_DYNAMIC : BINARIZE_NONE,
                                .batch = 67,
                                .samples = _i % 2 ? 2 : 1,
                                .lr = 1e-3f,
                                .init_sd = 0.01f,
                                .seed = 5,
                                .train_images = IMAGES};
    char plain[] = "/tmp/vae-plain-XXXXXX", mixed[] = "/tmp/vae-mixed-XXXXXX";
    struct candidates c;
    struct sv_choice k;
    close(mkstemp(plain));
    close(mkstemp(mixed));
    vae_candidates_of_build(&c);
    ck_assert_int_eq(sv_choice_default("generic", &k), SV_OK);
    k.l1 = 4096;
    k.l2 = 65536;
    train(&k, &run, plain);
    for (uint64_t seed = 0; seed < 3; seed++) {
        const struct pick p = random_pick(&c, verify_seed() + seed, false);
        vae_pick_apply(&p, &c, &k);
        train(&k, &run, mixed);
        ck_assert_msg(cli_same_file(plain, mixed), "seed %d: other bits", (int)seed);
    }
    unlink(plain);
    unlink(mixed);
}
END_TEST

/* --- the program --- */

#define RUN "train --data plain --epochs 3 --batch 20 --hidden 11 --latent 3 --quiet --out "

/* Writes a tuning cache where the program looks for it. */
static void install(char path[PROFILE_PATH], const struct pick *p)
{
    char dir[PROFILE_PATH];
    struct candidates c;
    struct machine m;
    struct vae_error e = {""};
    unsetenv("SV_ISA"); /* which would take precedence */
    vae_machine_this(&m);
    vae_candidates_of_build(&c);
    ck_assert(vae_chosen_profile_folder(dir, &e) && vae_profile_path(&m, dir, path, &e));
    ck_assert(vae_make_directory(dir, &e));
    ck_assert_msg(vae_profile_write(path, &m, &c, p, &e), "%s", e.line);
}

/* The first line of the log must have this "isa". */
static void must_log(const char *path, const char *isa)
{
    char line[1024] = "";
    FILE *f = fopen(path, "r");
    ck_assert(f && fgets(line, sizeof line, f));
    fclose(f);
    json_t *o = json_loads(line, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(o, "isa")), isa);
    json_decref(o);
}

START_TEST(test_profile_is_used)
{
    char path[PROFILE_PATH];
    struct candidates c;
    vae_candidates_of_build(&c);
    const struct pick p = random_pick(&c, verify_seed() + 7, false);
    install(path, &p);
    cli_must_work(RUN "t");
    must_log("t/log.jsonl", "tuned");
    ck_assert(cli_same_file("out/model.safetensors", "t/model.safetensors"));
    cli_must_work(RUN "u --isa generic");
    must_log("u/log.jsonl", "generic");
    ck_assert(cli_same_file("out/model.safetensors", "u/model.safetensors"));
    cli_must_work("eval t/model.safetensors --data plain");
    unlink(path);
}
END_TEST

/* A damaged tuning cache gives one line on standard error; then the default ranking is used. */
START_TEST(test_damaged_profile_is_ignored)
{
    char path[PROFILE_PATH];
    struct candidates c;
    vae_candidates_of_build(&c);
    const struct pick p = random_pick(&c, verify_seed() + 8, false);
    install(path, &p);
    cli_truncate_copy(path, path, 1, 3);
    const struct outcome o = cli_run("%s", RUN "d");
    const char *end = strchr(o.err, '\n');
    ck_assert_int_eq(o.status, 0);
    ck_assert_msg(end && !end[1] && strstr(o.err, "damaged") && strstr(o.err, "ignored"), "%s",
                  o.err);
    ck_assert(cli_same_file("out/model.safetensors", "d/model.safetensors"));
    unlink(path);
}
END_TEST

static void must_have(const json_t *row, const char *key)
{
    ck_assert_msg(json_object_get(row, key) != NULL, "no %s in a row", key);
}

/* There is a row per class and candidate; one per class serves; verified ones have rates. */
START_TEST(test_kernels_json)
{
    static const char *const keys[] = {"kernel",  "shape",  "class",      "isa",
                                       "variant", "gflops", "peak_share", "serves",
                                       "status",  "gbs",    "peak",       "verified"};
    const struct outcome o = cli_run("kernels --kernel relu --json --isa generic");
    ck_assert_int_eq(o.status, 0);
    json_t *rows = json_loads(o.out, 0, NULL), *row;
    size_t i, candidates = 0, serving = 0;
    while (sv_candidate(candidates)) candidates++;
    ck_assert(json_is_array(rows));
    json_array_foreach(rows, i, row)
    {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) must_have(row, keys[k]);
        ck_assert_str_eq(json_string_value(json_object_get(row, "kernel")), "relu");
        const char *isa = json_string_value(json_object_get(row, "isa"));
        const bool verified = json_is_true(json_object_get(row, "verified"));
        struct sv_kernels k;
        ck_assert_int_eq(verified, sv_dispatch(isa, &k) == SV_OK);
        ck_assert(!verified || json_real_value(json_object_get(row, "gbs")) > 0);
        ck_assert(verified || json_is_null(json_object_get(row, "gbs")));
        ck_assert(json_is_null(json_object_get(row, "peak_share"))); /* relu has no FMA */
        if (!json_is_true(json_object_get(row, "serves"))) continue;
        ck_assert_str_eq(isa, "generic");
        serving++;
    }
    ck_assert_uint_ge(i, SV_CLASSES);
    ck_assert_uint_le(i, SV_CLASSES * candidates);
    ck_assert_uint_eq(serving, SV_CLASSES);
    json_decref(rows);
}
END_TEST

/* `vae tune` as a whole: it writes a tuning cache that the program then uses. */
START_TEST(test_tune)
{
    if (quick_run()) return;
    unsetenv("SV_ISA");
    cli_must_work("tune");
    cli_must_work(RUN "v");
    must_log("v/log.jsonl", "tuned");
    ck_assert(cli_same_file("out/model.safetensors", "v/model.safetensors"));
}
END_TEST

Suite *suite_tuned_run(void)
{
    Suite *s = suite_create("tuned_run");
    TCase *t = tcase_create("tuned_run");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_mixed_candidates_give_the_same_bits, 0, 6);
    tcase_add_test(t, test_profile_is_used);
    tcase_add_test(t, test_damaged_profile_is_ignored);
    tcase_add_test(t, test_kernels_json);
    tcase_add_test(t, test_tune);
    suite_add_tcase(s, t);
    return s;
}
