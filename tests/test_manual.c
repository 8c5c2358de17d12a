/* Manual pages and completions: right as mandoc, bash and zsh see them, where these are installed;
 * and the examples, which are run. */
#include "../vae/base/version.h"
#include "../vae/manual/pages.h"
#include "cli.h"
#include "suites.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- helpers --- */

/* Writes man/man1/ and the completions into the fixture's folder, and the program's as bin/vae. */
static void enter(void)
{
    char path[64];
    cli_make_fixture();
    cli_make_folders("man/man1/");
    cli_make_folders("bin/");
    ck_assert_int_eq(symlink(cli_program(), "bin/vae"), 0);
    for (unsigned c = 0; c <= COMMANDS; c++) {
        snprintf(path, sizeof path, "man/man1/vae%s%s.1", c < COMMANDS ? "-" : "",
                 c < COMMANDS ? vae_commands[c].name : "");
        FILE *f = fopen(path, "w");
        if (c < COMMANDS)
            man_page_of_command(f, (enum command)c, 86400 * 365);
        else
            man_page_of_program(f, 86400 * 365);
        fclose(f);
    }
    FILE *bash = fopen("vae.bash", "w"), *zsh = fopen("_vae", "w");
    completion_bash(bash);
    completion_zsh(zsh);
    fclose(bash);
    fclose(zsh);
}

static bool installed(const char *program)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null", program);
    const bool there = system(line) == 0;
    if (!there) printf("manual: %s is not installed, its checks are skipped\n", program);
    return there;
}

/* Runs a shell command; what it prints on both streams, at most. */
static int run(const char *line, char *said, size_t room)
{
    char both[2048];
    snprintf(both, sizeof both, "{ %s; } 2>&1 </dev/null", line);
    FILE *p = popen(both, "r");
    said[fread(said, 1, room - 1, p)] = 0;
    return pclose(p);
}

/* --- pages --- */

START_TEST(test_lint)
{
    char said[2048];
    if (!installed("mandoc")) return;
    run("cd man/man1 && mandoc -T lint -W all *.1", said, sizeof said);
    ck_assert_str_eq(said, "");
}
END_TEST

/* Each option has an item, and each section is there. */
START_TEST(test_page)
{
    static const char *const sections[] = {"NAME",        "SYNOPSIS", "DESCRIPTION", "OPTIONS",
                                           "EXIT STATUS", "EXAMPLES", "SEE ALSO"};
    char path[64], want[128];
    unsigned char *page;
    snprintf(path, sizeof path, "man/man1/vae-%s.1", vae_commands[_i].name);
    const size_t n = cli_read(path, &page);
    page[n] = 0;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        snprintf(want, sizeof want, "\n.Sh %s\n", sections[i]);
        ck_assert_msg(strstr((char *)page, want) != NULL, "%s: no %s", path, sections[i]);
    }
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!o->name || !vae_command_takes((enum command)_i, o)) continue;
        size_t used = (size_t)snprintf(want, sizeof want, "\n.It Fl \\-");
        for (const char *c = o->name; *c; c++)
            used += (size_t)snprintf(want + used, sizeof want - used, "%s%c", *c == '-' ? "\\" : "",
                                     *c);
        ck_assert_msg(strstr((char *)page, want) != NULL, "%s: no --%s", path, o->name);
    }
    free(page);
}
END_TEST

/* --- examples --- */

