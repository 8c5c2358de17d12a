/* The update of a model that several processes train, each with its own consecutive rows of the
 * minibatch (base/ranks.h).
 *
 * A weight's gradient is one chain of fused multiply-adds over the minibatch's rows. So it goes from
 * rank to rank, each of which continues the chain with its rows; the last one has the gradient of the
 * whole minibatch, to the bit, and updates. The new weights go on around the ring. Gradient and
 * weights travel in pieces, so that all ranks work at once, each on another piece. A rank sends each
 * parameter twice at most, as in a ring all-reduce. */
#ifndef VAE_RELAY_H
#define VAE_RELAY_H

#include "../base/ranks.h"
#include "model.h"

/* From here on vae_update of this model is vae_relay_update. ranks->count > 1. The statistics are
 * those of the last rank alone. False if out of memory. */
bool vae_relay_create(struct vae_model *m, const struct vae_ranks *ranks, struct vae_error *e);
void vae_relay_destroy(struct vae_relay *r); /* NULL is allowed */

const struct vae_ranks *vae_relay_ranks(const struct vae_relay *r);

/* vae_update, with this rank's rows; all ranks call it. */
void vae_relay_update(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                      size_t end);

#endif
