/* Options of the commands that use a model: what weights from elsewhere do not say of themselves. */
#ifndef VAE_MODEL_OPTIONS_H
#define VAE_MODEL_OPTIONS_H

#include "../model/checkpoint.h"

/* Beyond any character. Rows of a getopt_long table; those who look at images take MODEL_OPTION_BINARIZE too. */
enum { OPTION_LIKELIHOOD = 1000, OPTION_ACTIVATION, OPTION_IMAGE, OPTION_BINARIZE };
#define MODEL_OPTIONS                                                                              \
    {"likelihood", required_argument, NULL, OPTION_LIKELIHOOD},                                    \
        {"activation", required_argument, NULL, OPTION_ACTIVATION},                                \
    {                                                                                              \
        "image", required_argument, NULL, OPTION_IMAGE                                             \
    }
#define MODEL_OPTION_BINARIZE                                                                      \
    {                                                                                              \
        "binarize", required_argument, NULL, OPTION_BINARIZE                                       \
    }

#define MODEL_HELP                                                                                 \
    "\nOf weights from elsewhere, under the names `vae train` gives them:\n"                       \
    "  --likelihood NAME  bernoulli or gaussian (default: decoder.logits or decoder.mean tells)\n" \
    "  --activation NAME  of hidden layers: tanh (default), relu, softplus, sigmoid\n"             \
    "  --image RxC        rows and columns of an image (default: square)\n"
#define MODEL_HELP_BINARIZE "  --binarize NAME    none (default), dynamic, threshold\n"

/* What getopt_long returned, with its optarg: one of the above, or what is none (option_unknown). */
bool model_option(int option, char *const *argv, struct model_given *given, struct vae_error *e);

#endif
