#include "png_grid.h"
#include "../base/replace_file.h"
#include <png.h>
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

void *vae_png_encode(size_t rows, size_t cols, enum vae_channels channels, const uint8_t *pixels,
                     size_t *size)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)cols,
                       .height = (png_uint_32)rows,
                       .format = channels == CHANNELS_RGB ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *png = malloc(room);
    if (png && !png_image_write_to_memory(&image, png, &room, 0, pixels, 0, NULL)) {
        free(png);
        png = NULL;
    }
    *size = room;
    return png;
}

/* Encodes in memory first: a failure there means out of memory, one of writing has its errno. */
static bool write_png(const char *path, const struct canvas *c, size_t height,
                      enum vae_channels channels, struct vae_error *e)
{
    struct replace_file r;
    size_t size;
    void *png = vae_png_encode(height, c->width, channels, c->pixels, &size);
    bool ok = png || vae_fail(e, "%s: not enough memory", path);
    ok = ok && vae_replace_begin(&r, path, e);
    if (ok) {
        vae_replace_write(&r, png, size);
        ok = vae_replace_commit(&r, e);
    }
    free(png);
    return ok;
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
    const bool ok = write_png(path, &c, height, g->channels, e);
    free(c.pixels);
    return ok;
}
