/* The settings of a command, one structure for all commands. Each option of the command line, or
 * name given to the library, fills its field (option_table.c); what was not given keeps its
 * default. */
#ifndef VAE_SETTINGS_H
#define VAE_SETTINGS_H

#include "../base/ranks.h"
#include "../data/dataset.h"
#include "../methods/codes.h"
#include "../methods/latent_path.h"
#include "../methods/marginal.h"
#include "../methods/restore.h"
#include "../model/checkpoint.h"
#include "../model/run.h"
#include <jansson.h>

enum command {
#define COMMAND(name, argument, summary, about) COMMAND_##name,
#include "commands.def"
#undef COMMAND
    COMMANDS
};

/* The split of a data set. Names in enum order, NULL at the end. */
enum split { SPLIT_TEST, SPLIT_TRAIN, SPLIT_VALIDATION };
extern const char *const vae_split_names[];

/* What `vae plot` draws. The same. */
enum plot_kind { PLOT_CURVES, PLOT_KL, PLOT_SCATTER };
extern const char *const vae_plot_names[];

struct option_entry;

enum { SETTINGS_GIVEN = 64, DEFAULT_EPOCHS = 50, DECODE_MOST_PICTURES = 10000 };

struct settings {
    enum command command;
    const char *file;   /* the non-option argument; of vae plot the first of `files` */
    char *const *files; /* all of them */
    size_t file_count;
    const char *data, *out, *log, *resume, *isa, *kernel, *config_file;
    struct dataset_options images;
    struct model_given model; /* settings that weights from elsewhere lack */
    struct vae_run run;       /* of vae train */
    uint64_t epochs, samples; /* 0: not given */
    uint64_t seed;            /* of draws from a model; if seed_given */
    bool seed_given;
    size_t threads, points; /* 0: not given; points: reports per factor of ten */
    size_t across, down, pairs, side;
    size_t count; /* images of vae sample's array; 0: across times down */
    float temperature;
    enum split split;       /* of vae eval, down to active_units */
    enum latent_path path;  /* of vae interpolate, down to ends_given */
    size_t from, to, steps; /* images; pictures between */
    bool ends_given;
    enum vae_codes codes;   /* of vae encode */
    const char *codes_file; /* of vae decode */
    enum plot_kind plot;    /* of vae plot, down to labels */
    const char *labels;
    const char *mask;     /* of vae inpaint */
    float flip, noise_sd; /* of vae denoise; 0: not given */
    bool corrupt;         /* of both, down to moves */
    enum vae_restored result;
    size_t moves;
    size_t first, draws; /* images; K of importance sampling; 0: not given */
    size_t local_steps;  /* of Adam on each image's posterior; 0: not given */
    bool hmc;            /* log p(x) by Markov chains */
    struct vae_marginal_settings chains;
    const char *per_image; /* file; NULL: not given */
    bool grey, per_dimension, active_units;
    bool quiet, json_progress, profile, json;
    bool changed; /* a resumed run has other settings than its checkpoint */
    struct {
        const struct option_entry *option;
        const char *value;   /* NULL for a flag */
        bool in_file;        /* from config_file, not from the command line */
    } given[SETTINGS_GIVEN]; /* the file's, then in the order of the command line; each once */
    size_t given_count;
    struct vae_ranks *ranks; /* of vae-mpi; NULL: this process alone */
    json_t *config;          /* of config_file, which owns its values; or NULL */
};

/* The defaults of a command. */
struct settings vae_settings_default(enum command command);

/* Notes that an option was given, on the command line or in a file; if it was before, the last value counts. */
void vae_settings_note(struct settings *s, const struct option_entry *o, const char *value,
                       bool in_file);

#endif
