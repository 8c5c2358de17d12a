/* Writes a table of doubles as .npy or .csv.
 *
 * .npy: NumPy's format 1.0, '<f8' in C order, rows x columns, without column names. .csv: a line of
 * column names, then each value in the shortest decimal that reads back as the same double. */
#ifndef VAE_TABLE_FILE_H
#define VAE_TABLE_FILE_H

#include "replace_file.h"

enum { TABLE_NAME = 48 };

struct table {
    /* Names column j; what it needs to know is in about. */
    void (*name)(const void *about, size_t j, char text[TABLE_NAME]);
    const void *about;
    size_t columns, rows;
    const double *values; /* [rows][columns], finite */
    size_t sides
        [3]; /* of .npy: a row is an array of this size, of an image; 0 ends them; none: a vector */
};

/* The j-th of a list of names, const char *const *. */
void vae_table_listed(const void *names, size_t j, char text[TABLE_NAME]);

/* Whether the name ends in .npy or .csv. */
bool vae_table_named(const char *path);

/* Call between vae_replace_begin and vae_replace_commit. The extension of `path` selects the
 * format. */
void vae_table_write(struct replace_file *r, const char *path, const struct table *t);

#endif
