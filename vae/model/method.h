/* The methods of training; each has a file in vae/methods. */
#ifndef VAE_METHOD_H
#define VAE_METHOD_H

#include "shape.h"

/* AEVB: Kingma & Welling 2013, algorithm 1, with any estimator (objective.h). With it the paper
 * compares WAKE_SLEEP (Hinton et al. 1995) and MCEM, Monte Carlo expectation maximisation (its
 * appendix E), which trains no encoder. FULL_VB: a posterior over the decoder's weights (its
 * appendix F). */
enum vae_method { VAE_AEVB, VAE_WAKE_SLEEP, VAE_MCEM, VAE_FULL_VB };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_method_names[];

/* A step of MCEM, called a cycle: a move of a Markov chain for each training image, then steps of
 * the optimiser on the gradient of all of them. The paper counts a cycle as one pass over the images
 * for each leapfrog step of the move and each step of the optimiser. */
struct vae_cycle {
    size_t leapfrogs, updates;
};
enum { CYCLE_LEAPFROGS = 10, CYCLE_UPDATES = 5, CYCLE_MOST = 1000, CYCLE_MOST_EXPONENT = 100 };

/* The products per example that a step counts as; with `samples` draws of z. */
struct vae_passes vae_method_passes(enum vae_method method, size_t samples,
                                    const struct vae_cycle *cycle);

#endif
