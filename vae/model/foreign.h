/* Weights from elsewhere: a .safetensors file with checkpoint.h's names and shapes but none of our settings,
 * as PyTorch saves a module of that make. */
#ifndef VAE_FOREIGN_H
#define VAE_FOREIGN_H

#include "checkpoint.h"

/* The file does not say that it is ours. */
bool vae_foreign(const struct st_file *f);

/* Settings from the shapes of hidden layers and of encoder.mean.weight, and the name of the decoder's output, logits
 * or mean. What is given settles what they leave open: an image is square unless told otherwise, hidden layers are
 * tanh, pixels are not binarised. The rest is as `vae train` begins; no step is done. */
bool vae_foreign_run(const struct st_file *f, const struct model_given *given, struct vae_run *r,
                     struct vae_error *e);

/* What is given is what the file's own settings, in *r, say: else it would have no effect. */
bool vae_given_agrees(const struct st_file *f, const struct model_given *g, const struct vae_run *r,
                      struct vae_error *e);

#endif
