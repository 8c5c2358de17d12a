/* Hamiltonian Monte Carlo (Neal 2011, arXiv 1206.1901) over z given x: a Markov chain for each row of
 * a model, with energy H = -log p(x|z) - log N(z; 0, I) + p^2 / 2, p the momenta. */
#ifndef VAE_HMC_H
#define VAE_HMC_H

#include "../model/model.h"

/* The ends of a trajectory. */
enum { HMC_FIRST, HMC_LAST, HMC_ENDS };

/* The chains of a model with one draw per example: row i has z in work.z, x in work.x, momenta in
 * work.eps. */
struct vae_hmc {
    size_t leapfrogs;            /* steps of a trajectory */
    float *step;                 /* [rows]: step size of each chain */
    float *half, *none;          /* [rows]: half of it; 0 */
    float *before;               /* [rows][ld.z]: z before the move */
    double *energy[HMC_ENDS];    /* [rows]: H, nats */
    double *log_joint[HMC_ENDS]; /* [rows]: log p(x, z), nats; after a move LAST is the state's */
    bool *accepted;              /* [rows]: whether the last move was */
    void *memory;
};

/* Room for m->max_rows chains; step sizes are 0. */
bool vae_hmc_create(struct vae_hmc *h, const struct vae_model *m, size_t leapfrogs,
                    struct vae_error *e);
void vae_hmc_destroy(struct vae_hmc *h);

/* The step size 0.1 * factor^exponent. Products alone: a libm's pow may round differently. */
float vae_hmc_step_size(double factor, int exponent);

/* Half-passes, called by every thread as those of model.h. A generator's row 0 is row 0 of the
 * model. */

/* z from the prior. */
void vae_hmc_start(struct vae_job j, struct vae_range r, struct sv_rng prior);

/* From z and the momenta through one trajectory; sets energy and log_joint. */
void vae_hmc_trajectory(struct vae_job j, const struct vae_hmc *h, struct vae_range r);

/* A move: new momenta and a trajectory, whose end is taken with probability min(1, exp(H - H')). It
 * is refused if either energy is NaN. */
void vae_hmc_move(struct vae_job j, const struct vae_hmc *h, struct vae_range r,
                  struct sv_rng momentum, struct sv_rng accept);

#endif
