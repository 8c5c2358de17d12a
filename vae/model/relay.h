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

/* From here on vae_update of this model is vae_relay_update; its forward passes wait for the weights
 * they need. ranks->count > 1. False if out of memory. */
bool vae_relay_create(struct vae_model *m, const struct vae_ranks *ranks, struct vae_error *e);

/* Once all messages have arrived and left. Without a relay it does nothing. */
void vae_relay_destroy(struct vae_model *m);

const struct vae_ranks *vae_relay_ranks(const struct vae_relay *r);

/* vae_update, with this rank's rows; all ranks call it. Afterwards other ranks' pieces of the weights are
 * still on their way. */
void vae_relay_update(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                      size_t end);

/* Waits for the new weights of the layers up to this one; then all threads may read them. Without a relay
 * it does nothing. */
void vae_relay_need(struct vae_job j, size_t layer);

/* Waits until all weights are here and all messages have left; on the caller's thread, between steps. */
void vae_relay_finish(const struct vae_model *m);

/* The owners' statistics, to rank 0; all ranks call it, between steps. */
void vae_relay_collect(struct vae_model *m);

#endif
