/* For model.c: where the parameters lie in the arena. */
#ifndef VAE_WEIGHTS_H
#define VAE_WEIGHTS_H

#include "model.h"

/* Fills tensor and params from the shape. */
void weights_lay_out(struct vae_model *m);

#endif
