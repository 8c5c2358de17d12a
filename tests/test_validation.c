/* Model selection by validation: the best report's model is kept, however the run is stopped, and
 * training may stop early. */
#include "../vae/model/validation.h"
#include "cli.h"
#include "held_out.h"
#include "suites.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- which report --- */

START_TEST(test_note)
{
    static const struct {
        double bound;
        bool good, gain;
        uint64_t points, since;
    } reports[] = {{-9, false, false, 0, 0}, {-7, true, true, 2, 0},    {-8, true, false, 2, 1},
                   {-7, true, false, 2, 2},  {-1, false, false, 2, 3},  {-6.5, true, true, 6, 0},
                   {-7, true, false, 6, 1},  {-6.25, true, true, 8, 0}, {-6.5, true, false, 8, 1}};
    struct vae_validation v = {.images = 1, .patience = 3};
    for (uint64_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        ck_assert_int_eq(vae_validation_note(&v, i + 1, reports[i].bound, reports[i].good),
                         reports[i].gain);
        ck_assert(v.points == reports[i].points && v.since == reports[i].since);
        ck_assert(!reports[i].gain || v.best == reports[i].bound);
        ck_assert_int_eq(vae_validation_ends(&v), reports[i].since >= 3);
    }
    vae_validation_forget(&v);
    ck_assert(!v.points && !v.since && v.images == 1 && v.patience == 3);
    ck_assert(vae_validation_note(&v, 99, -100, true));
}
END_TEST

/* The index of the report with the best validation bound in a log; *reports: their number. */
static long long best_of(const char *path, int *reports)
{
    double most = -INFINITY;
    int best = 0;
    json_t *o;
    for (*reports = 0; (o = cli_log_line(path, *reports)); ++*reports) {
        const double bound = json_number_value(json_object_get(o, "validation_bound"));
        if (bound > most) {
            most = bound;
            best = *reports;
        }
        json_decref(o);
    }
    return best;
}

