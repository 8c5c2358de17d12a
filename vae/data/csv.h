/* Tables of numbers between commas, a row a line. A first line that begins with a letter, a quote or # is one of
 * names. Empty lines are passed over, and so are blanks and a pair of quotes around a word; a comma always divides. */
#ifndef VAE_CSV_H
#define VAE_CSV_H

#include "byte_stream.h"

enum { CSV_MOST_COLUMNS = 1 << 16 };

/* Where a word stands: in the file, counted from 1; its row of values, from 0. */
struct csv_place {
    const char *path;
    size_t line, column, row;
};

/* Takes a word, in the order of the file. false, with a message, ends the reading. */
typedef bool csv_take(void *arg, const char *word, const struct csv_place *at, struct vae_error *e);

struct csv_taker {
    csv_take *name; /* NULL: names are passed over */
    csv_take *value;
    void *arg;
};

/* Checks that every row, and the names if they are taken, have as many words as the first. */
bool vae_csv_read(struct byte_stream *s, const struct csv_taker *to, size_t *rows, size_t *columns,
                  struct vae_error *e);

/* The word as a number. Nan and infinities are numbers here. */
bool vae_csv_number(const char *word, const struct csv_place *at, double *x, struct vae_error *e);

#endif
