/* A model, its optimiser's statistics and the run's settings in one .safetensors file.
 *
 * Names and shapes are those a PyTorch module would use: encoder.{hidden,mean,logvar} and
 * decoder.{hidden,logits} (Gaussian: decoder.{hidden,mean,logvar}), each .weight [out][in] and
 * .bias [out]. Statistics carry the same names behind optimizer.<what>.
 */
#ifndef VAE_CHECKPOINT_H
#define VAE_CHECKPOINT_H

#include "run.h"
#include "safetensors.h"

/* What may be in a checkpoint: finite weights and statistics, no negative sum of squares. *e names the tensor that
 * is not so. Saving and loading refuse by this check alone. */
bool checkpoint_sound(const struct vae_model *m, struct vae_error *e);

bool checkpoint_save(const char *path, const struct vae_model *m, const struct vae_run *run,
                     struct vae_error *e);

/* Opens and reads the settings; *run is complete afterwards. */
bool checkpoint_open(struct st_file *f, const char *path, struct vae_run *run, struct vae_error *e);

/* Loads the parameters, and the statistics too if asked, into a model of that shape. */
bool checkpoint_load(const struct st_file *f, struct vae_model *m, bool statistics,
                     struct vae_error *e);

#endif
