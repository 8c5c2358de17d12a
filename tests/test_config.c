/* Configurations: every option is written and read back; a run is repeated from the file alone;
 * what is wrong in a file; what the command line changes. */
#include "../vae/cli/config.h"
#include "../vae/cli/options.h"
#include "../vae/settings/option_table.h"
#include "../vae/settings/train_settings.h"
#include "cli.h"
#include "suites.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Parses "train ..." with words between single spaces. What s points to stays until the next but
 * one. */
static bool parse(const char *line, struct settings *s, struct vae_error *e)
{
    static char both[2][1024];
    static unsigned turn;
    char *words = both[turn++ % 2], *argv[32], *rest;
    int argc = 0;
    snprintf(words, sizeof *both, "%s", line);
    for (char *w = strtok_r(words, " ", &rest); w && argc < 31; w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    argv[argc] = NULL;
    optind = 0; /* glibc and musl start again */
    *e = (struct vae_error){""};
    return vae_options_parse(COMMAND_train, argc, argv, s, e) && vae_train_settings_complete(s, e);
}

/* --- every option --- */

static bool is_of_run(const struct option_entry *o)
{
    return o->name && vae_command_takes(COMMAND_train, o) && !(o->traits & OPTION_HERE);
}

/* What the settings say of an option; "" if it has no value or no effect. */
static void shown(const struct option_entry *o, const struct settings *s, char text[OPTION_SHOWN])
{
    char room[OPTION_SHOWN];
    struct vae_error why = {""};
    const bool applies = !o->applies || o->applies(o, s, &why);
    const char *value = applies ? o->kind->show(o, s, room) : NULL;
    snprintf(text, OPTION_SHOWN, "%s", !value ? "" : o->argument ? value : "true");
}

/* Settings beside which options have an effect that they have not by default. */
static const char *const contexts[] = {
    "",
    "--optimizer adam",
    "--likelihood gaussian",
    "--method mcem --binarize fixed",
    "--validation 3",
};
enum { CONTEXTS = sizeof contexts / sizeof *contexts };

/* Values of which an option takes some; its own names come first. */
static const char *const values[] = {"3",          "0.25", "0.123456789", "7,5", "1:0.1,20:3e-05",
                                     "4294967296", "9x4",  "a/\"b\\"};

/* Writes the settings to a file, reads it, and requires all options to say the same. */
static void must_survive(const struct settings *s, const char *line)
{
    struct settings again;
    struct vae_error e;
    ck_assert_msg(vae_config_write("written.json", s, 7, &e), "%s", e.line);
    ck_assert_msg(parse("train --config written.json --out o", &again, &e), "%s: %s", line, e.line);
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        char was[OPTION_SHOWN], is[OPTION_SHOWN];
        if (!is_of_run(o)) continue;
        shown(o, s, was);
        shown(o, &again, is);
        ck_assert_msg(!strcmp(was, is), "%s: --%s was %s and is %s", line, o->name, was, is);
    }
    vae_options_free(&again);
}

/* Tries a value in a context. Whether it shows, and as something else than without the option. */
static bool try(const struct option_entry *o, const char *context, const char *value)
{
    char before[OPTION_SHOWN], after[OPTION_SHOWN], line[1024];
    struct settings s, without;
    struct vae_error e;
    snprintf(line, sizeof line, "train --data d --out o %s", context);
    ck_assert_msg(parse(line, &without, &e), "%s: %s", line, e.line);
    shown(o, &without, before);
    snprintf(line, sizeof line, "train --data d --out o %s --%s %s", context, o->name, value);
    if (!parse(line, &s, &e)) return false;
    shown(o, &s, after);
    must_survive(&s, line);
    return *after && strcmp(before, after) != 0;
}

