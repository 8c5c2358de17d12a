/* Resumed runs: amid stages and warm-up they end in the same bits; with other settings or data they
 * say so. */
#include "cli.h"
#include "suites.h"
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL "--batch 20 --hidden 11 --latent 3 --quiet "

static char *run_of(const char *path, int at)
{
    json_t *o = cli_log_line(path, at);
    char *run = strdup(json_string_value(json_object_get(o, "run")));
    json_decref(o);
    return run;
}

/* --- with the same settings --- */

#define SCHEDULED                                                                                  \
    MODEL "--optimizer adam --lr-stages 2:5e-4,4:1e-4 --warmup 12 --beta1 0.8 --beta2 0.99 "       \
          "--epsilon 1e-6 --epsilon-place raw --second-moment 0.5 --init glorot --init-bias data " \
          "--weight-decay 2 --kl-weight 0.5 --kl-warmup 16 "

/* At five steps an epoch, these stop in the warm-up, at its end, and at and within the stages. */
static const int cuts[] = {40, 100, 180, 240, 300, 340};

START_TEST(test_goes_on_exactly)
{
    char command[512];
    cli_must_work("train --data plain --out whole --epochs 5 " SCHEDULED);
    snprintf(command, sizeof command, "train --data plain --out cut --samples %d " SCHEDULED,
             cuts[_i]);
    cli_must_work(command);
    ck_assert(!cli_same_file("whole/model.safetensors", "cut/model.safetensors"));
    cli_must_say("train --data plain --out cut --resume cut/model.safetensors --epochs 5 --quiet",
                 NULL);
    ck_assert(cli_same_file("whole/model.safetensors", "cut/model.safetensors"));
    cli_must_log("whole/log.jsonl", 0, "lr", NULL, 0.001 * 5 / 12);
    cli_must_log("whole/log.jsonl", 1, "lr", NULL, 5e-4 * 10 / 12);
    cli_must_log("whole/log.jsonl", 2, "lr", NULL, 5e-4);
    cli_must_log("whole/log.jsonl", 4, "lr", NULL, 1e-4);
    cli_must_log("whole/log.jsonl", 0, "kl_weight", NULL, 0.5 * 5 / 16);
    cli_must_log("whole/log.jsonl", 2, "kl_weight", NULL, 0.5 * 15 / 16);
    cli_must_log("whole/log.jsonl", 4, "kl_weight", NULL, 0.5);
}
END_TEST

/* Defaults given explicitly lead to the same bytes as defaults left out. */
START_TEST(test_defaults_given)
{
    cli_must_work("train --data plain --out d1 --epochs 2 --optimizer adam " MODEL);
    cli_must_work("train --data plain --out d2 --epochs 2 --optimizer adam --lr 0.001 --beta1 0.9 "
                  "--beta2 0.999 --second-moment 0 --epsilon-place corrected --init normal "
                  "--init-bias zero --epsilon 1e-8 --weight-decay 1 --warmup 0 --kl-weight 1 "
                  "--kl-warmup 0 " MODEL);
    cli_must_log("d2/log.jsonl", 0, "kl_weight", NULL, 0);
    ck_assert(cli_same_file("d1/model.safetensors", "d2/model.safetensors"));
    char *a = run_of("d1/log.jsonl", 0), *b = run_of("d2/log.jsonl", 0);
    ck_assert_str_eq(a, b);
    free(a), free(b);
}
END_TEST

/* --- with other settings or data --- */

/* Changes after two epochs at a step size of 0.01. */
static const struct {
    const char *options, *says; /* says: NULL if nothing changes */
    double lr;                  /* of the next report */
} changes[] = {
    {"", NULL, 0.01},
    {"--lr 0.01 --weight-decay 1 --warmup 0", NULL, 0.01},
    {"--lr 0.005", "lr 0.005 (was 0.01)", 0.005},
    {"--lr-stages 2:0.25,9:1", "lr-stages 2:0.25,9:1 (was none)", 0.25},
    {"--warmup 10", "warmup 10 (was 0)", 0.005}, /* halfway through it */
    {"--kl-weight 4", "kl-weight 4 (was 1)", 0.01},
    {"--kl-warmup 10 --kl-weight 0", "kl-weight 0 (was 1), kl-warmup 10 (was 0)", 0.01},
    {"--weight-decay 0 --epsilon 0.5", "epsilon 0.5 (was 1e-10), weight_decay 0 (was 1)", 0.01},
};
enum { CHANGES = sizeof changes / sizeof *changes };

