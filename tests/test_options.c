/* The table of options and what follows from it: help, messages about wrong options, the command to
 * resume a run. */
#include "../vae/cli/options.h"
#include "../vae/settings/option_table.h"
#include "../vae/settings/train_settings.h"
#include "suites.h"
#include <getopt.h>
#include <string.h>

enum { WORDS = 32 };

/* Parses "train --data d ..." as main does; words are separated by single spaces. */
static bool parse(const char *line, struct settings *s, struct vae_error *e)
{
    static char words[1024];
    char *argv[WORDS + 1], *rest;
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *w = strtok_r(words, " ", &rest); w && argc < WORDS; w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    argv[argc] = NULL;
    optind = 0; /* glibc and musl start again */
    *e = (struct vae_error){""};
    return vae_options_parse(vae_command_named(argv[0]), argc, argv, s, e) &&
           (s->command != COMMAND_train || vae_train_settings_complete(s, e));
}

/* --- the table --- */

/* A name occurs at most once per command, and a command's options fit getopt_long's array. */
START_TEST(test_table)
{
    size_t count = 0;
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!(o->commands >> _i & 1) || !o->name) continue;
        count++;
        ck_assert_msg(o->kind && o->kind->parse && o->kind->show && *o->help, "--%s", o->name);
        ck_assert_msg(o->argument || !(o->traits & OPTION_NEEDED), "--%s", o->name);
        for (size_t j = 0; j < i; j++)
            ck_assert_msg(!(vae_option_table[j].commands >> _i & 1) || !vae_option_table[j].name ||
                              strcmp(vae_option_table[j].name, o->name) != 0,
                          "--%s twice", o->name);
    }
    ck_assert_uint_lt(count, SETTINGS_GIVEN);
}
END_TEST

/* --- help --- */

/* Whether the help contains `name` at the end of a word. */
static bool holds(const char *help, const char *name)
{
    const size_t n = strlen(name);
    for (const char *p = help; (p = strstr(p, name)); p++)
        if (strchr(" \n", p[n])) return true;
    return false;
}

/* Help has every option with its argument, the last word of each text, and no line too long. */
START_TEST(test_help)
{
    static char help[16384];
    FILE *f = fmemopen(help, sizeof help, "w");
    vae_options_help(f, (enum command)_i);
    fclose(f);
    ck_assert_uint_lt(strlen(help), sizeof help - 1);
    ck_assert(!strncmp(help, "usage: vae ", 11));
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        char want[80];
        if (!(o->commands >> _i & 1)) continue;
        if (o->name) {
            snprintf(want, sizeof want, "  --%s%s%s", o->name, o->argument ? " " : "",
                     o->argument ? o->argument : "");
            ck_assert_msg(holds(help, want), "no%s", want);
        }
        const char *last = strrchr(o->help, ' ');
        ck_assert_msg(strstr(help, last ? last + 1 : o->help) != NULL, "%s", o->help);
    }
    for (char *line = help, *end; (end = strchr(line, '\n')); line = end + 1) {
        ck_assert_msg(end - line <= (long)OPTIONS_WIDTH, "%.*s", (int)(end - line), line);
        ck_assert_msg(end == line || end[-1] != ' ', "a space ends %.*s", (int)(end - line), line);
    }
}
END_TEST

/* --- messages --- */

