/* Which images become the validation images, and that training does not use them. */
#include "../vae/data/dataset.h"
#include "../vae/methods/train.h"
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "held_out.h"
#include "picks.h"
#include "suites.h"
#include <jansson.h>
#include <stdlib.h>

static void must_be_parts(const struct dataset *d, const struct images *all, size_t held)
{
    const size_t bytes = vae_images_bytes(all), left = all->count - held;
    ck_assert(d->train.count == left && d->validation.count == held);
    ck_assert_mem_eq(vae_images_at(&d->train, 0), vae_images_at(all, 0), left * bytes);
    ck_assert_mem_eq(vae_images_at(&d->validation, 0), vae_images_at(all, left), held * bytes);
}

/* The last n images in their order, as bytes and as floats. */
START_TEST(test_held_out)
{
    struct images bytes = random_images(9, 4, 3), all = random_images(9, 4, 3);
    float values[9 * 12], same[9 * 12];
    for (size_t i = 0; i < 9 * 12; i++) same[i] = values[i] = (float)i;
    for (size_t n = 1; n < 9; n++) {
        struct dataset d = {.train = bytes},
                       f = {.train = {.count = 9, .rows = 4, .cols = 3, .values = values}};
        const struct images floats = {.count = 9, .rows = 4, .cols = 3, .values = same};
        vae_dataset_hold_out(&d, n);
        must_be_parts(&d, &all, n);
        vae_dataset_hold_out(&f, n);
        must_be_parts(&f, &floats, n);
    }
    vae_images_free(&bytes);
    vae_images_free(&all);
}
END_TEST

/* Weights and training bound equal those of a run without the validation images. The logged
 * validation bound is that of the last model on the last thirty images, with noise of its own. */
START_TEST(test_not_trained_on)
{
    struct dataset d;
    struct vae_run run;
    struct vae_model m;
    struct st_file f;
    struct vae_error e = {""};
    struct vae_bound b, test;
    struct sv_choice k;
    sv_choice_default(NULL, &k);
    ck_assert_int_eq(
        system("mkdir fewer && cp plain/t10k* fewer && "
               "(printf '\\0\\0\\10\\3\\0\\0\\0\\106\\0\\0\\0\\7\\0\\0\\0\\5'; tail -c +17 "
               "plain/train* | head -c 2450) >fewer/train-images-idx3-ubyte"),
        0);
    cli_must_work(TRAIN "--out v --epochs 3 --init-bias data");
    cli_must_work("train --data fewer --out fewer --epochs 3 " HELD_OUT
                  "--validation 0 --init-bias data");
    ck_assert(vae_checkpoint_open(&f, "fewer/model.safetensors", &run, &e));
    ck_assert(vae_create(&m, &k, &run.shape, run.optimizer, 20, 1, NULL, &e));
    ck_assert(vae_checkpoint_load(&f, &m, true, &e));
    vae_st_close(&f);
    ck_assert(vae_dataset_open("plain", &(struct dataset_options){.transpose = false}, &d, &e));
    vae_dataset_hold_out(&d, 30);
    ck_assert(vae_evaluate(&m, &d.validation, &run, NOISE_VALIDATION, 1, NULL, &b));
    ck_assert(vae_evaluate(&m, &d.validation, &run, NOISE_TEST, 1, NULL, &test));
    ck_assert(b.kl == test.kl && b.recon != test.recon);
    json_t *got = cli_log_line("v/log.jsonl", 2), *want = cli_log_line("fewer/log.jsonl", 2);
    ck_assert_double_eq_tol(json_number_value(json_object_get(got, "validation_bound")),
                            vae_bound_elbo(&b), 1e-6);
    static const char *const same[] = {"train_bound", "test_bound", "samples", "data"};
    for (size_t i = 0; i < 4; i++)
        ck_assert(json_equal(json_object_get(got, same[i]), json_object_get(want, same[i])));
    ck_assert_ptr_null(json_object_get(want, "validation_bound"));
    json_decref(got), json_decref(want);
    vae_destroy(&m);
    vae_dataset_free(&d);
}
END_TEST

/* vae eval uses the run's split. */
START_TEST(test_eval_splits)
{
    static const struct {
        const char *split, *key;
        double images;
    } splits[] = {{"validation", "validation_bound", 30}, {"train", "train_bound", TRAINED}};
    cli_must_work(TRAIN "--out v --epochs 2");
    json_t *logged = cli_log_line("v/log.jsonl", 1);
    for (size_t i = 0; i < 2; i++) {
        const struct outcome o =
            cli_run("eval v/model.safetensors --data plain --json --split %s", splits[i].split);
        json_t *j = json_loads(o.out, 0, NULL);
        const double bound = json_number_value(json_object_get(j, splits[i].key));
        const double want = json_number_value(json_object_get(logged, splits[i].key));
        ck_assert_double_eq(json_number_value(json_object_get(j, "images")), splits[i].images);
        if (i == 0) ck_assert_double_eq_tol(bound, want, 1e-6);
        ck_assert_double_lt(bound, 0);
        json_decref(j);
    }
    json_decref(logged);
}
END_TEST

/* --train-images: the first ones are all there are, also for a run that goes on, and for vae eval. */
START_TEST(test_train_images)
{
    static const char *const same[] = {"train_bound", "test_bound", "samples", "data"};
    cli_must_work(TRAIN "--out w --epochs 3 --train-images 25");
    cli_must_work(TRAIN "--out v --epochs 2 --train-images 25");
    cli_must_work("train --data plain --out v --resume v/model.safetensors --epochs 3 --quiet");
    ck_assert(cli_same_file("v/model.safetensors", "w/model.safetensors"));
    ck_assert_int_eq(
        system("mkdir few && cp plain/t10k* few && "
               "(printf '\\0\\0\\10\\3\\0\\0\\0\\31\\0\\0\\0\\7\\0\\0\\0\\5'; tail -c +17 "
               "plain/train* | head -c 875) >few/train-images-idx3-ubyte"),
        0);
    cli_must_work("train --data few --out u --epochs 3 " HELD_OUT "--validation 0");
    json_t *got = cli_log_line("w/log.jsonl", 2), *want = cli_log_line("u/log.jsonl", 2);
    for (size_t i = 0; i < 4; i++)
        ck_assert(json_equal(json_object_get(got, same[i]), json_object_get(want, same[i])));
    json_decref(got), json_decref(want);
    const struct outcome o = cli_run("eval w/model.safetensors --data plain --json --split train");
    json_t *j = json_loads(o.out, 0, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(j, "images")), 25);
    json_decref(j);
    const struct outcome many = cli_run(TRAIN "--out x --train-images 71");
    ck_assert_int_eq(many.status, 1);
    ck_assert_str_eq(many.err,
                     "vae train: --train-images 71: plain has 70 to train on; give fewer\n");
}
END_TEST

Suite *suite_held_out(void)
{
    Suite *s = suite_create("held_out");
    TCase *t = tcase_create("held_out");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_held_out);
    tcase_add_test(t, test_not_trained_on);
    tcase_add_test(t, test_eval_splits);
    tcase_add_test(t, test_train_images);
    suite_add_tcase(s, t);
    return s;
}
