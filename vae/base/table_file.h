/* A table of doubles as a file that others read: NumPy's format 1.0, '<f8' in C order, without names, or CSV with a line
 * of names and the shortest decimals that read back as the same doubles. */
#ifndef VAE_TABLE_FILE_H
#define VAE_TABLE_FILE_H

#include "replace_file.h"

struct table {
    const char *const *names; /* [columns] */
    size_t columns, rows;
    const double *values; /* [rows][columns], finite */
};

/* The name ends in .npy or .csv. */
bool vae_table_named(const char *path);

/* Writes the table between vae_replace_begin and vae_replace_commit, in the format that `path` ends in. */
void vae_table_write(struct replace_file *r, const char *path, const struct table *t);

#endif
