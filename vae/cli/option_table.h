/* The one list of command-line options. Parsing, help, what is said of a wrong option, and the command that goes
 * on after a stop follow from it (options.h). */
#ifndef VAE_OPTION_TABLE_H
#define VAE_OPTION_TABLE_H

#include "settings.h"

/* The value as it was given, NULL for a flag, into the settings; *e names the option where it is wrong. */
typedef bool option_parse_fn(const struct option_entry *o, const char *text, struct settings *s,
                             struct vae_error *e);

enum option_trait {
    OPTION_NEEDED = 1, /* the command does nothing without it */
    OPTION_AGAIN = 2,  /* not in the checkpoint: a run that goes on is given it again */
    OPTION_FIXED = 4,  /* in the checkpoint, and a run that goes on keeps it */
    OPTION_ANEW = 8,   /* in the checkpoint, and a run that goes on may be given another */
};

struct option_entry {
    const char *name; /* without dashes; NULL: `help` is a heading over the options that follow */
    const char *argument; /* as help shows it; NULL: a flag */
    unsigned commands;    /* 1 << enum command of each that takes it */
    unsigned traits;      /* of enum option_trait */
    const char *help;     /* on one line; vae_options_help breaks it */
    option_parse_fn *parse;
    /* For the parsers that several options share: the place in struct settings (vae_option_optim: which setting), what a number
     * may be, or the names that may be given, NULL at the end. */
    size_t at;
    uint64_t least, most;
    const char *const *names;
};

extern const struct option_entry vae_option_table[];
extern const size_t vae_option_count;

#endif
