/* The order in which a method goes through images that each take many steps (draws, or steps of an
 * optimiser): range by range, and within a range block by block, after each of which it can be
 * watched or stopped. */
#ifndef VAE_SWEEP_H
#define VAE_SWEEP_H

#include "../base/min.h"
#include <stdbool.h>
#include <stdint.h>

struct vae_sweep {
    size_t images, steps;         /* steps: of each image */
    size_t most_rows, most_block; /* images in a range; steps in a block */
    size_t first, rows;           /* the current range of images */
    size_t done, block;           /* steps per image: done so far; in the last block */
};

/* Sets first, rows and block for the next block; with done = 0 it is the first of its range. False
 * if all images were done. After the block has run, vae_sweep_end counts it. */
static inline bool vae_sweep_next(struct vae_sweep *s)
{
    if (s->done == s->steps) {
        s->first += s->rows;
        s->done = 0;
    }
    s->rows = vae_min_size(s->most_rows, s->images - s->first);
    s->block = vae_min_size(s->most_block, s->steps - s->done);
    return s->rows > 0;
}

static inline void vae_sweep_end(struct vae_sweep *s) { s->done += s->block; }

/* All steps of the current range are done. */
static inline bool vae_sweep_range_done(const struct vae_sweep *s) { return s->done == s->steps; }

/* Images with all steps done; steps done, over all images. */
static inline size_t vae_sweep_images(const struct vae_sweep *s)
{
    return s->first + (vae_sweep_range_done(s) ? s->rows : 0);
}

static inline uint64_t vae_sweep_steps(const struct vae_sweep *s)
{
    return (uint64_t)s->first * s->steps + (uint64_t)s->rows * s->done;
}

#endif
