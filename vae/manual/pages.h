/* Manual pages and completions, made of the tables that `vae --help` prints. */
#ifndef VAE_PAGES_H
#define VAE_PAGES_H

#include "../cli/options.h"
#include "../settings/option_table.h"
#include <stdio.h>
#include <time.h>

/* vae(1), and the page of a command, in mdoc. date: of the version. */
void man_page_of_program(FILE *to, time_t date);
void man_page_of_command(FILE *to, enum command command, time_t date);

/* Completions of bash and of zsh. */
void completion_bash(FILE *to);
void completion_zsh(FILE *to);

/* What may stand for a value: words, files of some endings or any, folders. From an option's
 * argument as help shows it, in which alternatives stand between bars: FILE, FILE.png, DIR, PATH;
 * lower-case letters are a word; anything else, as N, cannot be completed. */
struct value_words {
    char words[1024];    /* with a space after each */
    char endings[64];    /* "npy csv ", of FILE.npy|FILE.csv */
    bool files, folders; /* files: any */
};
struct value_words completion_words(const char *argument);
struct value_words completion_words_of(const struct option_entry *o);

#endif
