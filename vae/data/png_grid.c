#include "png_grid.h"
#include "png_write.h"
#include <stdint.h>
#include <stdlib.h>

struct canvas {
    size_t width, height;
    uint8_t *pixels;
};

static void paint(struct canvas *c, const float *image, size_t rows, size_t cols, size_t x0,
                  size_t y0)
{
    for (size_t y = 0; y < rows * GRID_SCALE; y++)
        for (size_t x = 0; x < cols * GRID_SCALE; x++) {
            const float v = image[y / GRID_SCALE * cols + x / GRID_SCALE];
            const float grey = v > 0 ? (v < 1 ? v : 1) : 0;
            c->pixels[(y0 + y) * c->width + x0 + x] = (uint8_t)(255 * grey + 0.5f);
        }
}

bool vae_png_grid(const char *path, const float *images, size_t across, size_t down, size_t rows,
                  size_t cols, struct vae_error *e)
{
    const size_t cell_x = cols * GRID_SCALE + GRID_GAP, cell_y = rows * GRID_SCALE + GRID_GAP;
    struct canvas c = {across * cell_x + GRID_GAP, down * cell_y + GRID_GAP, NULL};
    c.pixels = malloc(c.width * c.height);
    if (!c.pixels) return vae_fail(e, "%s: not enough memory", path);
    for (size_t i = 0; i < c.width * c.height; i++) c.pixels[i] = 128;
    for (size_t i = 0; i < across * down; i++)
        paint(&c, images + i * rows * cols, rows, cols, GRID_GAP + i % across * cell_x,
              GRID_GAP + i / across * cell_y);
    const bool ok = vae_png_write(path, c.width, c.height, 1, c.pixels, e);
    free(c.pixels);
    return ok;
}
