/* Grids of grey images as PNG. */
#ifndef VAE_PNG_GRID_H
#define VAE_PNG_GRID_H

#include "../base/error.h"
#include <stddef.h>

enum { GRID_GAP = 2, GRID_SCALE = 2 }; /* pixels between images; side of a drawn pixel */

/* images: [across * down][rows][cols], values in [0, 1], left to right, top to bottom. */
bool vae_png_grid(const char *path, const float *images, size_t across, size_t down, size_t rows,
                  size_t cols, struct vae_error *e);

#endif
