/* The only list of command-line options. Parsing, help, messages about wrong options, and the
 * command that resumes a stopped run all derive from it (options.h). */
#ifndef VAE_OPTION_TABLE_H
#define VAE_OPTION_TABLE_H

#include "settings.h"

/* Parses a value, NULL for a flag, into the settings; on failure *e names the option. */
typedef bool option_parse_fn(const struct option_entry *o, const char *text, struct settings *s,
                             struct vae_error *e);

enum option_trait {
    OPTION_NEEDED = 1, /* the command requires it */
    OPTION_AGAIN = 2,  /* not in the checkpoint: a resumed run is given it again */
    OPTION_FIXED = 4,  /* in the checkpoint; a resumed run keeps it */
    OPTION_ANEW = 8,   /* in the checkpoint; a resumed run may be given another */
};

struct option_entry {
    const char *name; /* without dashes; NULL: `help` is a heading over the options that follow */
    const char *argument; /* as help shows it; NULL: a flag */
    unsigned commands;    /* 1 << enum command of each that takes it */
    unsigned traits;      /* of enum option_trait */
    const char *help;     /* on one line; vae_options_help wraps it */
    option_parse_fn *parse;
    /* For parsers that several options share. at: offset in struct settings (vae_option_optim:
     * which setting); least, most: range of a number; names: the allowed ones, NULL at the end. */
    size_t at;
    uint64_t least, most;
    const char *const *names;
};

/* Whether the command line has that option. */
bool vae_option_given(const struct settings *s, const char *name);

extern const struct option_entry vae_option_table[];
extern const size_t vae_option_count;

#endif
