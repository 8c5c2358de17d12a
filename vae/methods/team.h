/* A minibatch computed by several processes (base/ranks.h). Rank 0 says what is to be done; each rank
 * gathers and computes its own consecutive rows, vae_update sums the gradients (model/relay.h), and
 * rank 0 gets each row's figures. A model without a relay is computed by this process alone. */
#ifndef VAE_TEAM_H
#define VAE_TEAM_H

#include "../base/split.h"
#include "evaluate.h"
#include "minibatch.h"

/* What rank 0 tells the others. */
enum team_order { TEAM_STEP, TEAM_EVALUATE, TEAM_MEANS, TEAM_COLLECT, TEAM_END };
struct team_command {
    enum team_order order;
    enum vae_noise noise; /* of an evaluation, and its rows of the images of that noise */
    size_t first, rows;
    int chain_exponent; /* of a step of MCEM, which rank 0 adapts */
};

/* On rank 0: to the others. On those, and of a model without a relay, nothing happens. */
void vae_team_tell(const struct vae_model *m, const struct team_command *c);

/* This rank's rows of so many, and rank i's; all of them without a relay. */
struct share vae_team_share(const struct vae_model *m, size_t rows);
struct share vae_team_share_of(const struct vae_model *m, size_t rows, size_t i);

/* Figures of `bytes` a row. On rank 0 all rows', in order, are then at `figures`; the others have their
 * own there, from its start. */
void vae_team_rows(const struct vae_model *m, size_t rows, void *figures, size_t bytes);

/* Rank 0 gets the signals that others got. */
void vae_team_signals(const struct vae_model *m);

/* Before an evaluation, on rank 0: all get the weights that are evaluated, if those are not what a step
 * has left. */
void vae_team_settle(struct vae_model *m);

/* Runs the pass over the minibatch; on rank 0 all rows' KL, log p(x|z) and log_mean are then in m->work. */
void vae_team_run(struct vae_model *m, struct vae_minibatch *b, vae_pass_fn *pass);

#endif
