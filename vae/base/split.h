/* The work on a matrix, cut into even shares for threads. */
#ifndef VAE_SPLIT_H
#define VAE_SPLIT_H

#include <stddef.h>

/* Share number i of n of `count` things in a row: first ... end - 1. */
struct share {
    size_t first, end;
};
static inline struct share vae_share_of(size_t count, size_t i, size_t n)
{
    return (struct share){count * i / n, count * (i + 1) / n};
}

/* Rows row ... row + rows - 1 of panels panel ... panel + panels - 1; a panel is sixteen columns. */
struct block {
    size_t row, rows, panel, panels;
};

enum { SPLIT_MOST = 3 };

/* Share number i of n of a matrix of rows x panels: columns in units of `unit` panels, one after the
 * other, and where a cut falls within a unit, some of its rows. The same thread gets about the same
 * columns whatever the rows, so that what it wrote is in its cache. Returns the number of blocks. */
size_t vae_split(size_t rows, size_t panels, size_t unit, size_t i, size_t n,
                 struct block blocks[SPLIT_MOST]);

#endif
