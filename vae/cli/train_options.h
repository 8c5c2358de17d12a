/* The command line of vae train. */
#ifndef VAE_TRAIN_OPTIONS_H
#define VAE_TRAIN_OPTIONS_H

#include "../model/run.h"
#include <stdio.h>

enum { DEFAULT_EPOCHS = 50, TRAIN_KEPT = 32 };

struct train_options {
    const char *data, *out, *log, *resume, *isa;
    uint64_t epochs, samples; /* 0: not given */
    size_t threads, points;   /* 0: not given; points of report per factor of ten */
    bool quiet, profile, transpose;
    bool model_given;   /* an option that --resume fixes was given */
    bool decoder_given; /* else the decoder mirrors the encoder */
    struct {
        const char *name, *value; /* value: NULL for a flag */
    } kept[TRAIN_KEPT];           /* as given; a run that goes on needs them again */
    size_t kept_count;
    struct vae_run run;
};

extern const char train_help[];

/* False with an empty line: --help was asked for. */
bool train_options_parse(int argc, char **argv, struct train_options *o, struct vae_error *e);

/* The options that a run going on from a checkpoint is given again, each behind a space, quoted for a shell. */
void train_options_print(FILE *to, const struct train_options *o);

#endif
