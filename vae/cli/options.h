/* Parses the command line into settings, by option_table.h. */
#ifndef VAE_OPTIONS_H
#define VAE_OPTIONS_H

#include "../settings/settings.h"
#include <stdio.h>

/* Parses the settings of a command; argv[0] is its name, and argv may be reordered. False with an
 * empty line: --help was asked for. The command itself checks options that depend on each other
 * (train_settings.h). */
bool vae_options_parse(enum command command, int argc, char **argv, struct settings *s,
                       struct vae_error *e);
/* Frees what they hold, also after a failure. */
void vae_options_free(struct settings *s);

/* Usage, what the command does, and its options, in lines of at most OPTIONS_WIDTH characters. */
enum { OPTIONS_WIDTH = 80 };
void vae_options_help(FILE *to, enum command command);

/* All commands. */
void vae_options_usage(FILE *to);

/* What commands.def says of a command. */
struct command_entry {
    const char *name, *argument, *summary, *about; /* argument: NULL if it has none */
};
extern const struct command_entry vae_commands[COMMANDS];

/* The command of that name; COMMANDS if there is none. */
enum command vae_command_named(const char *name);
const char *vae_command_name(enum command command);

/* Prints the options that a resumed run is given again, each after a space, quoted for a shell. */
void vae_options_print_again(FILE *to, const struct settings *s);

/* Prints a word quoted for a shell, with unsafe characters (text.h) as escapes. */
void vae_option_print_quoted(FILE *to, const char *word);

#endif
