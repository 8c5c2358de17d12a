/* Internal to vae/methods: a minibatch, and the passes that methods make of it. */
#ifndef VAE_MINIBATCH_H
#define VAE_MINIBATCH_H

#include "gather.h"

/* What all threads are told of a minibatch. */
struct vae_minibatch {
    struct vae_model *model;
    struct vae_source source;
    size_t rows, left;           /* left: images from source.first to the end of the epoch */
    size_t block;                /* rows that processes divide, of which `rows` are used; 0: rows */
    struct sv_rng eps;           /* noise of z */
    const struct vae_step *step; /* NULL: nothing is trained */
    struct vae_objective o;
    struct sv_rng dream_z, dream_x, dream_uniform; /* of the sleep phase */
    struct sv_rng theta;                           /* noise of the weights */
};

/* The size of the next of the even micro-batches, of at most VAE_RANGE rows, that `left` makes. */
static inline size_t vae_next_range(size_t left)
{
    const size_t ranges = (left + VAE_RANGE - 1) / VAE_RANGE;
    return (left + ranges - 1) / ranges;
}

/* Each thread gathers its share of the minibatch; afterwards all rows of work.x are there. */
void vae_minibatch_gather(struct vae_job j, const struct vae_minibatch *b);

/* Prefetches the thread's share of the next minibatch. */
void vae_minibatch_next_soon(struct vae_job j, const struct vae_minibatch *b);

/* AEVB's micro-batches, forward and, with b->step, back; nothing is updated. */
void vae_aevb_ranges(struct vae_job j, const struct vae_minibatch *b);

/* A step of a method on the minibatch *b, for vae_pool_run. */
typedef void vae_pass_fn(void *b, size_t thread);
vae_pass_fn vae_aevb_pass; /* without b->step: the bound alone */
vae_pass_fn vae_wake_sleep_pass;
vae_pass_fn vae_full_vb_pass;

#endif
