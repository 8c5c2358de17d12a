/* For checkpoint.c: a run's settings as the metadata of a file.
 *
 * Format 1 is the paper's network (vae_shape_is_aevb), whose `hidden` is one number. Format 2 is any other: `hidden`
 * and `decoder_hidden` are lists (vae_widths_text), `activation` a name. Each is written only where it is needed, so
 * that earlier versions read all they can use. */
#ifndef VAE_METADATA_H
#define VAE_METADATA_H

#include "run_pairs.h"

enum { METADATA_PAIRS = 24 + RUN_PAIRS };

/* Returns how many pairs there are. */
size_t vae_metadata_put(const struct vae_run *r, struct st_pair p[METADATA_PAIRS]);

/* The reverse; false where a setting is missing or `vae train` cannot have written it. */
bool vae_metadata_get(const struct st_file *f, struct vae_run *r, struct vae_error *e);

#endif
