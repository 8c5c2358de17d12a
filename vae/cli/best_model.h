/* model-best.safetensors: the checkpoint of the report with the best validation bound. It lies
 * beside model.safetensors, whose metadata say which report that was.
 *
 * The best report so far writes model.safetensors first, then model-best.safetensors. If the run is
 * stopped in between, model.safetensors is itself the best model. A resumed run therefore copies it
 * to model-best.safetensors before it replaces model.safetensors. */
#ifndef VAE_BEST_MODEL_H
#define VAE_BEST_MODEL_H

#include "../model/run.h"
#include "out_dir.h"

struct best_model {
    const char *path;    /* model-best.safetensors of this run */
    char from[OUT_PATH]; /* the file a resumed run copies it from; "": none */
};

/* Finds the best model of `run`, which was read from the checkpoint `resume`: that checkpoint
 * itself or the file beside it. *there: it was found, or the run has none yet. False: a name is
 * too long, or the file beside it cannot be read. */
bool vae_best_model_find(struct best_model *b, const char *resume, const struct vae_run *run,
                         bool *there, struct vae_error *e);

/* Copies the file found to b->path. Call before the run's checkpoint is replaced for the first
 * time. */
bool vae_best_model_bring(struct best_model *b, struct vae_error *e);

/* Removes an earlier run's best model if this run has none yet. Call after the checkpoint was
 * replaced for the first time. */
bool vae_best_model_clear(const struct best_model *b, const struct vae_run *run,
                          struct vae_error *e);

#endif
