/* Runs that are stopped, killed, or meet each other: what they leave, and that they go on from it. */
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

#define MODEL "--batch 20 --hidden 11 --latent 3"

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* "vae <arguments>" by the shell, in the background; standard error goes to the file `err`. */
static pid_t start(const char *arguments)
{
    const pid_t child = fork();
    if (child) return child;
    char line[8192];
    snprintf(line, sizeof line, "exec '%s' %s >/dev/null 2>err", cli_program(), arguments);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(99);
}

static bool wait_for(const char *path)
{
    for (int i = 0; i < 2000 && access(path, F_OK); i++) sleep_ms(10);
    return access(path, F_OK) == 0;
}

/* A run into i/ that does not end by itself and has written its first checkpoint. */
static pid_t start_endless(const char *options)
{
    char line[512];
    unlink("i/model.safetensors");
    snprintf(line, sizeof line, "train --data plain --out i --epochs 1000000 " MODEL " %s",
             options);
    const pid_t child = start(line);
    ck_assert(wait_for("i/model.safetensors"));
    return child;
}

static int status_of(pid_t child)
{
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* --- the log is part of the run --- */

/* The lines of a log without what may differ: times, and where it ran. To be freed. */
static char *timeless(const char *path)
{
    static const char *const free_to_differ[] = {"samples_per_s", "gflops", "profile", "isa",
                                                 "threads"};
    unsigned char *bytes;
    const size_t n = cli_read(path, &bytes);
    char *all = calloc(n + 2, 1);
    bytes[n] = 0;
    for (char *line = (char *)bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        json_t *o = json_loads(line, 0, NULL);
        ck_assert_msg(json_is_object(o), "%s: not a line of JSON: %s", path, line);
        for (size_t i = 0; i < sizeof free_to_differ / sizeof *free_to_differ; i++)
            json_object_del(o, free_to_differ[i]);
        char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17));
        strcat(strcat(all, text), "\n");
        free(text);
        json_decref(o);
    }
    ck_assert_msg(n == 0 || bytes[n - 1] == 0, "%s ends inside a line", path);
    free(bytes);
    return all;
}

static void must_log_the_same(const char *a, const char *b)
{
    char *x = timeless(a), *y = timeless(b);
    ck_assert_msg(!strcmp(x, y), "%s:\n%s%s:\n%s", a, x, b, y);
    free(x);
    free(y);
}

/* Resumed with other threads and kernels, it ends where a run without a break does, and so does its log. */
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
             "train --data plain --out whole --samples %lld " MODEL " --threads 1 --quiet %s",
             samples, reports);
    cli_must_work(command);
    ck_assert(cli_same_file(checkpoint, "whole/model.safetensors"));
    must_log_the_same("i/log.jsonl", "whole/log.jsonl");
}

/* SIGKILL at any moment: what lies there is a whole checkpoint, and goes on from there. */
START_TEST(test_kill)
{
    const char *reports = _i % 3 ? "" : "--points 7";
    char options[64];
    snprintf(options, sizeof options, "--threads %d %s", 1 + _i % 2, reports);
    const pid_t child = start_endless(options);
    sleep_ms(7 * _i);
    kill(child, SIGKILL);
    ck_assert_int_eq(status_of(child), 1000 + SIGKILL);
    must_go_on_exactly("i/model.safetensors", reports);
}
END_TEST

