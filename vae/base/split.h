/* Splits the work on a matrix evenly among threads. */
#ifndef VAE_SPLIT_H
#define VAE_SPLIT_H

#include <stddef.h>

/* Share i of n of `count` consecutive items: first ... end - 1. */
struct share {
    size_t first, end;
};
static inline struct share vae_share_of(size_t count, size_t i, size_t n)
{
    return (struct share){count * i / n, count * (i + 1) / n};
}

/* Rows row ... row + rows - 1 of panels panel ... panel + panels - 1, of sixteen columns each. */
struct block {
    size_t row, rows, panel, panels;
};

enum { SPLIT_MOST = 3 };

/* Share i of n of a matrix of rows x panels. Shares are consecutive columns, in units of `unit`
 * panels; a cut that falls within a unit divides its rows. A thread gets about the same columns
 * whatever the number of rows, so what it wrote last is in its cache. Returns the number of blocks;
 * 0 for an empty matrix. */
size_t vae_split(size_t rows, size_t panels, size_t unit, size_t i, size_t n,
                 struct block blocks[SPLIT_MOST]);

#endif