START_TEST(test_other_settings)
{
    char command[512];
    const char *says = changes[_i].says;
    unlink("o/model.safetensors");
    cli_must_work("train --data plain --out o --epochs 2 " MODEL);
    snprintf(command, sizeof command,
             "train --data plain --out o --resume o/model.safetensors --epochs 3 --quiet %s",
             changes[_i].options);
    char said[256];
    snprintf(said, sizeof said, "going on after 200 samples with %s\n", says ? says : "");
    cli_must_say(command, says ? said : NULL);
    cli_must_log("o/log.jsonl", 1, "lr", NULL, 0.01);
    cli_must_log("o/log.jsonl", 2, "lr", NULL, changes[_i].lr);
    cli_must_log("o/log.jsonl", 2, "changed", says, 0);
    cli_must_say("train --data plain --out o --resume o/model.safetensors --epochs 4 --quiet",
                 NULL);
    cli_must_log("o/log.jsonl", 3, "changed", NULL, 0);
    cli_must_work("train --data plain --out same --epochs 4 " MODEL);
    ck_assert_int_eq(cli_same_file("same/model.safetensors", "o/model.safetensors"), !says);
    char *first = run_of("o/log.jsonl", 0), *last = run_of("o/log.jsonl", 3);
    ck_assert_str_eq(first, last);
    free(first), free(last);
}
END_TEST

/* A resumed run may change Adam's epsilon-place, and the log says so. */
START_TEST(test_epsilon_moves)
{
    cli_must_work("train --data plain --out p --epochs 2 --optimizer adam --epsilon 0.5 "
                  "--second-moment 1 " MODEL);
    ck_assert(cli_header_holds("p/model.safetensors", "\"second_moment\":\"1\""));
    cli_must_say("train --data plain --out p --resume p/model.safetensors --epochs 3 --quiet "
                 "--epsilon-place raw",
                 "with epsilon-place raw (was corrected)\n");
    cli_must_log("p/log.jsonl", 2, "changed", "epsilon-place raw (was corrected)", 0);
    ck_assert(cli_header_holds("p/model.safetensors", "\"epsilon_place\":\"raw\""));
    cli_must_say("train --data plain --out p --resume p/model.safetensors --epochs 4 --quiet "
                 "--epsilon-place raw",
                 NULL);
}
END_TEST

/* Estimators other than B are in the log, and stay those of a run that goes on. */
START_TEST(test_estimators_logged)
{
    cli_must_work(
        "train --data plain --out w --epochs 2 --samples-per-x 5 --estimator iwae " MODEL);
    cli_must_work(
        "train --data plain --out v --epochs 1 --samples-per-x 5 --estimator iwae " MODEL);
    cli_must_say("train --data plain --out v --resume v/model.safetensors --epochs 2 --quiet",
                 NULL);
    ck_assert(cli_same_file("w/model.safetensors", "v/model.safetensors"));
    cli_must_log("v/log.jsonl", 1, "estimator", "iwae", 0);
    cli_must_log("v/log.jsonl", 1, "k", NULL, 5);
    json_t *o = cli_log_line("v/log.jsonl", 1);
    const double iwae = json_number_value(json_object_get(o, "iwae_bound"));
    ck_assert_double_gt(iwae, json_number_value(json_object_get(o, "test_bound")));
    ck_assert_double_lt(iwae, 0);
    json_decref(o);
    const struct outcome e = cli_run("eval v/model.safetensors --data plain --json");
    json_t *j = json_loads(e.out, 0, NULL);
    ck_assert_double_eq_tol(json_number_value(json_object_get(j, "iwae_bound")), iwae, 1e-6);
    json_decref(j);
    cli_must_work("train --data plain --out u --epochs 1 --estimator a " MODEL);
    cli_must_log("u/log.jsonl", 0, "estimator", "a", 0);
    cli_must_log("u/log.jsonl", 0, "iwae_bound", NULL, 0);
}
END_TEST

/* --lr without --lr-stages ends the stages. */
START_TEST(test_stages_end)
{
    cli_must_work("train --data plain --out e --epochs 2 --lr-stages 1:0.02,2:0.03 " MODEL);
    cli_must_say(
        "train --data plain --out e --resume e/model.safetensors --epochs 3 --quiet --lr 0.05",
        "with lr 0.05 (was 0.01), lr-stages none (was 1:0.02,2:0.03)");
    cli_must_log("e/log.jsonl", 1, "lr", NULL, 0.03);
    cli_must_log("e/log.jsonl", 2, "lr", NULL, 0.05);
}
END_TEST

