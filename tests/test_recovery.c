/* Runs that are stopped or killed: what they leave, and how they resume from it. */
#include "cli.h"
#include "suites.h"
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the log is part of the run --- */

/* Resumed with other threads and kernels, a run ends in the same checkpoint and log as an
 * uninterrupted one. */
static void must_go_on_exactly(const char *checkpoint, const char *reports)
{
    char command[512];
    const struct outcome o = cli_run("eval %s --data plain --json", checkpoint);
    json_t *eval = json_loads(o.out, 0, NULL);
    const long long samples = json_integer_value(json_object_get(eval, "samples")) + 170;
    json_decref(eval);
    ck_assert_int_gt(samples, 170);
    snprintf(command, sizeof command,
             "train --data plain --out i --resume %s --samples %lld --threads 3 --isa generic "
             "--quiet %s",
             checkpoint, samples, reports);
    cli_must_work(command);
    snprintf(command, sizeof command,
             "train --data plain --out whole --samples %lld " CLI_MODEL " --threads 1 --quiet %s",
             samples, reports);
    cli_must_work(command);
    ck_assert(cli_same_file(checkpoint, "whole/model.safetensors"));
    cli_must_log_the_same("i/log.jsonl", "whole/log.jsonl");
}

/* After SIGKILL at any moment there is a complete checkpoint, from which the run resumes. */
START_TEST(test_kill)
{
    const char *reports = _i % 3 ? "" : "--points 7";
    char options[64];
    snprintf(options, sizeof options, "--threads %d %s", 1 + _i % 2, reports);
    const pid_t child = cli_start_endless(options);
    cli_sleep_ms(7 * _i);
    kill(child, SIGKILL);
    ck_assert_int_eq(cli_status_of(child), 1000 + SIGKILL);
    must_go_on_exactly("i/model.safetensors", reports);
}
END_TEST

/* States in which a resumed run may find its log. */
static const struct {
    const char *what, *shell;
    bool lost; /* the first line is lost */
} logs[] = {
    {"half a line", "head -c -20 l/log.jsonl >half && mv half l/log.jsonl", true},
    {"none", "rm l/log.jsonl", true},
    {"lines beyond the checkpoint", "cat two/log.jsonl >l/log.jsonl", false},
    {"half a line, then a whole one", "(head -c 40 two/log.jsonl; cat two/log.jsonl) >l/log.jsonl",
     true},
    {"doubled lines", "cat two/log.jsonl two/log.jsonl >l/log.jsonl", false},
    {"lines of another run before it", "cat out/log.jsonl two/log.jsonl >l/log.jsonl", false},
    {"lines of another run after it", "cat two/log.jsonl out/log.jsonl >l/log.jsonl", false},
    {"its own beside an older run's",
     "mv l/log.jsonl l/.log.jsonl.pending; cp out/log.jsonl l/log.jsonl", false},
    {"the same, with settings alike",
     "mv l/log.jsonl l/.log.jsonl.pending; cp two/log.jsonl l/log.jsonl", false},
    {"beside it that of a run without a checkpoint", "cp out/log.jsonl l/.log.jsonl.pending",
     false},
    {"beside it nothing of such a run", ": >l/.log.jsonl.pending", false},
};
enum { LOGS = sizeof logs / sizeof *logs };

/* A run resumed after one epoch, whatever its log, has after two the log of an uninterrupted run.
 * Only lines lost before it was resumed stay lost. */
START_TEST(test_log_of_resumed)
{
    char *got, *want;
    cli_must_work("train --data plain --out two --epochs 2 " CLI_MODEL " --seed 9 --quiet");
    cli_must_work("train --data plain --out l --epochs 1 " CLI_MODEL " --seed 9 --quiet");
    ck_assert_int_eq(system(logs[_i].shell), 0);
    cli_must_work("train --data plain --out l --epochs 2 --resume l/model.safetensors --quiet");
    ck_assert_int_ne(access("l/.log.jsonl.pending", F_OK), 0);
    got = cli_timeless_log("l/log.jsonl");
    want = cli_timeless_log("two/log.jsonl");
    const bool lost = logs[_i].lost;
    ck_assert_msg(!strcmp(got, lost ? strchr(want, '\n') + 1 : want), "%s:\n%s", logs[_i].what,
                  got);
    free(got);
    free(want);
}
END_TEST

