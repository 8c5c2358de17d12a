/* Grids of images as PNG. */
#ifndef VAE_PNG_GRID_H
#define VAE_PNG_GRID_H

#include "../base/channels.h"
#include "../base/error.h"
#include <stdint.h>

enum { GRID_GAP = 2, GRID_SCALE = 2 }; /* pixels between images; side of a drawn pixel */

struct png_grid {
    size_t across, down; /* images */
    size_t rows, cols;   /* of an image */
    enum vae_channels channels;
};

/* images: [across * down][rows][cols][channels], values in [0, 1], left to right, top to bottom. */
bool vae_png_grid(const char *path, const struct png_grid *g, const float *images,
                  struct vae_error *e);

#endif
