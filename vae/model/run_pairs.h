/* The settings of a run that its checkpoint stores only where they are not the defaults: initial
 * weights, the optimiser's, its schedule, method, estimator, the KL's weight, validation, and the past of a
 * run resumed with other settings or data. Older checkpoints have none. */
#ifndef VAE_RUN_PAIRS_H
#define VAE_RUN_PAIRS_H

#include "run.h"
#include "safetensors.h"

enum { RUN_PAIRS = OPTIM_SETTINGS + 25 };

/* Fills p; returns the number of pairs. */
size_t vae_run_pairs(const struct vae_run *r, struct st_pair p[RUN_PAIRS]);

/* Reads what vae_run_pairs wrote; absent settings are the default. r needs optimiser and step. */
bool vae_run_pairs_read(const struct st_file *f, struct vae_run *r, struct vae_error *e);

/* Reads the method and r->past alone, which vae_run_points needs. */
bool vae_run_past_read(const struct st_file *f, struct vae_run *r, struct vae_error *e);

#endif
