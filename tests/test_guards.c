/* What a run is guarded against: other runs, a full output, its own divergence. */
#include "cli.h"
#include "suites.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(test_two_runs)
{
    char says[64];
    const pid_t child = cli_start_endless("");
    snprintf(says, sizeof says, "i: in use by process %ld", (long)child);
    cli_must_fail("train --data plain --out i --epochs 1 " CLI_MODEL, 1, says);
    cli_must_fail("train --data plain --out i --resume i/model.safetensors", 1, says);
    kill(child, SIGTERM);
    ck_assert_int_eq(cli_status_of(child), 128 + SIGTERM);
    ck_assert_int_ne(access("i/.lock", F_OK), 0);
    cli_must_work("train --data plain --out i --epochs 1 --quiet " CLI_MODEL);
    ck_assert_int_eq(system("rm -f i/.lock; ln -s ../file i/.lock"), 0);
    cli_must_fail("train --data plain --out i --epochs 1 " CLI_MODEL, 1, "i/.lock: ");
    ck_assert_int_eq(system("rm -f i/.lock; mkfifo i/.lock"), 0);
    cli_must_fail("train --data plain --out i --epochs 1 " CLI_MODEL, 1,
                  "i/.lock: not a regular file");
    unlink("i/.lock");
    const pid_t other = cli_start_endless("--log shared.jsonl");
    snprintf(says, sizeof says, "shared.jsonl: in use by process %ld", (long)other);
    cli_must_fail("train --data plain --out j --epochs 1 --log shared.jsonl " CLI_MODEL, 1, says);
    kill(other, SIGTERM);
    ck_assert_int_eq(cli_status_of(other), 128 + SIGTERM);
    struct stat st;
    ck_assert_int_eq(stat("file", &st), 0);
    ck_assert_int_eq(st.st_size, 1);
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

/* A diverging run ends with the reason and leaves an earlier model and its log as they were. */
START_TEST(test_divergence)
{
    char line[512];
    ck_assert_int_eq(system("rm -rf d; cp -r out d"), 0);
    snprintf(line, sizeof line, "train --data plain --out d --quiet " CLI_MODEL " %s",
             bad_runs[_i].options);
    cli_must_fail(line, 1, bad_runs[_i].says);
    ck_assert(cli_same_file("d/model.safetensors", "out/model.safetensors"));
    ck_assert(cli_same_file("d/log.jsonl", "out/log.jsonl"));
    cli_must_work("train --data plain --out d --resume d/model.safetensors --epochs 4 --quiet");
}
END_TEST

/* A run is judged by its own objective: if the KL has no weight, the ELBO may fall beyond the limit
 * without counting as divergence. */
START_TEST(test_objective_is_judged)
{
    double bound = 0;
    const struct outcome o =
        cli_run("train --data plain --out b --quiet --batch 20 --hidden 11 --latent 1000 "
                "--optimizer adam --lr 0.05 --weight-decay 0 --kl-weight 0 --samples 24000");
    ck_assert_msg(o.status == 0 && sscanf(o.out, "test bound %lf nats", &bound) == 1, "%s", o.err);
    ck_assert_double_lt(bound, -10000);
}
END_TEST

Suite *suite_guards(void)
{
    Suite *s = suite_create("guards");
    TCase *t = tcase_create("guards");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_two_runs);
    tcase_add_test(t, test_full_output);
    tcase_add_loop_test(t, test_divergence, 0, BAD_RUNS);
    tcase_add_test(t, test_objective_is_judged);
    suite_add_tcase(s, t);
    return s;
}
