/* Fuzzes command lines: each line of the input is a word, given to the parser of each command, to
 * the makers of safe text and to the parsers of numbers. */
#include "../../vae/base/number.h"
#include "../../vae/base/text.h"
#include "../../vae/cli/options.h"
#include "../../vae/settings/train_settings.h"
#include "fuzz.h"
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 64, MOST = 1 << 16 };

/* Makes getopt start again from the first word: 0 also resets glibc's internal state. */
static void restart(void) { optind = 0; }

static void must_be_widths(const struct vae_widths *w)
{
    MUST(w->count <= VAE_MAX_DEPTH, "depth");
    for (size_t i = 0; i < w->count; i++) MUST(w->of[i] - 1 < VAE_MAX_HIDDEN, "width");
}

/* What the parser of a command accepts must be within its limits. */
static void must_be_settings(struct settings *s)
{
    static FILE *nowhere;
    struct vae_error e = {""};
    if (!nowhere) nowhere = fopen("/dev/null", "w");
    vae_options_print_again(nowhere, s);
    MUST(!s->model.rows == !s->model.cols && s->model.rows <= VAE_MAX_SIDE &&
             s->model.cols <= VAE_MAX_SIDE,
         "image");
    if (s->command != COMMAND_train) return;
    if (!vae_train_settings_complete(s, &e)) {
        fuzz_must_say(&e);
        return;
    }
    const struct vae_run *r = &s->run;
    MUST(s->data && s->out, "needed");
    MUST(r->batch - 1 < VAE_MAX_BATCH && r->samples - 1 < VAE_MAX_SAMPLES, "batch");
    must_be_widths(&r->shape.enc);
    must_be_widths(&r->shape.dec);
    MUST(r->shape.latent - 1 < VAE_MAX_LATENT, "size");
    MUST(r->validation.images <= UINT32_MAX, "validation");
    MUST(s->resume || r->validation.images || !r->validation.patience, "early stop");
    MUST(r->shape.activation <= VAE_SIGMOID, "activation");
    MUST(isfinite(vae_schedule_lr(&r->schedule, r->lr, 9, 99)), "schedule");
    MUST(r->optimizer == VAE_ADAM || r->optim.epsilon_place == EPSILON_CORRECTED, "epsilon");
    MUST(r->lr > 0 && isfinite(r->lr) && r->init_sd > 0 && isfinite(r->init_sd), "lr");
    MUST(r->seed <= INT64_MAX && r->optimizer <= VAE_ADAM, "seed");
}

static void command(enum command command, int argc, char **argv)
{
    struct settings s;
    struct vae_error e = {""};
    restart();
    if (vae_options_parse(command, argc, argv, &s, &e)) {
        MUST(!*e.line, e.line);
        must_be_settings(&s);
    } else if (*e.line) {
        fuzz_must_say(&e);
    }
    vae_options_free(&s);
}

static void text(const char *word)
{
    const struct text_shown once = vae_text_shown(word), twice = vae_text_shown(once.s);
    uint64_t n;
    float f;
    double d;
    MUST(!strcmp(once.s, twice.s), word);
    for (const char *p = once.s; *p; p++) MUST((unsigned char)*p >= ' ' && *p != 0x7f, word);
    if (vae_number_u64(word, UINT64_MAX, &n))
        MUST(vae_number_f64(word, &d) && d == (double)n, word);
    if (vae_number_f32(word, &f))
        MUST(isfinite(f) && vae_number_f64(word, &d) && (float)d - f < 1e32f, word);
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
    for (unsigned c = 0; c < COMMANDS; c++) {
        memcpy(copy, argv, sizeof copy); /* getopt reorders the words */
        command((enum command)c, argc, copy);
    }
    return 0;
}
