#include "images_share.h"
#include "../base/min.h"
#include <string.h>

/* Image `image` is in a block of so many. */
static size_t block_of(const struct images_share *s, size_t image)
{
    return vae_min_size(s->block, s->count - image / s->block * s->block);
}

size_t vae_images_block(const struct images *i, size_t first, size_t rows)
{
    return i->share.block ? block_of(&i->share, first) : rows;
}

size_t vae_images_owner(const struct images *i, size_t image)
{
    const struct images_share *s = &i->share;
    const size_t at = image % s->block, of = block_of(s, image);
    size_t rank = at * s->ranks / of;
    while (vae_share_of(of, rank, s->ranks).end <= at) rank++;
    return rank;
}

size_t vae_images_place(const struct images_share *s, size_t image)
{
    const struct share whole = vae_share_of(s->block, s->rank, s->ranks);
    const struct share own = vae_share_of(block_of(s, image), s->rank, s->ranks);
    return image / s->block * (whole.end - whole.first) + image % s->block - own.first;
}

size_t vae_images_share_count(size_t count, size_t block, size_t rank, size_t ranks)
{
    const struct share whole = vae_share_of(block, rank, ranks);
    const struct share last = vae_share_of(count % block, rank, ranks);
    return count / block * (whole.end - whole.first) + (last.end - last.first);
}

bool vae_images_share(struct images *i, size_t block, size_t rank, size_t ranks)
{
    const size_t bytes = vae_images_bytes(i);
    struct images of = *i, to;
    of.count = vae_images_share_count(i->count, block, rank, ranks);
    if (!vae_images_make_like(&to, &of, i->rows, i->cols)) return false;
    to.share = (struct images_share){block, i->count, rank, ranks};
    to.count = i->count;
    to.labels = i->labels;
    for (size_t first = 0; first < i->count; first += block) {
        const struct share own = vae_share_of(block_of(&to.share, first), rank, ranks);
        if (own.first == own.end) continue;
        char *at = to.values ? (char *)to.values : (char *)to.pixels;
        memcpy(at + vae_images_place(&to.share, first + own.first) * bytes,
               vae_images_at(i, first + own.first), (own.end - own.first) * bytes);
    }
    *i = to;
    return true;
}
