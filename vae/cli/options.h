/* From the command line to settings, by option_table.h. */
#ifndef VAE_OPTIONS_H
#define VAE_OPTIONS_H

#include "settings.h"
#include <stdio.h>

/* The settings of a command; argv[0] is its name, and argv's order may change. False with an empty line: --help was
 * asked for. What depends on several options is the command's to check (train_settings.h). */
bool vae_options_parse(enum command command, int argc, char **argv, struct settings *s,
                       struct vae_error *e);

/* Usage, what the command does, and its options, in lines of at most OPTIONS_WIDTH characters. */
enum { OPTIONS_WIDTH = 80 };
void vae_options_help(FILE *to, enum command command);

/* All commands. */
void vae_options_usage(FILE *to);

/* The command of that name; COMMANDS where there is none. */
enum command vae_command_named(const char *name);
const char *vae_command_name(enum command command);

/* The options that a run going on from a checkpoint is given again, each behind a space, quoted for a shell. */
void vae_options_print_again(FILE *to, const struct settings *s);

/* A word as a shell reads it; what could act on a terminal (text.h) stands in escapes. */
void vae_option_print_quoted(FILE *to, const char *word);

#endif