/* one.idx has 60 images, 54 to train on: three steps an epoch. A second stop changes nothing. */
START_TEST(test_other_data)
{
    cli_must_work("train --data plain --out base --epochs 2 " MODEL);
    cli_must_say(
        "train --data one.idx --out whole --resume base/model.safetensors --epochs 4 --quiet",
        "going on after 200 samples with training images 54 (was 100)\n");
    cli_must_log("whole/log.jsonl", 0, "epoch", NULL, 3);
    cli_must_log("whole/log.jsonl", 0, "samples", NULL, 254);
    cli_must_log("whole/log.jsonl", 0, "changed", "training images 54 (was 100)", 0);
    cli_must_log("whole/log.jsonl", 1, "samples", NULL, 308);
    cli_must_work("train --data one.idx --out cut --resume base/model.safetensors --samples 275 "
                  "--quiet");
    cli_must_say("train --data one.idx --out cut --resume cut/model.safetensors --epochs 4 --quiet",
                 NULL);
    ck_assert(cli_same_file("whole/model.safetensors", "cut/model.safetensors"));
    cli_must_fail("train --data other-size.idx --out x --resume base/model.safetensors", 1,
                  "trained on images of 7 x 5, but those of other-size.idx are 8 x 5");
    ck_assert_int_ne(access("x", F_OK), 0);
}
END_TEST

/* As many other images of the same size: the log's last line shows the change. The same images in
 * other files are no change. */
START_TEST(test_other_images)
{
    ck_assert_int_eq(system("mkdir other && cp plain/* other && printf x | dd conv=notrunc bs=1 "
                            "seek=99 of=other/train-images-idx3-ubyte 2>dd"),
                     0);
    cli_must_work("train --data plain --out same --epochs 1 " MODEL);
    cli_must_say(
        "train --data zipped --out same --resume same/model.safetensors --epochs 2 --quiet", NULL);
    cli_must_say("train --data other --out same --resume same/model.safetensors --epochs 3 --quiet",
                 "going on after 200 samples with other training images\n");
    cli_must_say("train --data other --out same --resume same/model.safetensors --epochs 4 --quiet",
                 NULL);
    cli_must_log("same/log.jsonl", 1, "changed", NULL, 0);
    cli_must_log("same/log.jsonl", 2, "changed", "other training images", 0);
    cli_must_log("same/log.jsonl", 3, "changed", NULL, 0);
}
END_TEST

/* A change stays in the checkpoint until a report has logged it: the run is stopped within an epoch
 * of many steps and goes on without the option. */
START_TEST(test_told_once)
{
    unsigned char *bytes; /* 18000 images of 7 x 5 to train on, and 2000 */
    ck_assert_int_eq(system("(printf '\\0\\0\\10\\3\\0\\0\\116\\40\\0\\0\\0\\7\\0\\0\\0\\5'; "
                            "head -c 700000 /dev/zero) >many.idx"),
                     0);
    cli_must_work("train --data many.idx --out t --samples 10 --batch 1 --hidden 1000 --quiet");
    const pid_t child = cli_start("train --data many.idx --out t --resume t/model.safetensors "
                                  "--epochs 9 --quiet --lr 0.001 --log told");
    ck_assert(cli_wait_for("told")); /* signals are caught by then */
    kill(child, SIGTERM);
    ck_assert_int_eq(cli_status_of(child), 128 + SIGTERM);
    const size_t n = cli_read("t/model.safetensors", &bytes);
    bytes[n] = 0;
    ck_assert_ptr_nonnull(
        strstr((char *)bytes + 8, "\"unreported_change\":\"lr 0.001 (was 0.01)\""));
    char *step = strstr((char *)bytes + 8, "\"step\":\""), command[256];
    ck_assert_ptr_nonnull(step);
    const long done = strtol(step + strlen("\"step\":\""), NULL, 10);
    free(bytes);
    for (long more = 1; more <= 2; more++) {
        snprintf(command, sizeof command,
                 "train --data many.idx --out t --resume t/model.safetensors --samples %ld "
                 "--quiet --log told",
                 done + more);
        cli_must_say(command, NULL);
    }
    cli_must_log("told", 0, "changed", "lr 0.001 (was 0.01)", 0);
    cli_must_log("told", 0, "lr", NULL, 0.001);
    cli_must_log("told", 1, "changed", NULL, 0);
}
END_TEST

/* Killed at any moment, the same command given again ends as an uninterrupted run does, and its
 * change is in one line of the log, the first after it. */