/* Each option of a run has a value that shows in the settings, and goes to a file and back. */
START_TEST(test_every_option)
{
    const struct option_entry *o = &vae_option_table[_i];
    size_t shows = 0;
    if (!is_of_run(o)) return;
    for (size_t c = 0; c < CONTEXTS; c++) {
        for (size_t n = 0; o->names && o->names[n]; n++) shows += try(o, contexts[c], o->names[n]);
        for (size_t v = 0; v < sizeof values / sizeof *values; v++)
            shows += try(o, contexts[c], o->argument ? values[v] : "");
    }
    ck_assert_msg(shows > 0,
                  "--%s: no value of this test shows in the settings; add one, or a "
                  "context in which it has an effect",
                  o->name);
}
END_TEST

/* --- files that are wrong --- */

static const struct {
    const char *file, *says; /* after "c.json: " */
} wrong[] = {
    {"", "line 1: '[' or '{' expected near end of file"},
    {"{", "line 1: string or '}' expected near end of file"},
    {"{\"latent\": 1,\n \"latent\": 2}", "line 2: duplicate object key near '\"latent\"'"},
    {"[]", "no object; give a JSON object, such as {\"latent\": 20}"},
    {"{\"latnet\": 2}", "\"latnet\": no such option; see `vae train --help`"},
    {"{\"hmc\": true}", "\"hmc\": no such option; see `vae train --help`"},
    {"{\"latent\": \"2\"}", "\"latent\": give a whole number"},
    {"{\"latent\": 2.5}", "\"latent\": give a whole number"},
    {"{\"latent\": 1e300}", "\"latent\": give a whole number"},
    {"{\"latent\": null}", "\"latent\": give a whole number"},
    {"{\"latent\": 0}", "--latent 0: give a whole number from 1 to 4096"},
    {"{\"latent\": -1}", "--latent -1: give a whole number from 1 to 4096"},
    {"{\"lr\": true}", "\"lr\": give a number"},
    {"{\"lr\": -1e-3}", "--lr -0.001: give a number above 0, such as 0.01"},
    {"{\"optimizer\": 1}", "\"optimizer\": give a string"},
    {"{\"optimizer\": \"lbfgs\"}", "--optimizer lbfgs: give one of sgd, adagrad, adam"},
    {"{\"transpose\": 1}", "\"transpose\": give true or false"},
    {"{\"hidden\": 200}", "\"hidden\": give a list of whole numbers, such as [200, 100]"},
    {"{\"hidden\": [1, 2.5]}", "\"hidden\": give a list of whole numbers, such as [200, 100]"},
    {"{\"hidden\": [0]}",
     "--hidden 0: give a whole number from 1 to 16384, up to 4 of them, such as "
     "200,100, or none"},
    {"{\"beta1\": 0.5}", "--beta1: adagrad has no such setting; leave it out"},
    {"{\"samples\": 2, \"epochs\": 3}", "give --epochs or --samples, not both"},
    {"{\"config\": \"d.json\"}", "\"config\": only on the command line"},
    {"{\"about\": 1}", "\"about\": give an object, or leave it out"},
    {"{\"about\": {\"images\": \"0\"}, \"data\": \"plain\"}",
     "its run had other training images than plain has now; give --data, or take \"about\" out of "
     "the file"},
    {"{\"out\": \"c-out\"}", NULL}, /* no data: the usual message */
};

START_TEST(test_wrong)
{
    char says[512];
    const bool data = strstr(wrong[_i].file, "data") || !wrong[_i].says;
    cli_write("c.json", wrong[_i].file, strlen(wrong[_i].file));
    snprintf(says, sizeof says, "vae train: c.json: %s\n", wrong[_i].says);
    const struct outcome o =
        cli_run("train --config c.json%s --out c-out", data ? "" : " --data plain");
    ck_assert_int_ne(o.status, 0);
    ck_assert_str_eq(
        o.err,
        wrong[_i].says ? says : "vae train: give --data PATH|synthetic; see `vae train --help`\n");
    ck_assert_int_ne(access("c-out", F_OK), 0);
}
END_TEST

START_TEST(test_no_file)
{
    cli_must_fail("train --config nowhere.json --data plain --out c-out", 2, "nowhere.json: ");
    cli_must_fail("train --config . --data plain --out c-out", 2, ".: a directory, not a file");
    cli_must_fail("train --config out/config.json --resume out/model.safetensors --out c-out", 2,
                  "--resume takes the settings from the checkpoint; leave --config out");
}
END_TEST