static const struct {
    const char *line, *says; /* says: the whole message; NULL: the line is accepted */
} lines[] = {
    {"train --data d --out o", NULL},
    {"train --dat=d --ou o -quiet --epochs=3", NULL}, /* abbreviations, and a single dash */
    {"train --data d --out o --fast", "--fast: unknown option; see `vae train --help`"},
    {"train --data d --out o --fast=3", "--fast=3: unknown option; see `vae train --help`"},
    {"train --data d --out o --help=3", "--help=3: unknown option; see `vae train --help`"},
    {"train --data d --out o --=", "--=: unknown option; see `vae train --help`"},
    {"train --data d --out o --epochs", "--epochs: its value is missing; give --epochs N"},
    {"train --data d --out o --epoch", "--epochs: its value is missing; give --epochs N"},
    {"train --data d --out o --quiet=1", "--quiet: takes no value"},
    {"train --data d --out o --sam 3", "--sam: ambiguous, one of --samples, --samples-per-x"},
    {"train --data d --out o --pairs 3",
     "--pairs: unknown option, one of `vae reconstruct`; see `vae train --help`"},
    {"train --data d --out o more", "more: one argument too many; see --help"},
    {"train --out o", "give --data PATH|synthetic; see `vae train --help`"},
    {"train --data d", "give --out DIR; see `vae train --help`"},
    {"train --data d --out o --epochs 0", "--epochs 0: give a whole number from 1 to 1000000"},
    {"train --data d --out o --optimizer lbfgs",
     "--optimizer lbfgs: give one of sgd, adagrad, adam"},
    {"train --data d --out o --estimator c", "--estimator c: give one of b, a, iwae"},
    {"train --data d --out o --estimator iwae --kl-weight 2",
     "--kl-weight and --kl-warmup: --estimator iwae has no KL divergence"},
    {"train --data d --out o --method em",
     "--method em: give one of aevb, wake-sleep, mcem, full-vb"},
    {"train --data d --out o --method wake-sleep --estimator a",
     "--estimator, --kl-weight and --kl-warmup are of --method aevb"},
    {"train --data d --out o --method wake-sleep --kl-warmup 3",
     "--estimator, --kl-weight and --kl-warmup are of --method aevb"},
    {"train --data d --out o --method wake-sleep --estimator b", NULL},
    {"train --data d --out o --method mcem --validation 10",
     "--validation: --method mcem trains no encoder, so it has no bound to choose by; leave it "
     "out"},
    {"train --data d --out o --method mcem --samples-per-x 2",
     "--samples-per-x: --method mcem has one chain for each image"},
    {"train --data d --out o --method mcem --binarize dynamic",
     "--binarize dynamic: the chains of --method mcem need the same images in every cycle; take "
     "fixed"},
    {"train --data d --out o --method full-vb --weight-decay 2",
     "--weight-decay: the prior of --method full-vb is N(0, 1); leave it out"},
    {"train --data d --out o --method full-vb --weight-decay 1 --samples-per-x 2", NULL},
    {"train --data d --out o --noise per-pixel",
     "--noise is for --likelihood gaussian without --sigma"},
    {"train --data d --out o --noise per-pixel --likelihood gaussian --sigma 1",
     "--noise is for --likelihood gaussian without --sigma"},
    {"train --data d --out o --noise per-pixel --likelihood gaussian --min-logvar -5", NULL},
    {"train --data d --out o --method wake-sleep --posterior laplace",
     "--posterior: the sleep phase of --method wake-sleep has a gaussian one"},
    {"train --data d --out o --posterior logistic --estimator iwae", NULL},
    {"train --data d --out o --method mcem --posterior laplace",
     "--posterior: --method mcem has no q(z|x); leave it out"},
    {"train --data d --out o --noise mixture",
     "--noise is for --likelihood gaussian without --sigma"},
    {"train --data d --out o --noise mixture --likelihood gaussian --method wake-sleep", NULL},
    {"eval f --data d --hmc --hmc-from encoder", NULL},
    {"train --data d --out o --m-steps 2", "--leapfrog and --m-steps are of --method mcem"},
    {"train --data d --out o --method mcem --m-steps 2 --leapfrog 3 --binarize fixed", NULL},
    {"train --data d --out o --resume f --method aevb",
     "--resume takes --method from the checkpoint; leave it out"},
    {"train --data d --out o --resume f --estimator a",
     "--resume takes --estimator from the checkpoint; leave it out"},
    {"train --data d --out o --resume f --epochs 3", NULL},
    {"train --data d --out o --resume f --latent 3",
     "--resume takes --latent from the checkpoint; leave it out"},
    {"train --data d --out o --resume f --seed 3",
     "--resume takes --seed from the checkpoint; leave it out"},
    {"train --data d --out o --decoder-hidden none --hidden 1,16384,3,4 --activation relu", NULL},
    {"train --data d --out o --hidden 1,2,3,4,5", "--hidden 1,2,3,4,5: give a whole number from 1 "
                                                  "to 16384, up to 4 of them, such as 200,100, or "
                                                  "none"},
    {"train --data d --out o --decoder-hidden 0", "--decoder-hidden 0: give a whole number from 1 "
                                                  "to 16384, up to 4 of them, such as 200,100, or "
                                                  "none"},
    {"train --data d --out o --activation gelu",
     "--activation gelu: give one of tanh, relu, softplus, sigmoid"},
    {"train --data d --out o --resume f --decoder-hidden 3",
     "--resume takes --decoder-hidden from the checkpoint; leave it out"},
    {"eval f --data d --likelihood gaussian --image 3x4 --seed 5 --activation softplus", NULL},
    {"eval --data d", "give a checkpoint, FILE.safetensors; see `vae eval --help`"},
    {"eval f --data d --hidden 3",
     "--hidden: unknown option, one of `vae train`; see `vae eval --help`"},
    {"sample f --out o --across 101", "--across 101: give a whole number from 1 to 100"},
    {"manifold f", "give --out FILE.png; see `vae manifold --help`"},
    {"kernels --json --kernel exp", NULL},
    {"tune --isa generic", "--isa: unknown option, one of `vae train`; see `vae tune --help`"},
};

