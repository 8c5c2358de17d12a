/* The settings of a run that are in its checkpoint only where they are not the defaults: the optimiser's, its
 * schedule, the KL's weight, and what a run that went on with other settings or data was before. Older checkpoints have none. */
#ifndef VAE_RUN_PAIRS_H
#define VAE_RUN_PAIRS_H

#include "run.h"
#include "safetensors.h"

enum { RUN_PAIRS = OPTIM_SETTINGS + 11 };

/* Fills p, as many as are needed; returns how many. */
size_t vae_run_pairs(const struct vae_run *r, struct st_pair p[RUN_PAIRS]);

/* Once optimiser and step are known: reads what run_pairs wrote; what is absent becomes the default. */
bool vae_run_pairs_read(const struct st_file *f, struct vae_run *r, struct vae_error *e);

/* Of these, what vae_run_points asks for. */
bool vae_run_past_read(const struct st_file *f, struct vae_run *r, struct vae_error *e);

#endif