/* --- what the command line changes --- */

static const struct {
    const char *file, *options, *name, *value; /* value: "" if it has none */
} changes[] = {
    {"{\"latent\": 3}", "", "latent", "3"},
    {"{\"latent\": 3}", "--latent 4", "latent", "4"},
    {"{\"samples\": 1e3}", "", "samples", "1000"},
    {"{\"samples\": 1000}", "--epochs 2", "samples", ""},
    {"{\"samples\": 1000}", "--epochs 2", "epochs", "2"},
    {"{}", "", "epochs", "50"},
    {"{\"transpose\": false}", "", "transpose", ""},
    {"{\"transpose\": false}", "--transpose", "transpose", "true"},
    {"{\"optimizer\": \"adam\", \"beta1\": 0.5}", "--optimizer sgd", "beta1", ""},
    {"{\"optimizer\": \"adam\", \"beta1\": 0.5, \"beta2\": 0.6}", "--beta1 0.25", "beta2", "0.6"},
    {"{\"likelihood\": \"gaussian\", \"sigma\": 0.5}", "--min-logvar -3", "sigma", ""},
    {"{\"likelihood\": \"gaussian\", \"sigma\": 0.5}", "--min-logvar -3", "min-logvar", "-3"},
    {"{\"likelihood\": \"gaussian\", \"sigma\": 0.5}", "--likelihood bernoulli", "sigma", ""},
    {"{\"lr\": 0.5}", "--lr-stages 1:0.1", "lr", ""},
    {"{\"hidden\": [7, 5]}", "", "decoder-hidden", "5,7"},
    {"{\"hidden\": []}", "", "hidden", "none"},
    {"{\"hidden\": [7], \"decoder-hidden\": [6]}", "--hidden 8", "decoder-hidden", "6"},
};

START_TEST(test_change)
{
    char line[256], text[OPTION_SHOWN];
    const struct option_entry *o = vae_option_table;
    struct settings s;
    struct vae_error e;
    cli_write("c.json", changes[_i].file, strlen(changes[_i].file));
    snprintf(line, sizeof line, "train --data d --out o --config c.json %s", changes[_i].options);
    ck_assert_msg(parse(line, &s, &e), "%s", e.line);
    while (!o->name || strcmp(o->name, changes[_i].name)) o++;
    shown(o, &s, text);
    ck_assert_str_eq(text, changes[_i].value);
    vae_options_free(&s);
}
END_TEST

/* --- runs --- */

static const char *const runs[] = {
    "--epochs 2",
    "--samples 130 --hidden 6,5 --decoder-hidden 4 --activation relu",
    "--epochs 2 --optimizer adam --lr 0.0123 --beta1 0.8 --epsilon-place raw --warmup 3",
    "--epochs 2 --optimizer sgd --lr-stages 1:1e-5,2:3e-6 --weight-decay 0.3",
    "--epochs 2 --likelihood gaussian --noise per-pixel --init glorot --transpose",
    "--epochs 2 --likelihood gaussian --sigma 0.3 --init-bias data --samples-per-x 2",
    "--epochs 2 --method wake-sleep --posterior gaussian --seed 9",
    "--epochs 2 --method full-vb --train-images 70",
    "--epochs 16 --method mcem --binarize fixed --m-steps 2",
    "--epochs 2 --estimator iwae --samples-per-x 3 --binarize dynamic",
    "--epochs 2 --estimator a --kl-weight 0.7 --kl-warmup 4 --posterior laplace",
    "--epochs 6 --validation 20 --early-stop 2 --points 4 --binarize threshold",
};

static void must_be_same(const char *a, const char *b, const char *name)
{
    char x[64], y[64];
    snprintf(x, sizeof x, "%s/%s", a, name);
    snprintf(y, sizeof y, "%s/%s", b, name);
    ck_assert_msg(cli_same_file(x, y), "%s and %s differ", x, y);
}

