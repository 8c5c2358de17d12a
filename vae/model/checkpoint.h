/* A model, its optimiser statistics and the run's settings in one .safetensors file.
 *
 * Names and shapes are those a PyTorch module would use: encoder.{hidden,mean,logvar} and
 * decoder.{hidden,logits} (Gaussian: decoder.{hidden,mean,logvar}, no logvar where sigma is fixed),
 * each .weight [out][in] and .bias [out]; of log-variances per pixel a bias alone, and of a mixture
 * decoder.uniform.bias too, the logits of the uniform's shares. A side with several hidden layers has
 * hidden.0, hidden.1 ... from its input on. Statistics have the same names behind optimizer.<what>, and the chains of
 * MCEM are chain.z [training images][latent]. With full variational Bayes weights are posterior means,
 * and the decoder's have log-variances behind posterior.logvar. The metadata
 * (metadata.h) of a Gaussian hold min_logvar or sigma; with neither, as in older files,
 * log-variances have no limit. image_channels is stored for colour alone; an image is then rows x columns x 3,
 * red, green and blue side by side. Settings of the optimiser and its schedule are stored only where
 * they are not the defaults (run_pairs.h).
 */
#ifndef VAE_CHECKPOINT_H
#define VAE_CHECKPOINT_H

#include "run.h"
#include "safetensors.h"

/* Whether a model may be in a checkpoint: weights and statistics are finite, no sum of squares is
 * negative. If not, *e names the tensor. Saving and loading both apply this check to the values. */
bool vae_checkpoint_sound(const struct vae_model *m, struct vae_error *e);

bool vae_checkpoint_save(const char *path, const struct vae_model *m, const struct vae_run *run,
                         struct vae_error *e);

/* Opens a checkpoint of `vae train` and reads its settings into *run. Checks that all tensors they
 * imply, statistics included, are there. */
bool vae_checkpoint_open(struct st_file *f, const char *path, struct vae_run *run,
                         struct vae_error *e);

/* The name of hidden layer `depth` of `count`; side is "encoder" or "decoder". */
enum { CHECKPOINT_NAME = 32 };
void vae_checkpoint_hidden_name(char name[CHECKPOINT_NAME], const char *side, size_t depth,
                                size_t count);

/* Settings given beside a model's file: those that a file from elsewhere (foreign.h) lacks. */
struct model_given {
    const char *likelihood, *binarize, *activation, *channels; /* names; NULL: not given */
    size_t rows, cols;                                         /* of an image; 0: not given */
};

/* Opens a model for use, not for further training: only weights are required, from `vae train` or
 * from elsewhere. What is given must agree with what the file says. */
bool vae_checkpoint_open_model(struct st_file *f, const char *path, const struct model_given *given,
                               struct vae_run *run, struct vae_error *e);

/* Loads the parameters and, if asked, the statistics into a model of that shape. */
bool vae_checkpoint_load(const struct st_file *f, struct vae_model *m, bool statistics,
                         struct vae_error *e);

/* vae_checkpoint_open_model, and the model in memory, without statistics and with room for
 * minibatches of use; pool as in vae_create. After a failure there is nothing to destroy. */
bool vae_checkpoint_read_model(const char *path, const struct model_given *given,
                               const struct sv_choice *k, struct pool *pool, struct vae_model *m,
                               struct vae_run *run, struct vae_error *e);

#endif
