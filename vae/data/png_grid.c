#include "png_grid.h"
#include "png_write.h"
#include <stdlib.h>
#include <string.h>

struct canvas {
    size_t width, channels;
    uint8_t *pixels;
};

/* Paints an image whose upper left corner is at (x0, y0). */
static void paint(struct canvas *c, const struct png_grid *g, const float *image, size_t x0,
                  size_t y0)
{
    for (size_t y = 0; y < g->rows * GRID_SCALE; y++) {
        uint8_t *to = c->pixels + ((y0 + y) * c->width + x0) * c->channels;
        for (size_t x = 0; x < g->cols * GRID_SCALE; x++)
            for (size_t k = 0; k < c->channels; k++) {
                const size_t at = y / GRID_SCALE * g->cols + x / GRID_SCALE;
                const float v = image[at * c->channels + k];
                const float value = v > 0 ? (v < 1 ? v : 1) : 0;
                *to++ = (uint8_t)(255 * value + 0.5f);
            }
    }
}

bool vae_png_grid(const char *path, const struct png_grid *g, const float *images,
                  struct vae_error *e)
{
    const size_t cell_x = g->cols * GRID_SCALE + GRID_GAP, cell_y = g->rows * GRID_SCALE + GRID_GAP;
    const size_t height = g->down * cell_y + GRID_GAP;
    struct canvas c = {g->across * cell_x + GRID_GAP, vae_channel_count(g->channels), NULL};
    c.pixels = malloc(c.width * height * c.channels);
    if (!c.pixels) return vae_fail(e, "%s: not enough memory", path);
    memset(c.pixels, 128, c.width * height * c.channels);
    for (size_t i = 0; i < g->across * g->down; i++)
        paint(&c, g, images + i * g->rows * g->cols * c.channels, GRID_GAP + i % g->across * cell_x,
              GRID_GAP + i / g->across * cell_y);
    const bool ok = vae_png_write(path, height, c.width, g->channels, c.pixels, e);
    free(c.pixels);
    return ok;
}
