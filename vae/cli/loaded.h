/* A trained model, loaded to be used and not trained. */
#ifndef VAE_LOADED_H
#define VAE_LOADED_H

#include "../data/images.h"
#include "../model/checkpoint.h"
#include "../model/run.h"

struct loaded {
    struct vae_run run;
    struct vae_model model;
};

/* Loads the parameters of a checkpoint, ours or another's; `given` as in checkpoint_open_model, isa as in
 * option_kernels, pool as in vae_create. */
bool loaded_open(struct loaded *s, const char *file, const struct model_given *given,
                 const char *isa, struct pool *pool, struct vae_error *e);
void loaded_close(struct loaded *s);

/* The images have the size the model was trained on. */
bool loaded_fits(const struct loaded *s, const char *source, const struct images *images,
                 struct vae_error *e);

#endif
