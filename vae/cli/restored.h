/* What `vae inpaint` and `vae denoise` share: the images, the chains, the file and the errors. */
#ifndef VAE_RESTORED_H
#define VAE_RESTORED_H

#include "../settings/settings.h"
#include "split_images.h"

/* Checks what depends on the model, and says what is given of the images: a mask, freed by the
 * caller, or noise, with how->mask NULL. The rest of *how is set. */
typedef bool restored_plan_fn(const struct settings *s, const struct split_images *o,
                              struct vae_restore_how *how, struct mask *mask, struct vae_error *e);

/* Runs the command; returns its exit status. `name` as "vae inpaint". */
int vae_restored_run(struct settings *s, const char *name, restored_plan_fn *plan,
                     struct vae_error *e);

#endif
