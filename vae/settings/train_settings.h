/* Settings of vae train that depend on several of its options, and those of a resumed run. */
#ifndef VAE_TRAIN_SETTINGS_H
#define VAE_TRAIN_SETTINGS_H

#include "settings.h"

/* Checks the given options against each other, and fills the defaults that depend on them. */
bool vae_train_settings_complete(struct settings *s, struct vae_error *e);

/* s->run is that of the checkpoint to resume: applies the settings that the command line gives
 * anew, and the number of training images. If anything differs, s->changed is set and run.changed
 * says so, as in "lr 0.001 (was 0.01), warmup 100 (was 0)". A setting given as before has no
 * effect. */
bool vae_train_settings_go_on(struct settings *s, size_t images, struct vae_error *e);

/* Appends to run.changed. */
void vae_train_settings_tell(struct vae_run *r, const char *what);

#endif
