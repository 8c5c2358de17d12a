/* The sub-commands. */
#ifndef VAE_COMMANDS_H
#define VAE_COMMANDS_H

#include "../settings/settings.h"

/* Exit statuses of the program. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Each runs a command and returns the exit status; main prints the line in *e, if any. */
#define COMMAND(name, argument, summary, about)                                                    \
    int vae_cmd_##name(struct settings *s, struct vae_error *e);
#include "../settings/commands.def"
#undef COMMAND

#endif
