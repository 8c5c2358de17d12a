#include "gather.h"
#include <string.h>

static const void *image(const struct vae_source *from, size_t at)
{
    if (from->row) return from->row[at];
    return vae_images_at(from->images, from->order ? from->order[at] : at);
}

/* A minibatch's images are scattered in memory. The next ones are prefetched while others are
 * converted, and the next minibatch's before the weights are updated. */
enum { AHEAD = 8, LINE = 64 };
static void prefetch(const void *p, size_t n)
{
    for (size_t i = 0; i < n; i += LINE) __builtin_prefetch((const char *)p + i, 0, 2);
}

/* `binarize` and `u8_to_f32` for floats: values from 0.5 on become 1, as bytes from 128 on do. */
static void convert_floats(size_t n, const float *from, bool threshold, float *x)
{
    if (!threshold) memcpy(x, from, n * sizeof *x);
    for (size_t i = 0; threshold && i < n; i++) x[i] = from[i] >= 0.5f ? 1 : 0;
}

void vae_gather(struct vae_model *m, const struct vae_source *from, size_t first, size_t rows)
{
    const size_t n = vae_images_size(from->images), ld = m->ld.x;
    const struct sv_kernels *row = sv_for(&m->k, 1, n, 0);
    sv_pixels_fn *convert = from->binarize == BINARIZE_THRESHOLD ? row->binarize : row->u8_to_f32;
    float *x = m->work.x + first * ld;
    for (size_t i = 0; i < rows; i++) {
        const size_t at = from->first + first + i;
        if (i + AHEAD < rows) prefetch(image(from, at + AHEAD), vae_images_bytes(from->images));
        if (from->images->values)
            convert_floats(n, image(from, at), from->binarize == BINARIZE_THRESHOLD, x + i * ld);
        else
            convert(n, image(from, at), x + i * ld);
    }
    if (from->binarize != BINARIZE_DYNAMIC) return;
    struct sv_rng rng = from->rng;
    rng.ctr[1] += (uint32_t)first;
    sv_for(&m->k, rows, n, 0)->bernoulli(rows, n, rng, x, ld, x, ld);
}

void vae_gather_soon(const struct vae_source *from, size_t first, size_t rows)
{
    for (size_t i = first; i < first + rows; i++)
        prefetch(image(from, from->first + i), vae_images_bytes(from->images));
}