static void train(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void train(const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    cli_must_work(line);
}

static void must_be_same(const char *a, const char *b)
{
    static const char *const files[] = {"model.safetensors", "model-best.safetensors",
                                        "samples.png", "reconstructions.png"};
    char x[128], y[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(x, sizeof x, "%s/%s", a, files[i]);
        snprintf(y, sizeof y, "%s/%s", b, files[i]);
        ck_assert_msg(cli_same_file(x, y), "%s", x);
    }
    snprintf(x, sizeof x, "%s/log.jsonl", a);
    snprintf(y, sizeof y, "%s/log.jsonl", b);
    cli_must_log_the_same(x, y);
}

/* The run stops three reports after the best and says so. The best model equals, to the byte, the
 * checkpoint of a run that ended at the best report. Resumed, the run stops at once; with more
 * patience it continues. */
START_TEST(test_early_stop)
{
    int reports;
    struct outcome o = cli_run(TRAIN "--out e --epochs 500 --early-stop 3");
    ck_assert_msg(o.status == 0 && !*o.err, "%s", o.err);
    ck_assert_msg(strstr(o.out, "stopped early: no gain of the validation bound in 3 reports\n"),
                  "%s", o.out);
    const long long best = best_of("e/log.jsonl", &reports);
    ck_assert_int_eq(reports, best + 4);
    ck_assert_int_gt(best, 3);
    train(TRAIN "--out there --samples %lld --early-stop 3", TRAINED * (best + 1));
    ck_assert(cli_same_file("e/model-best.safetensors", "there/model.safetensors"));
    ck_assert(cli_same_file("e/model-best.safetensors", "there/model-best.safetensors"));
    ck_assert_int_eq(system("rm -rf again && cp -R e again"), 0);
    o = cli_run("train --data plain --out again --resume again/model.safetensors --epochs 500");
    ck_assert_msg(strstr(o.out, "stopped early: ") != NULL, "%s", o.out);
    must_be_same("e", "again");
    o = cli_run("train --data plain --out again --resume again/model.safetensors --epochs 500 "
                "--early-stop 4 --quiet");
    ck_assert_msg(strstr(o.out, "with early-stop 4 (was 3)\n") != NULL, "%s", o.out);
    best_of("again/log.jsonl", &reports);
    ck_assert_int_gt(reports, best + 4);
}
END_TEST

/* Reports of --points count towards the patience as those of epochs do. */
START_TEST(test_points)
{
    int reports;
    cli_must_work(TRAIN "--out p --epochs 60 --early-stop 2 --points 9");
    const long long best = best_of("p/log.jsonl", &reports);
    ck_assert_int_eq(reports, best + 3);
}
END_TEST

/* A printed report has its validation bound, and the summary the best one. */
START_TEST(test_screen)
{
    const struct outcome o =
        cli_run("train --data plain --out s --validation 10 --epochs 1 " CLI_MODEL);
    const char *validation = strstr(o.out, "  validation "), *test = strstr(o.out, "  test ");
    ck_assert_msg(validation && test > validation, "%s", o.out);
    ck_assert_msg(strstr(o.out, "best validation bound -") != NULL, "%s", o.out);
    ck_assert_msg(strstr(o.out, "after 90 samples: s/model-best.safetensors\n") != NULL, "%s",
                  o.out);
}
END_TEST

/* --- resuming --- */

/* The fourth of the reports is the best. */
enum { REPORTS = 6, WHOLE = REPORTS * TRAINED };
#define GO_ON "train --data plain --quiet --samples %d --out %s --resume %s/model.safetensors "

static void make_whole(void)
{
    if (access("whole/model.safetensors", F_OK)) train(TRAIN "--out whole --samples %d", WHOLE);
}

/* _i: the run ends after report _i + 1, which may be the best so far. It resumes into the same
 * folder and into another. */
START_TEST(test_goes_on_exactly)
{
    const int cut = (_i + 1) * TRAINED;
    make_whole();
    ck_assert_int_eq(system("rm -rf cut other"), 0);
    train(TRAIN "--out cut --samples %d", cut);
    ck_assert_int_eq(system("mkdir other && cp cut/log.jsonl other"), 0);
    train(GO_ON "--threads 3", WHOLE, "other", "cut");
    must_be_same("other", "whole");
    train(GO_ON "--isa generic", WHOLE, "cut", "cut");
    must_be_same("cut", "whole");
}
END_TEST

/* The best model is a checkpoint from which a run resumes like any other. */
START_TEST(test_from_the_best)
{
    make_whole();
    ck_assert_int_eq(system("rm -rf cut && cp -R whole cut"), 0);
    cli_must_work("train --data plain --quiet --epochs 6 --out cut --resume "
                  "cut/model-best.safetensors");
    must_be_same("cut", "whole");
}
END_TEST

/* _i: report. The state after a kill between the two writes of a best report: the checkpoint is the
 * report's, but the best model is still the previous one, or missing. */
START_TEST(test_between_the_two)
{
    make_whole();
    ck_assert_int_eq(system("rm -rf k before"), 0);
    train(TRAIN "--out k --samples %d", (_i + 1) * TRAINED);
    const bool best = cli_same_file("k/model.safetensors", "k/model-best.safetensors");
    if (_i) train(TRAIN "--out before --samples %d", _i * TRAINED);
    if (best && _i) ck_assert_int_eq(system("cp before/model-best.safetensors k"), 0);
    if (best && !_i) ck_assert_int_eq(unlink("k/model-best.safetensors"), 0);
    train(GO_ON, WHOLE, "k", "k");
    must_be_same("k", "whole");
}
END_TEST

/* The run is stopped after a delay; resumed, it equals one that was not interrupted. */
static void must_survive(int number, int delay)
{
    char command[512];
    ck_assert_int_eq(system("rm -rf i unbroken"), 0);
    const pid_t child = cli_start(TRAIN "--out i --epochs 1000000");
    ck_assert(cli_wait_for("i/model.safetensors"));
    cli_sleep_ms(delay);
    kill(child, number);
    ck_assert_int_eq(cli_status_of(child), (number == SIGKILL ? 1000 : 128) + number);
    const struct outcome eval = cli_run("eval i/model.safetensors --data plain --json");
    json_t *o = json_loads(eval.out, 0, NULL);
    const int samples = (int)json_integer_value(json_object_get(o, "samples")) + 100;
    json_decref(o);
    ck_assert_int_gt(samples, 100);
    snprintf(command, sizeof command, GO_ON, samples, "i", "i");
    cli_must_work(command);
    train(TRAIN "--out unbroken --samples %d", samples);
    must_be_same("i", "unbroken");
}

START_TEST(test_kill) { must_survive(SIGKILL, 3 + 6 * _i); }
END_TEST

START_TEST(test_signal) { must_survive(SIGTERM, 6 * _i); }
END_TEST

static void must_go_on_with(const char *says, int samples)
{
    char line[256];
    snprintf(line, sizeof line, GO_ON, samples, "lost", "lost");
    const struct outcome o = cli_run("%s", line);
    ck_assert_msg(o.status == 0 && !*o.err && strstr(o.out, says), "%s%s", o.out, o.err);
}

/* If the best model is missing or another run's, the search for the best starts anew; the run
 * says so and logs it. If it is damaged, the run fails. */
START_TEST(test_lost)
{
    static const char says[] = "with no model-best.safetensors of its own: the best is sought anew";
    for (int other = 0; other < 2; other++) {
        ck_assert_int_eq(system("rm -rf lost"), 0);
        train(TRAIN "--out lost --samples %d", 5 * TRAINED); /* the fourth is the best */
        ck_assert_int_eq(system(other ? "cp out/model.safetensors lost/model-best.safetensors"
                                      : "rm lost/model-best.safetensors"),
                         0);
        must_go_on_with(says, 6 * TRAINED);
        ck_assert(cli_same_file("lost/model-best.safetensors", "lost/model.safetensors"));
        json_t *o = cli_log_line("lost/log.jsonl", 5);
        ck_assert_str_eq(json_string_value(json_object_get(o, "changed")), says + strlen("with "));
        json_decref(o);
    }
    train(TRAIN "--out lost --samples %d", 5 * TRAINED);
    cli_write("lost/model-best.safetensors", "x", 1);
    cli_must_fail("train --data plain --out lost --resume lost/model.safetensors --epochs 9", 1,
                  "lost/model-best.safetensors: ");
}
END_TEST

/* Bounds on other images are not comparable, so the search for the best starts anew. */
START_TEST(test_other_images)
{
    train(TRAIN "--out lost --samples %d", 5 * TRAINED);
    ck_assert_int_eq(system("rm -rf changed && cp -R plain changed && printf xyz | dd conv=notrunc "
                            "bs=1 seek=20 of=changed/train-images-idx3-ubyte 2>dd"),
                     0);
    const struct outcome o = cli_run("train --data changed --out lost --resume "
                                     "lost/model.safetensors --epochs 6 --quiet");
    ck_assert_msg(o.status == 0 && strstr(o.out, "with other training images\n"), "%s", o.out);
    ck_assert(cli_same_file("lost/model-best.safetensors", "lost/model.safetensors"));
    cli_must_fail("train --data one.idx --out lost --resume lost/model.safetensors --validation 2",
                  2, "--resume takes --validation from the checkpoint");
    train(TRAIN "--out lost --samples %d", 5 * TRAINED);
    train(
        "train --data one.idx --out lost --resume lost/model.safetensors --epochs 6 --quiet "
        "--lr 1e-9 --log fresh"); /* the log is new, so only the number of images shows a change */
    ck_assert(cli_header_holds("lost/model.safetensors", "\"train_images\":\"24\""));
    ck_assert(cli_same_file("lost/model-best.safetensors", "lost/model.safetensors"));
}
END_TEST

/* --- other runs, wrong input --- */

/* An older run's best model is removed once a new run has written its checkpoint, not before. */
START_TEST(test_older_run)
{
    cli_must_work(TRAIN "--out older --epochs 2");
    cli_must_fail("train --data plain --out older --optimizer sgd --lr 1e30 --quiet", 1,
                  "diverged");
    ck_assert_int_eq(access("older/model-best.safetensors", F_OK), 0);
    cli_must_work("train --data plain --out older --epochs 1 --quiet " CLI_MODEL);
    ck_assert_int_ne(access("older/model-best.safetensors", F_OK), 0);
}
END_TEST

static const struct cli_wrong wrong[] = {
    {"--early-stop 3", 2, "--early-stop needs --validation"},
    {"--validation 10 --early-stop x", 2, "--early-stop x: give a whole number from 0 to"},
    {"--validation -1", 2, "--validation -1: give a whole number from 0 to"},
    {"--validation 100", 1, "--validation 100 leaves none of the 100 training images of plain"},
    {"--validation 4294967295", 1, "leaves none of the 100 training images"},
    {"--resume out/model.safetensors --early-stop 2", 1, "was trained without --validation"},
};

START_TEST(test_wrong) { cli_must_refuse("train --data plain --out wrong", &wrong[_i]); }
END_TEST

/* Explicit defaults change no byte. One training image is enough. */
START_TEST(test_limits)
{
    cli_must_work("train --data plain --out d1 --epochs 2 --quiet " CLI_MODEL);
    cli_must_work(
        "train --data plain --out d2 --epochs 2 --validation 0 --early-stop 0 --quiet " CLI_MODEL);
    ck_assert(cli_same_file("d1/model.safetensors", "d2/model.safetensors"));
    cli_must_log_the_same("d1/log.jsonl", "d2/log.jsonl");
    ck_assert_int_ne(access("d2/model-best.safetensors", F_OK), 0);
    cli_must_work("train --data plain --out d2 --epochs 2 --validation 99 --quiet " CLI_MODEL);
    ck_assert(cli_header_holds("d2/model-best.safetensors", "\"train_images\":\"1\""));
}
END_TEST

Suite *suite_validation(void)
{
    Suite *s = suite_create("validation");
    TCase *t = tcase_create("validation");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads-program program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_note);
    tcase_add_test(t, test_early_stop);
    tcase_add_test(t, test_points);
    tcase_add_test(t, test_screen);
    tcase_add_loop_test(t, test_goes_on_exactly, 0, REPORTS);
    tcase_add_test(t, test_from_the_best);
    tcase_add_loop_test(t, test_between_the_two, 0, REPORTS);
    tcase_add_loop_test(t, test_kill, 0, 4);
    tcase_add_test(t, test_lost);
    tcase_add_test(t, test_other_images);
    tcase_add_test(t, test_older_run);
    tcase_add_loop_test(t, test_wrong, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(t, test_limits);
    suite_add_tcase(s, t);
    tcase_add_loop_test(cli_stopped_case(s, cli_make_fixture), test_signal, 0, 4);
    return s;
}
