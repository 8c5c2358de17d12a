#include "model_options.h"
#include "../base/number.h"
#include "options.h"
#include <getopt.h>
#include <string.h>

static bool image_size(const char *text, struct model_given *given, struct vae_error *e)
{
    char first[8];
    uint64_t rows, cols;
    const size_t n = strcspn(text, "x");
    snprintf(first, sizeof first, "%.*s", n < sizeof first ? (int)n : 0, text);
    if (text[n] && number_u64(first, VAE_MAX_SIDE, &rows) &&
        number_u64(text + n + 1, VAE_MAX_SIDE, &cols) && rows && cols) {
        given->rows = (size_t)rows;
        given->cols = (size_t)cols;
        return true;
    }
    return vae_fail(e, "--image %s: give rows and columns from 1 to %d, such as 28x20", text,
                    VAE_MAX_SIDE);
}

bool model_option(int option, char *const *argv, struct model_given *given, struct vae_error *e)
{
    const char *text = optarg;
    unsigned ignored;
    switch (option) {
    case OPTION_LIKELIHOOD:
        given->likelihood = text;
        return option_choice("--likelihood", text, vae_likelihood_names, &ignored, e);
    case OPTION_BINARIZE:
        given->binarize = text;
        return option_choice("--binarize", text, vae_binarize_names, &ignored, e);
    case OPTION_ACTIVATION:
        given->activation = text;
        return option_choice("--activation", text, vae_activation_names, &ignored, e);
    case OPTION_IMAGE: return image_size(text, given, e);
    default: return option_unknown(argv, optind, e);
    }
}
