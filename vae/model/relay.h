/* The update of a model that several processes train, each with its own consecutive rows of the
 * minibatch (base/ranks.h).
 *
 * A weight's gradient is one chain of fused multiply-adds over the minibatch's rows. So it goes from
 * rank to rank, each of which continues the chain with its rows; the last one ends with the gradient
 * of the whole minibatch, to the bit. Gradients travel in pieces, so that all ranks work at once, each
 * on another piece. A piece has an owner, which keeps its statistics: the last rank sends it the
 * gradient, it updates, and the new weights go around the ring while the next step begins. Of each
 * parameter a rank sends the gradient once or twice, and the weight once: one and a half times the
 * bytes of a ring all-reduce with two ranks, no more with many but for the last. */
#ifndef VAE_RELAY_H
#define VAE_RELAY_H

#include "../base/ranks.h"
#include "model.h"

/* From here on vae_update of this model sums over the ranks; its forward passes wait for the weights
 * they need. ranks->count > 1. False if out of memory. */
bool vae_relay_create(struct vae_model *m, const struct vae_ranks *ranks, struct vae_error *e);

/* Once all messages have arrived and left. Without a relay it does nothing. */
void vae_relay_destroy(struct vae_model *m);

const struct vae_ranks *vae_relay_ranks(const struct vae_relay *r);

/* Makes something of a piece; all threads call it, and may read what it made when it returns. */
typedef void vae_make_fn(struct vae_job j, const struct vae_piece *p, const void *arg);

/* A sum over a minibatch, or over a part of one, of which this rank has `rows`: the gradient of
 * layers first ... end - 1. */
struct vae_sum {
    size_t rows, first, end;
    bool continued; /* from the sum before, which was without `apply` */
    /* At the minibatch's end: updates an own piece; g: an arena with the whole of its gradient. Or NULL. */
    void (*apply)(struct vae_job j, const struct vae_piece *p, const float *g, const void *arg);
    const void *arg;
    bool spreads; /* `apply` makes new weights, which go to all ranks */
};

/* All ranks call these with the same arguments, but for `rows`. Afterwards other ranks' pieces of the
 * weights are still on their way. */
void vae_relay_sum(struct vae_job j, const struct vae_sum *s);

/* vae_gradient, `continued` or not, and with a step vae_apply. */
void vae_relay_gradient(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                        size_t end, bool continued);

/* The owner of each piece of those layers makes new weights, which go to all ranks. */
void vae_relay_make(struct vae_job j, size_t first, size_t end, vae_make_fn *make, const void *arg);

/* Waits for the new weights of the layers up to this one; then all threads may read them. Without a relay
 * it does nothing. */
void vae_relay_need(struct vae_job j, size_t layer);

/* Waits until all weights are here and all messages have left; on the caller's thread, between steps. */
void vae_relay_finish(const struct vae_model *m);

/* All ranks call these, between steps. Rank 0's arenas, to all: weights, statistics, and in full
 * variational Bayes the log-variances. */
void vae_relay_start(struct vae_model *m);

/* What owners alone have, to rank 0: statistics, and a posterior's means and log-variances. */
void vae_relay_collect(struct vae_model *m);

/* Full variational Bayes: the means of the weights, from their owners to all, and the KL to rank 0. */
void vae_relay_means(struct vae_model *m);

#endif
