/* Training steps. */
#ifndef VAE_TRAIN_H
#define VAE_TRAIN_H

#include "evaluate.h"
#include "exchange.h"
#include "mcem.h"

struct vae_trainer {
    struct vae_model model;
    struct vae_run run;
    const struct images *images;
    uint32_t *order;              /* this epoch's permutation of the images */
    uint64_t order_epoch;         /* which epoch that is; UINT64_MAX: none yet */
    struct vae_mcem mcem;         /* of that method */
    struct vae_exchange exchange; /* if images are a share */
};

/* A model for `run` on `images`, freshly initialised from run.seed; steps run on the pool's threads
 * (NULL: on the caller's). */
bool vae_trainer_create(struct vae_trainer *t, const struct sv_choice *k, const struct vae_run *run,
                        const struct images *images, struct pool *pool, struct vae_error *e);
void vae_trainer_destroy(struct vae_trainer *t);

/* Examples that the next step counts: of a minibatch run.batch, or what is left of the epoch. */
size_t vae_trainer_next_rows(const struct vae_trainer *t);

/* One step of the run's method on a minibatch (of AEVB's algorithm 1: the gradient of the
 * objective, then the optimiser), or a cycle of MCEM. Adds the bound, with the KL unweighted, to
 * *bound; of MCEM see mcem.h. */
void vae_trainer_step(struct vae_trainer *t, struct vae_bound *bound);

/* The same, of a run that goes on and is watched: the step's bound is added to run.seen and noted
 * for health.h. Returns what was ascended, before the update, in nats per example. */
double vae_trainer_advance(struct vae_trainer *t);

/* vae_trainer_advance on these images, which are the minibatch; those of the trainer only count.
 * Not of MCEM. rows->count is vae_trainer_next_rows. */
double vae_trainer_advance_on(struct vae_trainer *t, const struct images *rows);

/* From here on trains on these images; run.train_images is their number. False if out of memory. */
bool vae_trainer_take(struct vae_trainer *t, const struct images *images, struct vae_error *e);

#endif
