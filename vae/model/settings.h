/* For checkpoint.c: a run's settings as the metadata of a file.
 *
 * Format 1 is the paper's network (vae_shape_is_aevb), whose `hidden` is one number. Format 2 is any other: `hidden`
 * and `decoder_hidden` are lists (vae_widths_text), `activation` a name. Each is written only where it is needed, so
 * that earlier versions read all they can use. */
#ifndef VAE_SETTINGS_H
#define VAE_SETTINGS_H

#include "run.h"
#include "safetensors.h"

enum { SETTINGS_MOST = 24 };

/* Returns how many pairs there are. */
size_t vae_settings_put(const struct vae_run *r, struct st_pair p[SETTINGS_MOST]);

/* The reverse; false where a setting is missing or `vae train` cannot have written it. */
bool vae_settings_get(const struct st_file *f, struct vae_run *r, struct vae_error *e);

#endif