/* What a log may hold that a run goes on with, before `--resume` and after it. */
static const struct {
    const char *what, *shell;
    bool lost; /* the first line */
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

/* A checkpoint of one epoch, whatever its log: two epochs' log is that of a run without a break. Only what
 * the log had lost before it was resumed stays lost. */
START_TEST(test_log_of_resumed)
{
    char *got, *want;
    cli_must_work("train --data plain --out two --epochs 2 " MODEL " --seed 9 --quiet");
    cli_must_work("train --data plain --out l --epochs 1 " MODEL " --seed 9 --quiet");
    ck_assert_int_eq(system(logs[_i].shell), 0);
    cli_must_work("train --data plain --out l --epochs 2 --resume l/model.safetensors --quiet");
    ck_assert_int_ne(access("l/.log.jsonl.pending", F_OK), 0);
    got = timeless("l/log.jsonl");
    want = timeless("two/log.jsonl");
    const bool lost = logs[_i].lost;
    ck_assert_msg(!strcmp(got, lost ? strchr(want, '\n') + 1 : want), "%s:\n%s", logs[_i].what,
                  got);
    free(got);
    free(want);
}
END_TEST

/* A new run's log takes the place of an older one's, a file that is no log stays. */
START_TEST(test_log_of_new_run)
{
    cli_must_work("train --data plain --out n --epochs 3 " MODEL " --seed 4 --quiet");
    cli_must_work("train --data plain --out n --epochs 1 " MODEL " --seed 5 --quiet");
    cli_must_work("train --data plain --out m --epochs 1 " MODEL " --seed 5 --quiet");
    must_log_the_same("n/log.jsonl", "m/log.jsonl");
    cli_write("notes", "dear diary\n", 11);
    cli_must_fail("train --data plain --out m --epochs 1 " MODEL " --log notes", 1,
                  "notes: holds something, but no line of a log");
    cli_must_fail("train --data plain --out m --epochs 2 --resume m/model.safetensors --log notes",
                  1, "notes: holds something, but no line of a log");
    ck_assert_int_eq(mkfifo("pipe", 0666), 0);
    cli_must_fail("train --data plain --out m --epochs 1 " MODEL " --log pipe", 1,
                  "pipe: a pipe that nobody reads");
    const struct outcome o =
        cli_run("train --data plain --out m --epochs 1 " MODEL " --quiet --log /dev/stderr");
    ck_assert_int_eq(o.status, 0);
    ck_assert_ptr_nonnull(strstr(o.err, "\"test_bound\""));
}
END_TEST

/* --- signals --- */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
enum { SIGNALS = sizeof signals / sizeof *signals };

START_TEST(test_signal)
{
    const pid_t child = start_endless("--threads 2");
    kill(child, signals[_i]);
    ck_assert_int_eq(status_of(child), 128 + signals[_i]);
    cli_must_work("eval i/model.safetensors --data plain");
    cli_must_fail("train --data plain --out i --resume i/model.safetensors --samples 1", 1,
                  "has seen");
    must_go_on_exactly("i/model.safetensors", "");
}
END_TEST

/* What the parent ignores stays ignored: nohup. */
START_TEST(test_ignored_signal)
{
    signal(signals[_i], SIG_IGN);
    const pid_t child = start_endless("");
    signal(signals[_i], SIG_DFL);
    kill(child, signals[_i]);
    sleep_ms(50);
    ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
    kill(child, SIGKILL);
    status_of(child);
}
END_TEST

/* A step so long that it is under way when the second signal comes. */
START_TEST(test_second_signal)
{
    const pid_t child =
        start("train --data plain --out slow --samples 1000000 --hidden 2000 --latent 2000 "
              "--samples-per-x 20 --isa generic --threads 1 --quiet");
    ck_assert(wait_for("slow/log.jsonl"));
    sleep_ms(300);
    kill(child, SIGTERM);
    sleep_ms(20);
    kill(child, SIGINT);
    ck_assert_int_eq(status_of(child), 1000 + SIGINT);
}
END_TEST

/* The command that a stopped run prints works as it is, and ends where it would have. */
START_TEST(test_hint)
{
    ck_assert_int_eq(system("cp one.idx 'my data.idx'; mkdir -p 'o'\\''ut dir'"), 0);
    static const char options[] =
        "--data 'my data.idx' --out 'o'\\''ut dir' --log 'its log' --points 3 "
        "--threads 2 --isa generic --quiet";
    char line[512];
    snprintf(line, sizeof line, "train %s --samples 4000000 " MODEL, options);
    const pid_t child = start(line);
    ck_assert(wait_for("o'ut dir/model.safetensors"));
    kill(child, SIGTERM);
    ck_assert_int_eq(status_of(child), 128 + SIGTERM);
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

/* --- two runs, closed descriptors --- */

START_TEST(test_two_runs)
{
    char says[64];
    const pid_t child = start_endless("");
    snprintf(says, sizeof says, "i: in use by process %ld", (long)child);
    cli_must_fail("train --data plain --out i --epochs 1 " MODEL, 1, says);
    cli_must_fail("train --data plain --out i --resume i/model.safetensors", 1, says);
    kill(child, SIGTERM);
    ck_assert_int_eq(status_of(child), 128 + SIGTERM);
    ck_assert_int_ne(access("i/.lock", F_OK), 0);
    cli_must_work("train --data plain --out i --epochs 1 --quiet " MODEL);
    ck_assert_int_eq(system("rm -f i/.lock; ln -s ../file i/.lock"), 0);
    cli_must_fail("train --data plain --out i --epochs 1 " MODEL, 1, "i/.lock: ");
    ck_assert_int_eq(system("rm -f i/.lock; mkfifo i/.lock"), 0);
    cli_must_fail("train --data plain --out i --epochs 1 " MODEL, 1, "i/.lock: not a regular file");
    unlink("i/.lock");
    struct stat st;
    ck_assert_int_eq(stat("file", &st), 0);
    ck_assert_int_eq(st.st_size, 1);
}
END_TEST

/* Without standard descriptors nothing printed lands in a file, and the files are what they are with them. */
START_TEST(test_closed_descriptors)
{
    static const char *const closed[] = {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"};
    for (size_t i = 0; i < 4; i++) {
        char line[8192];
        snprintf(line, sizeof line, "'%s' train --data plain --out c --epochs 3 " MODEL " %s",
                 cli_program(), closed[i]);
        ck_assert_int_eq(system(line), 0);
        ck_assert(cli_same_file("out/model.safetensors", "c/model.safetensors"));
        must_log_the_same("out/log.jsonl", "c/log.jsonl");
    }
}
END_TEST

START_TEST(test_full_output)
{
    static const char *const commands[] = {"--help", "train --help",
                                           "eval out/model.safetensors --data plain",
                                           "kernels --kernel relu"};
    for (size_t i = 0; i < 4; i++) {
        char line[8192];
        snprintf(line, sizeof line, "'%s' %s >/dev/full 2>err", cli_program(), commands[i]);
        const int status = system(line);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "vae %s >/dev/full",
                      commands[i]);
    }
}
END_TEST

/* --- divergence --- */

static const struct {
    const char *options, *says;
} bad_runs[] = {
    {"--optimizer adam --lr 50", "is no number"},
    {"--optimizer sgd --lr 1e30", "is no number"},
    {"--optimizer adagrad --lr 1e25 --samples 100", "is no number"},
    {"--optimizer adam --lr 5 --samples 100", "times the untrained model's"},
    {"--optimizer adam --lr 4 --samples 1000000", "1000 steps with bounds below"},
};
enum { BAD_RUNS = sizeof bad_runs / sizeof *bad_runs };

/* It ends, with the reason, and an earlier model and its log are as they were. */
START_TEST(test_divergence)
{
    char line[512];
    ck_assert_int_eq(system("rm -rf d; cp -r out d"), 0);
    snprintf(line, sizeof line, "train --data plain --out d --quiet " MODEL " %s",
             bad_runs[_i].options);
    cli_must_fail(line, 1, bad_runs[_i].says);
    ck_assert(cli_same_file("d/model.safetensors", "out/model.safetensors"));
    ck_assert(cli_same_file("d/log.jsonl", "out/log.jsonl"));
    cli_must_work("train --data plain --out d --resume d/model.safetensors --epochs 4 --quiet");
}
END_TEST

Suite *suite_recovery(void)
{
    Suite *s = suite_create("recovery");
    TCase *t = tcase_create("recovery");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_kill, 0, 6);
    tcase_add_loop_test(t, test_log_of_resumed, 0, LOGS);
    tcase_add_test(t, test_log_of_new_run);
    tcase_add_loop_test(t, test_signal, 0, SIGNALS);
    tcase_add_loop_test(t, test_ignored_signal, 0, SIGNALS);
    tcase_add_test(t, test_second_signal);
    tcase_add_test(t, test_hint);
    tcase_add_test(t, test_two_runs);
    tcase_add_test(t, test_closed_descriptors);
    tcase_add_test(t, test_full_output);
    tcase_add_loop_test(t, test_divergence, 0, BAD_RUNS);
    suite_add_tcase(s, t);
    return s;
}
