#include "minibatch.h"
#include "../base/split.h"

void vae_minibatch_gather(struct vae_job j, const struct vae_minibatch *b)
{
    struct vae_clock *clock = vae_clock_of(j);
    const struct share own = vae_share_of(b->rows, j.thread, vae_pool_threads(j.m->pool));
    vae_clock_start(clock);
    vae_gather(j.m, &b->source, own.first, own.end - own.first);
    vae_clock_phase(clock, PHASE_GATHER);
    vae_pool_barrier(j.m->pool, j.thread);
    vae_clock_phase(clock, PHASE_WAIT);
}

void vae_minibatch_next_soon(struct vae_job j, const struct vae_minibatch *b)
{
    const struct share own = vae_share_of(b->rows, j.thread, vae_pool_threads(j.m->pool));
    const size_t first = b->rows + own.first, end = b->rows + own.end;
    const size_t stop = end < b->left ? end : b->left;
    if (first < stop) vae_gather_soon(&b->source, first, stop - first);
}
