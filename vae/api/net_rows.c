/* Rows of a caller's array as the images that the methods take. */
#include "../base/streams.h"
#include "../data/fixed_draw.h"
#include "net.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows and columns of an image of d values. */
static bool divide(const struct vae_net *net, size_t d, size_t *rows, size_t *cols)
{
    const struct model_given *given = &net->s.model;
    const size_t side = (size_t)sqrt((double)d);
    *rows = given->rows ? given->rows : side * side == d ? side : 1;
    *cols = given->rows ? given->cols : d / *rows;
    return *rows * *cols == d && *rows <= VAE_MAX_SIDE && *cols <= VAE_MAX_SIDE;
}

static enum vae_net_status wrong_value(struct vae_net *net, const struct vae_net_rows *x, size_t at)
{
    return net_fail(net, VAE_NET_ARGUMENT,
                    "row %zu, column %zu: %g; values are from 0 to 1, divide bytes by 255",
                    at / x->d, at % x->d, (double)x->f32[at]);
}

enum vae_net_status net_images(struct vae_net *net, const struct vae_net_rows *x,
                               struct images *images)
{
    const size_t width = vae_net_width(net);
    if (!x || !x->f32 == !x->u8)
        return net_fail(net, VAE_NET_ARGUMENT, "give rows of floats or of bytes");
    if (!x->n || !x->d || x->n > UINT32_MAX || x->d > SIZE_MAX / sizeof(float) / x->n)
        return net_fail(net, VAE_NET_ARGUMENT, "%zu rows of %zu values: none, or too many", x->n,
                        x->d);
    if (width && width != x->d)
        return net_fail(net, VAE_NET_ARGUMENT, "rows of %zu values; the model's have %zu", x->d,
                        width);
    for (size_t i = 0; x->f32 && i < x->n * x->d; i++)
        if (!(x->f32[i] >= 0 && x->f32[i] <= 1)) return wrong_value(net, x, i);
    /* nothing below writes to images, but for net_draw_fixed, to a copy */
    *images = (struct images){.count = x->n,
                              .rows = net->trainer.run.shape.rows,
                              .cols = net->trainer.run.shape.cols,
                              .channels = net->trainer.run.shape.channels,
                              .pixels = (uint8_t *)(uintptr_t)x->u8,
                              .values = (float *)(uintptr_t)x->f32};
    if (width || divide(net, x->d, &images->rows, &images->cols)) return VAE_NET_OK;
    return net_fail(
        net, VAE_NET_SETTING,
        "image: rows of %zu values; set rows and columns, up to %d each, that make them", x->d,
        VAE_MAX_SIDE);
}

enum vae_net_status net_draw_fixed(struct vae_net *net, const struct vae_run *run,
                                   enum vae_stream stream, struct images *images)
{
    if (run->binarize != BINARIZE_FIXED) return VAE_NET_OK;
    const size_t bytes = images->count * vae_images_bytes(images);
    void *copy = malloc(bytes);
    if (!copy) return net_fail(net, VAE_NET_MEMORY, "not enough memory for binarised rows");
    memcpy(copy, vae_images_at(images, 0), bytes);
    if (images->values)
        images->values = copy;
    else
        images->pixels = copy;
    vae_images_draw(images, sv_for(&net->k, 1, vae_images_size(images), 0),
                    sv_rng_at(run->seed, stream, 0));
    return VAE_NET_OK;
}

void net_undraw(const struct vae_net_rows *x, struct images *images)
{
    if (images->values && images->values != x->f32) free(images->values);
    if (images->pixels && images->pixels != x->u8) free(images->pixels);
    images->values = NULL;
    images->pixels = NULL;
}
