/* A run's settings as the metadata of a file, for checkpoint.c.
 *
 * Format 1 is for the paper's network (vae_shape_is_aevb); its `hidden` is one number. Format 2 is
 * for any other: `hidden` and `decoder_hidden` are lists (vae_widths_text), `activation` a name. It
 * is written only where needed, so that earlier versions can read every model they can use. */
#ifndef VAE_METADATA_H
#define VAE_METADATA_H

#include "run_pairs.h"

enum { METADATA_PAIRS = 27 + RUN_PAIRS };

/* Returns the number of pairs. */
size_t vae_metadata_put(const struct vae_run *r, struct st_pair p[METADATA_PAIRS]);

/* The reverse; false if a setting is missing or cannot have been written by `vae train`. */
bool vae_metadata_get(const struct st_file *f, struct vae_run *r, struct vae_error *e);

#endif