static const struct {
    enum command command;
    const char *line;
} examples[] = {
#define EXAMPLE(command, what, line) {COMMAND_##command, line},
#include "../vae/manual/examples.def"
#undef EXAMPLE
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

/* With a hundredth of the samples. The suite `tune` runs `vae tune`, which takes long. */
START_TEST(test_examples)
{
    char line[1024] = "PATH=$PWD/bin:$PATH; ", said[4096];
    bool seen[COMMANDS] = {false};
    for (size_t i = 0; i < EXAMPLES; i++) {
        size_t used = strlen("PATH=$PWD/bin:$PATH; ");
        seen[examples[i].command] = true;
        if (examples[i].command == COMMAND_tune) continue;
        for (const char *c = examples[i].line; *c; c++) {
            if (!strncmp(c, "00000", 5)) c += 2;
            line[used++] = *c;
        }
        line[used] = 0;
        ck_assert_msg(run(line, said, sizeof said) == 0, "%s: %s", line, said);
    }
    for (unsigned c = 0; c < COMMANDS; c++)
        ck_assert_msg(seen[c], "no example of vae %s", vae_commands[c].name);
}
END_TEST

/* --- completion --- */

/* Words of a command line, the last to be completed, and what bash offers, sorted. Of the fixture's
 * files. "=" is a word of its own, as in bash. */
static const struct {
    const char *words, *offers;
} completions[] = {
    {"vae 'ev'", "eval"},
    {"vae 'en'", "encode"},
    {"vae '--'", "--help --version"},
    {"vae train '--hid'", "--hidden"},
    {"vae train '--hm'", ""},
    {"vae eval '--hm'", "--hmc --hmc-from --hmc-samples --hmc-starts"},
    {"vae train --optimizer ''", "adagrad adam sgd"},
    {"vae train --optimizer 'ada'", "adagrad adam"},
    {"vae train --optimizer = 'ada'", "adagrad adam"},
    {"vae train --estimator =", "a b iwae"},
    {"vae train --quiet '--method'", "--method"},
    {"vae train --isa 'gene'", "generic"},
    {"vae kernels --kernel 'gemm_n'", "gemm_nn gemm_nt"},
    {"vae train --latent ''", ""},
    {"vae train --data 'syn'", "synthetic"},
    {"vae train --data 'pl'", "plain"},
    {"vae train --out 'ou'", "out"},
    {"vae train --out 'one'", ""}, /* a file, but a folder is asked for */
    {"vae train --config 'out/'", "out/config.json"},
    {"vae eval 'out/'", "out/model.safetensors"},
    {"vae eval out/model.safetensors --data 'one'", "one.idx"},
    {"vae data 'one'", "one.idx"},
    {"vae data '--js'", "--json"},
    {"vae tune 'o'", ""},
};

START_TEST(test_bash)
{
    char line[1024], said[1024];
    if (!installed("bash")) return;
    snprintf(line, sizeof line,
             "bash --norc -c '. ./vae.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _vae; "
             "printf \"%%s\\n\" \"${COMPREPLY[@]}\" | sort -u | tr \"\\n\" \" \" | sed \"s/ "
             "*$//\"' x %s",
             completions[_i].words);
    ck_assert_int_eq(run(line, said, sizeof said), 0);
    ck_assert_msg(!strcmp(said, completions[_i].offers), "%s: %s", completions[_i].words, said);
}
END_TEST

/* What zsh makes of a line at the Tab key. */
static const struct {
    const char *typed, *becomes;
} zsh_lines[] = {
    {"vae ev", "vae eval "},
    {"vae train --hid", "vae train --hidden="},
    {"vae train --optimizer adagr", "vae train --optimizer adagrad "},
    {"vae train --optimizer=adagr", "vae train --optimizer=adagrad "},
    {"vae train --isa gene", "vae train --isa generic "},
    {"vae train --data syn", "vae train --data synthetic "},
    {"vae train --data pla", "vae train --data plain/"},
    {"vae train --out ou", "vae train --out out/"},
    {"vae eval out/mod", "vae eval out/model.safetensors "},
    {"vae train --config out/c", "vae train --config out/config.json "},
    {"vae data one", "vae data one.idx "},
};

/* A terminal of zsh's own; ^X prints the line so far. */
static const char zsh_driver[] =
    "zmodload zsh/zpty\n"
    "zpty z TERM=dumb zsh -f -i\n"
    "say() { zpty -w z \"$1\" }\n"
    "say 'unsetopt prompt_cr prompt_sp; PS1= RPS1=; fpath=($PWD $fpath); autoload -U compinit'\n"
    "say 'compinit -u -D; show() { print -rn -- \"<<$BUFFER>>\"; }; zle -N show'\n"
    "say \"bindkey '^X' show; bindkey '^I' complete-word; bindkey '^U' kill-whole-line\"\n"
    "say 'print REA''DY'\n"
    "zpty -r z heard '*READY*' || exit 1\n"
    "for typed; do\n"
    "    zpty -w -n z $'\\C-u'$typed$'\\t\\C-x'\n"
    "    zpty -r z heard '*<<*>>' || exit 1\n"
    "    print -r -- ${${heard##*<<}%>>*}\n"
    "done\n"
    "zpty -d z\n";

START_TEST(test_zsh)
{
    char line[2048] = "timeout 60 zsh -f ./driver", said[4096], want[4096] = "";
    if (!installed("zsh")) return;
    ck_assert_int_eq(run("zsh -n ./_vae", said, sizeof said), 0);
    cli_write("driver", zsh_driver, sizeof zsh_driver - 1);
    for (size_t i = 0; i < sizeof zsh_lines / sizeof *zsh_lines; i++) {
        snprintf(line + strlen(line), sizeof line - strlen(line), " '%s'", zsh_lines[i].typed);
        snprintf(want + strlen(want), sizeof want - strlen(want), "%s\n", zsh_lines[i].becomes);
    }
    ck_assert_int_eq(run(line, said, sizeof said), 0);
    ck_assert_str_eq(said, want);
}
END_TEST

/* --- the version --- */

START_TEST(test_version)
{
    char want[64];
    const struct outcome o = cli_run("--version");
    ck_assert(o.status == 0 && !*o.err);
    snprintf(want, sizeof want, "vae %s", vae_version);
    ck_assert_msg(!strncmp(o.out, want, strlen(want)), "%s", o.out);
    ck_assert_msg(strstr(o.out, "\ninstruction sets: generic") != NULL, "%s", o.out);
    ck_assert_msg(strstr(o.out, "\ncompiler: ") && strstr(o.out, "\nlibraries: jansson "), "%s",
                  o.out);
}
END_TEST

Suite *suite_manual(void)
{
    Suite *s = suite_create("manual");
    TCase *t = tcase_create("manual");
    tcase_set_timeout(t, 240);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, enter, cli_remove_fixture);
    tcase_add_test(t, test_lint);
    tcase_add_loop_test(t, test_page, 0, COMMANDS);
    tcase_add_loop_test(t, test_bash, 0, sizeof completions / sizeof *completions);
    tcase_add_test(t, test_zsh);
    tcase_add_test(t, test_version);
    suite_add_tcase(s, t);
    TCase *all = tcase_create("examples");
    tcase_set_timeout(all, 240);
    tcase_set_tags(all, "program large");
    tcase_add_unchecked_fixture(all, enter, cli_remove_fixture);
    tcase_add_test(all, test_examples);
    suite_add_tcase(s, all);
    return s;
}
