/* Random kernel choices and images, for tests that results do not depend on the kernels chosen. */
#ifndef PICKS_H
#define PICKS_H

#include "../reference/verify/data.h"
#include "../vae/data/images.h"
#include "../vae/tuning/candidates.h"
#include "asked.h"
#include <check.h>
#include <string.h>

/* A random supported candidate per kernel and class; `fast`: generic only if there is no other. */
static inline struct pick random_pick(const struct candidates *c, uint64_t seed, bool fast)
{
    struct source source = {seed};
    struct pick p;
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            size_t i;
            do i = (size_t)(source_next(&source) % c->count);
            while (!c->supported[i] || !sv_has(c->table[i], id) ||
                   (fast && c->count > 1 && !strcmp(c->table[i]->isa, "generic")));
            p.candidate[id][cls] = i;
        }
    return p;
}

/* Half of the pixels are 0, the others any grey. */
static inline struct images random_images(size_t count, size_t rows, size_t cols)
{
    struct source s = {verify_seed() + 1};
    struct images im;
    ck_assert(vae_images_make(&im, count, rows, cols, CHANNELS_GRAY));
    for (size_t i = 0; i < count * rows * cols; i++)
        im.pixels[i] = (uint8_t)(source_uniform(&s) < 0.5 ? 0 : source_next(&s));
    return im;
}

#endif
