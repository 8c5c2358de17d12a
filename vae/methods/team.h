/* A minibatch computed by several processes (base/ranks.h). Rank 0 says what is to be done; each rank
 * gathers and computes its own consecutive rows, vae_update sums the gradients (model/relay.h), and
 * rank 0 gets each row's figures. A model without a relay is computed by this process alone. */
#ifndef VAE_TEAM_H
#define VAE_TEAM_H

#include "evaluate.h"
#include "minibatch.h"

/* What rank 0 tells the others. */
enum team_order { TEAM_STEP, TEAM_EVALUATE, TEAM_COLLECT, TEAM_END };
struct team_command {
    enum team_order order;
    enum vae_noise noise; /* of an evaluation, and its rows of the images of that noise */
    size_t first, rows;
};

/* On rank 0: to the others. On those, and of a model without a relay, nothing happens. */
void vae_team_tell(const struct vae_model *m, const struct team_command *c);

/* Runs the pass over the minibatch; on rank 0 all rows' KL, log p(x|z) and log_mean are then in m->work. */
void vae_team_run(struct vae_model *m, struct vae_minibatch *b, vae_pass_fn *pass);

#endif
