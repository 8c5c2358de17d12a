/* The only list of command-line options. Parsing, help, manual pages, completion, configurations
 * (config.h), messages about wrong options, and the command that resumes a stopped run all derive
 * from it. */
#ifndef VAE_OPTION_TABLE_H
#define VAE_OPTION_TABLE_H

#include "settings.h"

/* Parses a value, NULL for a flag, into the settings; on failure *e names the option. */
typedef bool option_parse_fn(const struct option_entry *o, const char *text, struct settings *s,
                             struct vae_error *e);

/* The reverse: the value in effect, as text that parses to it; "" for a flag that is set. It stands
 * in `room` or in the settings. NULL: there is no value, as of a number below the least. */
enum { OPTION_SHOWN = 512 };
typedef const char *option_show_fn(const struct option_entry *o, const struct settings *s,
                                   char room[OPTION_SHOWN]);

/* How a configuration writes a value. */
enum option_json { OPTION_TEXT, OPTION_WHOLE, OPTION_NUMBER, OPTION_FLAG, OPTION_LIST };

struct option_kind {
    option_parse_fn *parse;
    option_show_fn *show;
    enum option_json json;
};

/* Whether the option has an effect beside the other settings; if not, *e says why. */
typedef bool option_applies_fn(const struct option_entry *o, const struct settings *s,
                               struct vae_error *e);

enum option_trait {
    OPTION_NEEDED = 1, /* the command requires it */
    OPTION_AGAIN = 2,  /* not in the checkpoint: a resumed run is given it again */
    OPTION_FIXED = 4,  /* in the checkpoint; a resumed run keeps it */
    OPTION_ANEW = 8,   /* in the checkpoint; a resumed run may be given another */
    OPTION_HERE = 16,  /* of this process, not of the run: not in the configuration it writes */
};

struct option_entry {
    const char *name; /* without dashes; NULL: `help` is a heading over the options that follow */
    const char *argument; /* as help shows it; NULL: a flag */
    unsigned commands;    /* 1 << enum command of each that takes it */
    unsigned traits;      /* of enum option_trait */
    const char *help;     /* on one line; vae_options_help wraps it */
    const struct option_kind *kind;
    option_applies_fn *applies; /* NULL: always */
    /* For kinds that several options share. at: offset in struct settings (vae_option_optim:
     * which setting); least, most: range of a number; names: the allowed ones, NULL at the end. */
    size_t at;
    uint64_t least, most;
    const char *const *names;
    const char *(*name_at)(size_t i); /* instead of names: number i; NULL past the end */
};

/* Name number i that the option may be given; NULL past the end, and if it takes no names. */
const char *vae_option_name_at(const struct option_entry *o, size_t i);

static inline bool vae_command_takes(enum command command, const struct option_entry *o)
{
    return o->commands >> command & 1;
}

/* For config.c: takes an option of a configuration; adds those that were taken into *file, where
 * the command line has not got them, and drops the ones that it leaves without effect. */
bool vae_options_take(struct settings *s, const struct option_entry *o, const char *value,
                      struct vae_error *e);
bool vae_options_merge(struct settings *s, const struct settings *file, struct vae_error *e);

/* Whether the command line, or the configuration, has that option. */
bool vae_option_given(const struct settings *s, const char *name);

/* Whether s->given[i] applies. If it stands in a file, the message begins with that. */
bool vae_option_given_applies(const struct settings *s, size_t i, struct vae_error *e);

extern const struct option_entry vae_option_table[];
extern const size_t vae_option_count;

#endif
