/* The images of a data set that a command is about: --split and --first. */
#ifndef VAE_SPLIT_IMAGES_H
#define VAE_SPLIT_IMAGES_H

#include "../methods/evaluate.h"
#include "loaded.h"

/* The images of the split as in the run: train has those that it trained on. Checks their size and
 * --first. They live as long as *d. */
bool vae_split_images(const struct settings *s, const struct loaded *l, struct dataset *d,
                      struct images *out, struct vae_error *e);

/* The noise of a split. */
enum vae_noise vae_split_noise(enum split split);

#endif