/* A new run's log replaces that of an older one; a file that is no log stays. */
START_TEST(test_log_of_new_run)
{
    cli_must_work("train --data plain --out n --epochs 3 " CLI_MODEL " --seed 4 --quiet");
    cli_must_work("train --data plain --out n --epochs 1 " CLI_MODEL " --seed 5 --quiet");
    cli_must_work("train --data plain --out m --epochs 1 " CLI_MODEL " --seed 5 --quiet");
    cli_must_log_the_same("n/log.jsonl", "m/log.jsonl");
    cli_write("notes", "dear diary\n", 11);
    cli_must_fail("train --data plain --out m --epochs 1 " CLI_MODEL " --log notes", 1,
                  "notes: holds something, but no line of a log");
    cli_must_fail("train --data plain --out m --epochs 2 --resume m/model.safetensors --log notes",
                  1, "notes: holds something, but no line of a log");
    ck_assert_int_eq(symlink("nowhere", "dangling"), 0);
    cli_must_fail("train --data plain --out m --epochs 1 " CLI_MODEL " --log dangling", 1,
                  "dangling: a symbolic link to nothing");
    ck_assert_int_ne(access("nowhere", F_OK), 0);
    ck_assert_int_eq(mkfifo("pipe", 0666), 0);
    cli_must_fail("train --data plain --out m --epochs 1 " CLI_MODEL " --log pipe", 1,
                  "pipe: a pipe that nobody reads");
    const struct outcome o =
        cli_run("train --data plain --out m --epochs 1 " CLI_MODEL " --quiet --log /dev/stderr");
    ck_assert_int_eq(o.status, 0);
    ck_assert_ptr_nonnull(strstr(o.err, "\"test_bound\""));
}
END_TEST

/* --- signals --- */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
enum { SIGNALS = sizeof signals / sizeof *signals };

START_TEST(test_signal)
{
    const pid_t child = cli_start_endless("--threads 2");
    kill(child, signals[_i]);
    ck_assert_int_eq(cli_status_of(child), 128 + signals[_i]);
    cli_must_work("eval i/model.safetensors --data plain");
    cli_must_fail("train --data plain --out i --resume i/model.safetensors --samples 1", 1,
                  "has seen");
    must_go_on_exactly("i/model.safetensors", "");
}
END_TEST

/* Signals that the parent ignores stay ignored, as under nohup. */
START_TEST(test_ignored_signal)
{
    signal(signals[_i], SIG_IGN);
    const pid_t child = cli_start_endless("");
    signal(signals[_i], SIG_DFL);
    kill(child, signals[_i]);
    cli_sleep_ms(50);
    ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
    kill(child, SIGKILL);
    cli_status_of(child);
}
END_TEST

/* The step is long enough to be under way when the second signal comes. */
START_TEST(test_second_signal)
{
    const pid_t child =
        cli_start("train --data plain --out slow --samples 1000000 --hidden 400 --latent 400 "
                  "--samples-per-x 300 --isa generic --threads 1 --quiet");
    ck_assert(cli_wait_for("slow/log.jsonl"));
    cli_sleep_ms(300);
    kill(child, SIGTERM);
    cli_sleep_ms(20);
    kill(child, SIGINT);
    ck_assert_int_eq(cli_status_of(child), 1000 + SIGINT);
}
END_TEST

static size_t lines_of(const char *path)
{
    size_t count = 0;
    unsigned char *bytes;
    if (access(path, F_OK)) return 0;
    const size_t n = cli_read(path, &bytes);
    for (size_t i = 0; i < n; i++) count += bytes[i] == '\n';
    free(bytes);
    return count;
}

/* From the second report on the bound is beyond the limit, but a run counts as diverged only after
 * 1000 steps, of tens of ms each. A signal before that leaves the first report's checkpoint. */
