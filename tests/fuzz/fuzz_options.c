/* Command lines: each line of the input is a word, given to the parser of `vae train` and to that of the
 * options that all users of a model share; and to the makers of safe text, which must be safe. */
#include "../../vae/base/number.h"
#include "../../vae/base/text.h"
#include "../../vae/cli/model_options.h"
#include "../../vae/cli/options.h"
#include "../../vae/cli/train_options.h"
#include "fuzz.h"
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 64, MOST = 1 << 16 };

/* Again from the first word: 0 makes glibc forget what it was at. */
static void restart(void) { optind = 0; }

static void must_be_widths(const struct vae_widths *w)
{
    MUST(w->count <= VAE_MAX_DEPTH, "depth");
    for (size_t i = 0; i < w->count; i++) MUST(w->of[i] - 1 < VAE_MAX_HIDDEN, "width");
}

static void train(int argc, char **argv)
{
    struct train_options o;
    struct vae_error e = {""};
    restart();
    if (!train_options_parse(argc, argv, &o, &e)) {
        if (*e.line) fuzz_must_say(&e);
        return;
    }
    static FILE *nowhere;
    if (!nowhere) nowhere = fopen("/dev/null", "w");
    train_options_print(nowhere, &o);
    MUST(!*e.line && o.data && o.out, e.line);
    MUST(o.run.batch - 1 < VAE_MAX_BATCH && o.run.samples - 1 < VAE_MAX_SAMPLES, "batch");
    must_be_widths(&o.run.shape.enc);
    must_be_widths(&o.run.shape.dec);
    MUST(o.run.shape.latent - 1 < VAE_MAX_LATENT, "size");
    MUST(o.run.shape.activation <= VAE_SIGMOID, "activation");
    MUST(o.run.lr > 0 && isfinite(o.run.lr) && o.run.init_sd > 0 && isfinite(o.run.init_sd), "lr");
    MUST(o.run.seed <= INT64_MAX && o.run.optimizer <= VAE_ADAM, "seed");
}

static void model(int argc, char **argv)
{
    static const struct option options[] = {MODEL_OPTIONS, MODEL_OPTION_BINARIZE, {0}};
    struct model_given given = {0};
    struct vae_error e = {""};
    restart();
    opterr = 0;
    for (int opt; (opt = getopt_long_only(argc, argv, "", options, NULL)) != -1;)
        if (!model_option(opt, argv, &given, &e)) {
            fuzz_must_say(&e);
            return;
        }
    MUST(!given.rows == !given.cols && given.rows <= VAE_MAX_SIDE && given.cols <= VAE_MAX_SIDE,
         "image");
}

static void text(const char *word)
{
    const struct text_shown once = text_shown(word), twice = text_shown(once.s);
    uint64_t n;
    float f;
    double d;
    MUST(!strcmp(once.s, twice.s), word);
    for (const char *p = once.s; *p; p++) MUST((unsigned char)*p >= ' ' && *p != 0x7f, word);
    if (number_u64(word, UINT64_MAX, &n)) MUST(number_f64(word, &d) && d == (double)n, word);
    if (number_f32(word, &f))
        MUST(isfinite(f) && number_f64(word, &d) && (float)d - f < 1e32f, word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char words[MOST + 1], name[] = "vae";
    char *argv[WORDS + 2] = {name}, *copy[WORDS + 2];
    int argc = 1;
    if (size > MOST) return 0;
    memcpy(words, data, size);
    words[size] = 0;
    for (char *word = words, *end; argc <= WORDS && word; word = end ? end + 1 : NULL) {
        end = strchr(word, '\n');
        if (end) *end = 0;
        text(word);
        argv[argc++] = word;
    }
    memcpy(copy, argv, sizeof copy); /* getopt moves words about */
    train(argc, argv);
    model(argc, copy);
    return 0;
}
