/* A model, its optimiser's statistics and the run's settings in one .safetensors file.
 *
 * Names and shapes are those a PyTorch module would use: encoder.{hidden,mean,logvar} and
 * decoder.{hidden,logits} (Gaussian: decoder.{hidden,mean,logvar}, no logvar where sigma is fixed), each
 * .weight [out][in] and .bias [out]. A side with several hidden layers has hidden.0, hidden.1 ... from its input on.
 * Statistics carry the same names behind optimizer.<what>. The metadata (metadata.h) of a Gaussian hold min_logvar or
 * sigma; neither, as in older files: log-variances without a limit. Settings of the optimiser and its schedule are
 * there where they are not the defaults (run_pairs.h).
 */
#ifndef VAE_CHECKPOINT_H
#define VAE_CHECKPOINT_H

#include "run.h"
#include "safetensors.h"

/* What may be in a checkpoint: finite weights and statistics, no negative sum of squares. *e names the tensor that
 * is not so. Saving and loading refuse by this check alone. */
bool vae_checkpoint_sound(const struct vae_model *m, struct vae_error *e);

bool vae_checkpoint_save(const char *path, const struct vae_model *m, const struct vae_run *run,
                         struct vae_error *e);

/* Opens a checkpoint of `vae train` and reads the settings; *run is complete afterwards, and all tensors that
 * it speaks of, statistics too, are there. */
bool vae_checkpoint_open(struct st_file *f, const char *path, struct vae_run *run,
                         struct vae_error *e);

/* The name of hidden layer `depth` of `count`; side is "encoder" or "decoder". */
enum { CHECKPOINT_NAME = 32 };
void vae_checkpoint_hidden_name(char name[CHECKPOINT_NAME], const char *side, size_t depth,
                                size_t count);

/* What is said of a model beside its file: settings that one from elsewhere does not hold. */
struct model_given {
    const char *likelihood, *binarize, *activation; /* names; NULL: not given */
    size_t rows, cols;                              /* of an image; 0: not given */
};

/* To use the model, not to go on training it: weights alone are asked for, of `vae train` or from elsewhere
 * (foreign.h). What is given must agree with what the file says. */
bool vae_checkpoint_open_model(struct st_file *f, const char *path, const struct model_given *given,
                               struct vae_run *run, struct vae_error *e);

/* Loads the parameters, and the statistics too if asked, into a model of that shape. */
bool vae_checkpoint_load(const struct st_file *f, struct vae_model *m, bool statistics,
                         struct vae_error *e);

#endif
