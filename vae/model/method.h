/* The methods of training; each has a file in vae/methods. */
#ifndef VAE_METHOD_H
#define VAE_METHOD_H

#include "shape.h"

/* AEVB: Kingma & Welling 2013, algorithm 1, with any estimator (objective.h). WAKE_SLEEP: Hinton et
 * al. 1995, with which the paper compares it. */
enum vae_method { VAE_AEVB, VAE_WAKE_SLEEP };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_method_names[];

/* The products of a step, with `samples` draws of z per example. */
struct vae_passes vae_method_passes(enum vae_method method, size_t samples);

#endif