START_TEST(test_killed)
{
#define GO_ON "--data plain --resume %s/model.safetensors --out %s --quiet --lr 0.005 "
    char command[512];
    json_t *o;
    cli_must_work("train --data plain --out k --epochs 2 " MODEL);
    ck_assert_int_eq(system("rm -rf unbroken && cp -R k unbroken"), 0);
    snprintf(command, sizeof command, "train " GO_ON "--epochs 1000000", "k", "k");
    const pid_t child = cli_start(command);
    cli_sleep_ms(20 + 9 * _i);
    kill(child, SIGKILL);
    ck_assert_int_eq(cli_status_of(child), 1000 + SIGKILL);
    const struct outcome eval = cli_run("eval k/model.safetensors --data plain --json");
    ck_assert_ptr_nonnull(o = json_loads(eval.out, 0, NULL));
    const long long samples = json_integer_value(json_object_get(o, "samples")) + 170;
    json_decref(o);
    for (int whole = 0; whole < 2; whole++) {
        const char *dir = whole ? "unbroken" : "k";
        snprintf(command, sizeof command, "train " GO_ON "--samples %lld", dir, dir, samples);
        cli_must_work(command);
    }
    ck_assert(cli_same_file("k/model.safetensors", "unbroken/model.safetensors"));
    for (int at = 0; (o = cli_log_line("k/log.jsonl", at)); at++) {
        json_t *same = cli_log_line("unbroken/log.jsonl", at);
        ck_assert(json_equal(json_object_get(o, "samples"), json_object_get(same, "samples")));
        ck_assert_int_eq(json_object_get(o, "changed") != NULL, at == 2);
        json_decref(o);
        json_decref(same);
    }
}
END_TEST

static const struct cli_wrong wrong[] = {
    {"--beta1 1 --optimizer adam", 2, "--beta1 1: give a number from 0 to 0.9999999"},
    {"--beta2 -0.1 --optimizer adam", 2, "--beta2 -0.1: give a number from 0"},
    {"--epsilon 0", 2, "--epsilon 0: give a number from 1e-30 to 1e6"},
    {"--second-moment -1 --optimizer adam", 2, "--second-moment -1: give a number from 0 to 1e6"},
    {"--second-moment 1", 2, "--second-moment: adagrad has no such setting"},
    {"--epsilon-place here --optimizer adam", 2,
     "--epsilon-place here: give one of corrected, raw"},
    {"--epsilon-place raw --optimizer sgd", 2, "--epsilon-place: sgd has no such setting"},
    {"--resume out/model.safetensors --epsilon-place raw", 1,
     "--epsilon-place: adagrad has no such"},
    {"--resume out/model.safetensors --second-moment 1", 2, "--resume takes --second-moment from"},
    {"--init uniform", 2, "--init uniform: give one of normal, glorot"},
    {"--init glorot --init-sd 0.1", 2, "--init-sd is for --init normal"},
    {"--init-bias one", 2, "--init-bias one: give one of zero, data"},
    {"--weight-decay nan", 2, "--weight-decay nan: give a number from 0 to 1e6"},
    {"--kl-warmup -1", 2, "--kl-warmup -1: give a whole number from 0"},
    {"--kl-weight -1", 2, "--kl-weight -1: give a number from 0"},
    {"--kl-weight nan", 2, "--kl-weight nan: give a number from 0"},
    {"--warmup -1", 2, "--warmup -1: give a whole number from 0"},
    {"--lr-stages ''", 2, "give epochs from 1 to 1000000"},
    {"--lr-stages 5:1,4:1", 2, "--lr-stages 5:1,4:1: give epochs"},
    {"--lr-stages 1:1 --lr 1", 2, "--lr has no effect where --lr-stages begins with epoch 1"},
    {"--beta1 0.5", 2, "--beta1: adagrad has no such setting"},
    {"--epsilon 1e-6 --optimizer sgd", 2, "--epsilon: sgd has no such setting"},
    {"--resume out/model.safetensors --beta2 0.5", 1, "--beta2: adagrad has no such setting"},
    {"--resume out/model.safetensors --optimizer sgd", 2, "--resume takes --optimizer from the"},
};

START_TEST(test_wrong) { cli_must_refuse("train --data plain --out wrong", &wrong[_i]); }
END_TEST

Suite *suite_fine_tune(void)
{
    Suite *s = suite_create("fine_tune");
    TCase *t = tcase_create("fine_tune");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads-program program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_goes_on_exactly, 0, sizeof cuts / sizeof *cuts);
    tcase_add_test(t, test_defaults_given);
    tcase_add_test(t, test_estimators_logged);
    tcase_add_loop_test(t, test_other_settings, 0, CHANGES);
    tcase_add_test(t, test_epsilon_moves);
    tcase_add_test(t, test_stages_end);
    tcase_add_test(t, test_other_data);
    tcase_add_test(t, test_other_images);
    tcase_add_loop_test(t, test_killed, 0, 6);
    tcase_add_loop_test(t, test_wrong, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(s, t);
    tcase_add_test(cli_stopped_case(s, cli_make_fixture), test_told_once);
    return s;
}
