#include "pictures.h"
#include "../base/min.h"
#include "../base/streams.h"
#include "../data/png_grid.h"
#include "../methods/train.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool vae_picture_grid(const char *path, const struct vae_shape *s, size_t across, size_t down,
                      const float *images, struct vae_error *e)
{
    const struct png_grid g = {across, down, s->rows, s->cols, s->channels};
    return vae_png_grid(path, &g, images, e);
}

bool vae_picture_samples(struct vae_model *m, const char *path, size_t across, size_t down,
                         uint64_t seed, float temperature, const struct vae_watch *watch,
                         struct vae_error *e)
{
    const size_t count = across * down;
    float *images = malloc(count * vae_inputs(&m->shape) * sizeof *images);
    bool ok = (images && vae_samples(m, count, seed, temperature, watch, images)) ||
              vae_fail(e, "%s: not enough memory", path);
    ok = ok && vae_picture_grid(path, &m->shape, across, down, images, e);
    free(images);
    return ok;
}

/* Fills the grid with pairs of rows: originals, then their reconstructions. */
static void reconstruct(struct vae_model *m, const struct vae_run *run, const struct images *images,
                        size_t across, size_t pairs, float *z, float *grid)
{
    const size_t n = vae_images_size(images);
    for (size_t p = 0; p < pairs; p++)
        for (size_t i = 0; i < across; i += m->max_rows) {
            const size_t rows = vae_min_size(m->max_rows, across - i);
            float *original = grid + (2 * p * across + i) * n;
            struct vae_source from = {.images = images,
                                      .first = p * across + i,
                                      .binarize = run->binarize,
                                      .rng = sv_rng_at(run->seed, STREAM_BINARIZE_TEST, 0)};
            from.rng.ctr[1] = (uint32_t)(p * across + i);
            vae_gather(m, &from, 0, rows);
            for (size_t r = 0; r < rows; r++)
                memcpy(original + r * n, m->work.x + r * m->ld.x, n * sizeof *grid);
            vae_encode_mean(m, rows, z);
            vae_decode_all(m, z, rows, NULL, original + across * n);
        }
}

bool vae_picture_reconstructions(struct vae_model *m, const char *path, const struct vae_run *run,
                                 const struct images *images, size_t across, size_t pairs,
                                 struct vae_error *e)
{
    across = vae_min_size(across, images->count);
    pairs = vae_min_size(pairs, images->count / across);
    float *z = malloc(across * m->shape.latent * sizeof *z);
    float *grid = malloc(2 * pairs * across * vae_images_size(images) * sizeof *grid);
    bool ok = (z && grid) || vae_fail(e, "%s: not enough memory", path);
    if (ok) {
        reconstruct(m, run, images, across, pairs, z, grid);
        ok = vae_picture_grid(path, &m->shape, across, 2 * pairs, grid, e);
    }
    free(z);
    free(grid);
    return ok;
}

/* The standard normal quantile, by bisection: accurate enough for a picture. */
static float quantile(double p)
{
    double low = -9, high = 9;
    for (int i = 0; i < 60; i++) {
        const double x = (low + high) / 2;
        if (erfc(-x / sqrt(2)) / 2 < p)
            low = x;
        else
            high = x;
    }
    return (float)low;
}

bool vae_picture_manifold(struct vae_model *m, const char *path, size_t side, struct vae_error *e)
{
    const size_t count = side * side;
    float *z = malloc(count * 2 * sizeof *z);
    float *images = malloc(count * vae_inputs(&m->shape) * sizeof *images);
    bool ok = (z && images) || vae_fail(e, "%s: not enough memory", path);
    if (ok) {
        for (size_t i = 0; i < count; i++) {
            z[2 * i] = quantile(((double)(i % side) + 0.5) / (double)side);
            z[2 * i + 1] = quantile(((double)(i / side) + 0.5) / (double)side);
        }
        vae_decode_all(m, z, count, NULL, images);
        ok = vae_picture_grid(path, &m->shape, side, side, images, e);
    }
    free(z);
    free(images);
    return ok;
}
