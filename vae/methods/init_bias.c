#include "init_bias.h"
#include "../base/min.h"
#include "train.h"
#include <stdlib.h>

/* Sums each pixel over the images, in their order and in double. */
static void add_pixels(struct vae_model *m, const struct images *images, enum vae_binarize binarize,
                       double *sum)
{
    const size_t n = vae_images_size(images);
    struct vae_source from = {.images = images, .binarize = binarize};
    if (binarize == BINARIZE_DYNAMIC) from.binarize = BINARIZE_NONE;
    for (; from.first < images->count; from.first += m->max_rows) {
        const size_t rows = vae_min_size(m->max_rows, images->count - from.first);
        vae_gather(m, &from, 0, rows);
        for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < n; j++) sum[j] += (double)m->work.x[r * m->ld.x + j];
    }
}

/* The kernel's log: libm's rounding may differ between systems. */
static float logit(const struct vae_model *m, double p)
{
    const double least = 0.001, most = 1 - least;
    const double clipped = p < least ? least : p > most ? most : p;
    const float x[2] = {(float)clipped, (float)(1 - clipped)};
    float log[2];
    sv_for(&m->k, 1, 2, 0)->log(2, x, log);
    return log[0] - log[1];
}

bool vae_init_bias_from_data(struct vae_model *m, const struct images *images,
                             enum vae_binarize binarize, struct vae_error *e)
{
    const struct vae_tensor *b = &m->layer[vae_out_at(&m->shape)].b;
    const size_t n = vae_images_size(images);
    double *sum = calloc(n, sizeof *sum);
    if (!sum) return vae_fail(e, "not enough memory for the mean of the images");
    add_pixels(m, images, binarize, sum);
    for (size_t j = 0; j < n; j++)
        m->w[vae_place(b, 0, j)] = logit(m, sum[j] / (double)images->count);
    free(sum);
    return true;
}
