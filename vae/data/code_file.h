/* A table of codes from a file: .npy (npy.h) of two dimensions, or .csv. */
#ifndef VAE_CODE_FILE_H
#define VAE_CODE_FILE_H

#include "../base/error.h"
#include <stddef.h>

struct code_table {
    size_t rows, columns;
    float *values; /* [rows][columns], finite; freed by the caller */
};

/* .csv: numbers between commas, a row a line; a first line that begins with a letter, a quote or # is
 * one of names. Plain or compressed by gzip. Memory grows with what has been read. On failure nothing
 * is to be freed. */
bool vae_code_file_read(const char *path, struct code_table *out, struct vae_error *e);

#endif