/* The configuration of a run repeats it, whatever the threads and the instruction set, and is again
 * what the repetition writes. */
START_TEST(test_repeat)
{
    char line[512];
    snprintf(line, sizeof line,
             "train --data plain --out a%d --batch 20 --hidden 7 --latent 3 --threads 1 "
             "--isa generic --quiet %s",
             _i, runs[_i]);
    cli_must_work(line);
    snprintf(line, sizeof line, "train --config a%d/config.json --out b%d --quiet --threads 3", _i,
             _i);
    cli_must_work(line);
    char a[16], b[16];
    snprintf(a, sizeof a, "a%d", _i);
    snprintf(b, sizeof b, "b%d", _i);
    must_be_same(a, b, "model.safetensors");
    must_be_same(a, b, "config.json");
    snprintf(line, sizeof line, "a%d/log.jsonl", _i);
    char other[64];
    snprintf(other, sizeof other, "b%d/log.jsonl", _i);
    cli_must_log_the_same(line, other);
}
END_TEST

#define SMALL "--batch 20 --hidden 7 --latent 3 --quiet "

/* A run that was stopped and went on has the configuration of one that was not. */
START_TEST(test_resumed)
{
    cli_must_work("train --data plain --out whole " SMALL "--optimizer adam --epochs 3");
    cli_must_work("train --data plain --out parts " SMALL "--optimizer adam --epochs 1");
    ck_assert(!cli_same_file("whole/config.json", "parts/config.json"));
    cli_must_work("train --data plain --out parts --resume parts/model.safetensors --epochs 3");
    must_be_same("whole", "parts", "config.json");
    cli_must_work("train --config parts/config.json --out again --quiet");
    must_be_same("whole", "again", "model.safetensors");
}
END_TEST

/* No one configuration repeats a run that went on with other settings. Its own says so, and has the
 * last of them. */
START_TEST(test_changed)
{
    cli_must_work("train --data plain --out ch " SMALL "--epochs 1");
    cli_must_work("train --data plain --out ch --resume ch/model.safetensors --epochs 2 --lr 0.5");
    cli_must_work("train --data plain --out ch --resume ch/model.safetensors --epochs 3");
    const struct outcome o = cli_run("train --config ch/config.json --out ch2 --quiet");
    ck_assert_int_eq(o.status, 0);
    ck_assert_str_eq(o.err, "vae train: ch/config.json: its run was resumed with other settings; "
                            "this one has the last of them from its start\n");
    json_t *config = json_load_file("ch2/config.json", 0, NULL);
    ck_assert(json_number_value(json_object_get(config, "lr")) == 0.5);
    ck_assert(json_is_false(json_object_get(json_object_get(config, "about"), "changed")));
    json_decref(config);
}
END_TEST

/* A run that is stopped prints the options of its file, for the one that goes on. */
START_TEST(test_again)
{
    struct settings s;
    struct vae_error e;
    static const char file[] = "{\"data\": \"a b\", \"latent\": 3, \"points\": 4, \"quiet\": true}";
    char said[256] = "";
    cli_write("c.json", file, sizeof file - 1);
    ck_assert_msg(parse("train --config c.json --out o", &s, &e), "%s", e.line);
    FILE *f = fmemopen(said, sizeof said, "w");
    vae_options_print_again(f, &s);
    fclose(f);
    vae_options_free(&s);
    ck_assert_str_eq(said, " --data 'a b' --points 4 --quiet --out o");
}
END_TEST

Suite *suite_config(void)
{
    Suite *s = suite_create("config");
    TCase *t = tcase_create("config");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_every_option, 0, (int)vae_option_count);
    tcase_add_loop_test(t, test_wrong, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(t, test_no_file);
    tcase_add_loop_test(t, test_change, 0, sizeof changes / sizeof *changes);
    tcase_add_loop_test(t, test_repeat, 0, sizeof runs / sizeof *runs);
    tcase_add_test(t, test_resumed);
    tcase_add_test(t, test_changed);
    tcase_add_test(t, test_again);
    suite_add_tcase(s, t);
    return s;
}
