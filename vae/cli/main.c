#include "build_info.h"
#include "commands.h"
#include "options.h"
#include "standard.h"
#include <stdio.h>
#include <string.h>

static int (*const runs[COMMANDS])(struct settings *s, struct vae_error *e) = {
#define COMMAND(name, argument, summary, about) vae_cmd_##name,
#include "../settings/commands.def"
#undef COMMAND
};

/* Parses the settings, runs the command, and prints why it failed. */
static int run_command(enum command command, int argc, char **argv)
{
    struct settings s;
    struct vae_error e = {""};
    int status = EXIT_USAGE;
    if (vae_options_parse(command, argc, argv, &s, &e)) {
        status = runs[command](&s, &e);
    } else if (!*e.line) {
        vae_options_help(stdout, command);
        status = EXIT_DONE;
    }
    vae_options_free(&s);
    if (*e.line) fprintf(stderr, "vae %s: %s\n", vae_command_name(command), e.line);
    return status;
}

static int run(int argc, char **argv)
{
    static char long_help[] = "--help";
    struct vae_error e;
    if (argc < 2) {
        vae_options_usage(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        vae_options_usage(stdout);
        return EXIT_DONE;
    }
    if (!strcmp(argv[1], "--version")) {
        vae_build_info_print(stdout);
        return EXIT_DONE;
    }
    for (int i = 2; i < argc; i++)
        if (!strcmp(argv[i], "-h")) argv[i] = long_help;
    const enum command command = vae_command_named(argv[1]);
    if (command != COMMANDS) return run_command(command, argc - 1, argv + 1);
    vae_fail(&e, "%s: no such command; see `vae --help`", argv[1]);
    fprintf(stderr, "vae: %s\n", e.line);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    vae_standard_open();
    return vae_standard_close("vae", run(argc, argv));
}
