/* Monte Carlo expectation maximisation (AEVB, appendix E): each training image has a Markov chain over
 * its z (hmc.h), and the decoder ascends log p(x|z) at the chains' states. No encoder is trained. */
#ifndef VAE_MCEM_H
#define VAE_MCEM_H

#include "gather.h"
#include "hmc.h"

/* Of an image's move. */
struct vae_moved {
    double log_joint; /* nats */
    float log_prior;
    bool accepted;
};

struct vae_mcem {
    struct vae_hmc hmc;
    float *gradient;         /* of the decoder, an arena as model.w */
    struct vae_moved *moved; /* [rows] of a part */
    double acceptance;       /* share of the chains that moved in the last cycle */
};

/* Gives the model chains, with first states from the prior, and the room a cycle takes. Of run,
 * cycle and seed count. On failure only the model is to be destroyed. */
bool vae_mcem_create(struct vae_mcem *c, struct vae_model *m, const struct vae_run *run,
                     size_t images, struct vae_error *e);
void vae_mcem_destroy(struct vae_mcem *c);

/* The step size 0.1 * 1.25^m of a run's chains. */
float vae_mcem_step_size(int exponent);

/* A cycle: one move of every chain; then the step size grows by a quarter if nine in ten were
 * accepted, and shrinks by as much if not; then run->cycle.updates steps of the optimiser, each on
 * the gradient of all images and with the whole prior of the weights. Adds to *bound the sums of
 * log p(x|z) (recon) and -log p(z) (kl) after the move, for as many examples as the cycle counts
 * as. */
void vae_mcem_cycle(struct vae_mcem *c, struct vae_model *m, struct vae_run *run,
                    const struct images *images, struct vae_bound *bound);

/* Of a model with a relay: all ranks' chains, to rank 0; all ranks call it. */
void vae_mcem_collect(struct vae_model *m);

#endif
