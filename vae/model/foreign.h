/* Weights from elsewhere: a .safetensors file with checkpoint.h's names and shapes but none of our
 * settings, as from a PyTorch module of that structure. */
#ifndef VAE_FOREIGN_H
#define VAE_FOREIGN_H

#include "checkpoint.h"

/* True if the metadata do not name a format of ours. */
bool vae_foreign(const struct st_file *f);

/* Infers the settings from the shapes of the hidden layers and of encoder.mean.weight, and from the
 * name of the decoder's output, logits or mean. *given settles what these leave open; the defaults
 * are square images, tanh, and no binarisation. The rest is as `vae train` begins, at step 0. */
bool vae_foreign_run(const struct st_file *f, const struct model_given *given, struct vae_run *r,
                     struct vae_error *e);

/* Checks that *g agrees with the file's own settings, in *r: it would have no effect otherwise. */
bool vae_given_agrees(const struct st_file *f, const struct model_given *g, const struct vae_run *r,
                      struct vae_error *e);

#endif
