/* The settings of vae train: what depends on several of its options, and what a run goes on with. */
#ifndef VAE_TRAIN_SETTINGS_H
#define VAE_TRAIN_SETTINGS_H

#include "settings.h"

/* Checks what was given against one another, and fills the defaults that follow from it. */
bool vae_train_settings_complete(struct settings *s, struct vae_error *e);

/* s->run is that of the checkpoint to go on from: gives it the settings that the command line gives anew, and the
 * number of images it trains on. What differs then from before is told in run.changed, as "lr 0.001 (was 0.01),
 * warmup 100 (was 0)", and s->changed; what is given as it was changes nothing. */
bool vae_train_settings_go_on(struct settings *s, size_t images, struct vae_error *e);

/* More to tell, behind what run.changed tells. */
void vae_train_settings_tell(struct vae_run *r, const char *what);

#endif
