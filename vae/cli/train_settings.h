/* The settings of vae train: what depends on several of its options. */
#ifndef VAE_TRAIN_SETTINGS_H
#define VAE_TRAIN_SETTINGS_H

#include "settings.h"

/* Checks what was given against one another, and fills the defaults that follow from it. */
bool train_settings_complete(struct settings *s, struct vae_error *e);

#endif