START_TEST(test_lines)
{
    struct settings s;
    struct vae_error e;
    const bool taken = parse(lines[_i].line, &s, &e);
    ck_assert_str_eq(e.line, lines[_i].says ? lines[_i].says : "");
    ck_assert_int_eq(taken, !lines[_i].says);
}
END_TEST

/* Each command's settings are its own defaults, changed where an option says so. */
START_TEST(test_settings)
{
    struct settings s;
    struct vae_error e;
    ck_assert(parse("train --data d --out o --lr 0.5 --lr 0.25 --likelihood gaussian --seed 7 "
                    "--optimizer adam --transpose --points 3",
                    &s, &e));
    ck_assert(s.run.lr == 0.25f && s.run.optimizer == VAE_ADAM && s.run.seed == 7);
    ck_assert(s.run.shape.likelihood == VAE_GAUSSIAN && s.run.shape.variance == VARIANCE_LIMITED);
    ck_assert(s.images.transpose && s.points == 3 && !s.quiet && s.run.batch == 100);
    ck_assert(parse("eval f --data d --likelihood gaussian --seed 7 --threads 3", &s, &e));
    ck_assert_str_eq(s.model.likelihood, "gaussian");
    ck_assert_str_eq(s.file, "f");
    ck_assert(s.seed_given && s.seed == 7 && s.run.seed == 1 && s.threads == 3);
    ck_assert(parse("reconstruct f --data d --out o --image 3x4", &s, &e));
    ck_assert(s.model.rows == 3 && s.model.cols == 4 && s.across == 10 && s.pairs == 5);
}
END_TEST

/* --- resuming --- */

/* Options that the checkpoint does not hold are repeated, each once, with its last value. */
START_TEST(test_again)
{
    struct settings s;
    struct vae_error e;
    char said[256] = "";
    ck_assert(
        parse("train --data d --transpose --out o --latent 3 --threads 2 --epochs 9 --log a'b "
              "--threads 4 --profile",
              &s, &e));
    FILE *f = fmemopen(said, sizeof said, "w");
    vae_options_print_again(f, &s);
    fclose(f);
    ck_assert_str_eq(said, " --data d --transpose --out o --threads 4 --log 'a'\\''b' --profile");
}
END_TEST

Suite *suite_options(void)
{
    Suite *s = suite_create("options");
    TCase *t = tcase_create("options");
    tcase_add_loop_test(t, test_table, 0, COMMANDS);
    tcase_add_loop_test(t, test_help, 0, COMMANDS);
    tcase_add_loop_test(t, test_lines, 0, sizeof lines / sizeof *lines);
    tcase_add_test(t, test_settings);
    tcase_add_test(t, test_again);
    suite_add_tcase(s, t);
    return s;
}
