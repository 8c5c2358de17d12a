/* model-best.safetensors: the checkpoint of the report with the best validation bound, beside model.safetensors, which
 * tells which report that is.
 *
 * A report that is the best writes model.safetensors first. Whatever stops a run in between, the best model is thus
 * the file of that name or, where model.safetensors is itself that report's, a copy of this. A run that goes on makes
 * the copy before it replaces model.safetensors. */
#ifndef VAE_BEST_MODEL_H
#define VAE_BEST_MODEL_H

#include "../model/run.h"
#include "out_dir.h"

struct best_model {
    const char *path;    /* where it belongs */
    char from[OUT_PATH]; /* where a run that goes on has it; "": nowhere else, or there is none */
};

/* Finds the best model that `run`, read from the checkpoint `resume`, tells of: by itself or beside it. *there: it is
 * found, or there is none to find. */
bool vae_best_model_find(struct best_model *b, const char *resume, const struct vae_run *run,
                         bool *there, struct vae_error *e);

/* Before the run's checkpoint is replaced for the first time: puts what was found in its place. */
bool vae_best_model_bring(struct best_model *b, struct vae_error *e);

/* After that: where the run has no best model yet, an earlier run's goes. */
bool vae_best_model_clear(const struct best_model *b, const struct vae_run *run,
                          struct vae_error *e);

#endif
