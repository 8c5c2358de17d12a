/* Training by several processes, beyond a minibatch (team.h): how they begin, what ranks other than 0
 * do, and how they end. Each rank holds the weights, the run, and its share of the images or all of
 * them; rank 0 alone decides, reports, and reads and writes files. */
#ifndef VAE_SERVE_H
#define VAE_SERVE_H

#include "../base/ranks.h"
#include "team.h"
#include "train.h"

/* Rank 0, with the trainer as it is to start: sends the run to the others, waits until they have made
 * their trainers, and sends the model: weights, statistics, posterior and chains. images:
 * vae_images_sum of what was read. False: *e names a rank that cannot take part, and why; they end. */
bool vae_serve_begin(struct vae_trainer *t, struct vae_ranks *k, uint64_t images,
                     struct vae_error *e);

/* Rank 0, last of all: ends the others, if they have not ended. */
void vae_serve_end(struct vae_ranks *k);

/* The others: waits for the run. *e has a line if the program or its options are not rank 0's. False if
 * rank 0 ends before it begins. */
bool vae_serve_join(const struct vae_ranks *k, struct vae_run *run, uint64_t *images,
                    struct vae_error *e);

/* The others, with a trainer for that run: tells rank 0 that this rank can take part or, with a line in
 * *e, that and why it cannot. False if training does not begin. */
bool vae_serve_answer(struct vae_trainer *t, const struct vae_ranks *k, struct vae_error *e);

/* The others: the model comes, then steps and evaluations, until rank 0 ends. sets: the images of
 * each vae_noise. */
void vae_serve(struct vae_trainer *t, const struct vae_ranks *k, const struct images *const sets[]);

/* Rank 0: gathers what a checkpoint needs and other ranks have. */
void vae_serve_collect(struct vae_model *m);

#endif