START_TEST(test_signal_beyond_limit)
{
    const pid_t child =
        cli_start("train --data plain --out bad --samples 1000000 --batch 100 --hidden 50 "
                  "--latent 5 --samples-per-x 100 --threads 1 --optimizer adagrad "
                  "--lr 1 --quiet");
    while (lines_of("bad/log.jsonl") < 2) cli_sleep_ms(10);
    kill(child, SIGTERM);
    ck_assert_int_eq(cli_status_of(child), 128 + SIGTERM);
    unsigned char *err;
    const size_t length = cli_read("err", &err);
    err[length] = 0;
    ck_assert_msg(
        strstr((char *)err, "its bound is beyond the limit, it is not saved; go on with: "), "%s",
        (char *)err);
    free(err);
    const struct outcome o = cli_run("eval bad/model.safetensors --data plain --json");
    ck_assert_msg(strstr(o.out, "\"samples\":100,"), "%s", o.out);
}
END_TEST

/* timeout(1) sends its signal to the process and then to its group; both count as one. */
START_TEST(test_doubled_signal)
{
    const pid_t child = cli_start_endless("");
    kill(child, signals[_i]);
    kill(child, signals[_i]);
    ck_assert_int_eq(cli_status_of(child), 128 + signals[_i]);
    must_go_on_exactly("i/model.safetensors", "");
}
END_TEST

/* The command that a stopped run prints works as printed, and ends as the run would have. */
START_TEST(test_hint)
{
    ck_assert_int_eq(system("cp one.idx 'my data.idx'; mkdir -p 'o'\\''ut dir'"), 0);
    static const char options[] =
        "--data 'my data.idx' --out 'o'\\''ut dir' --log 'its log' --points 3 "
        "--threads 2 --isa generic --quiet";
    char line[512];
    snprintf(line, sizeof line, "train %s --samples 4000000 " CLI_MODEL, options);
    const pid_t child = cli_start(line);
    ck_assert(cli_wait_for("o'ut dir/model.safetensors"));
    kill(child, SIGTERM);
    ck_assert_int_eq(cli_status_of(child), 128 + SIGTERM);
    unsigned char *err;
    const size_t length = cli_read("err", &err);
    err[length] = 0;
    char *hint = strstr((char *)err, "go on with: vae train "), *total;
    ck_assert_msg(hint != NULL, "%s", (char *)err);
    hint += strlen("go on with: vae ");
    ck_assert_ptr_nonnull(total = strstr(hint, " --samples 4000000\n"));
    char *after = strstr((char *)err, "after ");
    ck_assert_ptr_nonnull(after);
    snprintf(total, strlen(total), " --samples %ld", strtol(after + 6, NULL, 10) + 90);
    for (size_t i = 0; i < 3; i++) {
        static const char *const kept[] = {" --points 3", " --threads 2 --isa generic",
                                           " --log 'its log'"};
        ck_assert_msg(strstr(hint, kept[i]) != NULL, "no%s in: %s", kept[i], hint);
    }
    const struct outcome o = cli_run("%s", hint);
    free(err);
    ck_assert_msg(o.status == 0 && !*o.err, "%s", o.err);
}
END_TEST

/* --- closed descriptors --- */

/* With standard descriptors closed, nothing printed lands in a file, and the files are the same. */
START_TEST(test_closed_descriptors)
{
    static const char *const closed[] = {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"};
    for (size_t i = 0; i < 4; i++) {
        char line[8192];
        snprintf(line, sizeof line, "'%s' train --data plain --out c --epochs 3 " CLI_MODEL " %s",
                 cli_program(), closed[i]);
        ck_assert_int_eq(system(line), 0);
        ck_assert(cli_same_file("out/model.safetensors", "c/model.safetensors"));
        cli_must_log_the_same("out/log.jsonl", "c/log.jsonl");
    }
}
END_TEST

Suite *suite_recovery(void)
{
    Suite *s = suite_create("recovery");
    TCase *t = tcase_create("recovery");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads-program program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_kill, 0, 6);
    tcase_add_loop_test(t, test_log_of_resumed, 0, LOGS);
    tcase_add_test(t, test_log_of_new_run);
    tcase_add_test(t, test_closed_descriptors);
    suite_add_tcase(s, t);
    TCase *stopped = cli_stopped_case(s, cli_make_fixture);
    tcase_add_loop_test(stopped, test_signal, 0, SIGNALS);
    tcase_add_loop_test(stopped, test_ignored_signal, 0, SIGNALS);
    tcase_add_loop_test(stopped, test_doubled_signal, 0, SIGNALS);
    tcase_add_test(stopped, test_hint);
    tcase_add_test(stopped, test_second_signal);
    tcase_add_test(stopped, test_signal_beyond_limit);
    return s;
}
