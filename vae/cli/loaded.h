/* A trained model, loaded for use, not for training. */
#ifndef VAE_LOADED_H
#define VAE_LOADED_H

#include "../data/dataset.h"
#include "../model/checkpoint.h"
#include "../model/run.h"
#include "../settings/settings.h"

struct loaded {
    struct vae_run run;
    struct vae_model model;
};

/* Loads the parameters of the file that the settings name, ours or from elsewhere (foreign.h); pool
 * as in vae_create. */
bool vae_loaded_open(struct loaded *l, const struct settings *s, struct pool *pool,
                     struct vae_error *e);
void vae_loaded_close(struct loaded *l);

/* False, with a message, if its method trains no encoder: `what` needs one. */
bool vae_loaded_encodes(const struct loaded *l, const char *file, const char *what,
                        struct vae_error *e);

/* For binarisation `fixed`: draws the images with the checkpoint's seed, as its training did. */
void vae_loaded_draw(const struct loaded *l, struct dataset *d);

/* Whether a model of that shape takes such images. */
static inline bool vae_shape_fits(const struct vae_shape *s, const struct images *i)
{
    return s->rows == i->rows && s->cols == i->cols && s->channels == i->channels;
}

/* Checks that the images have the size the model was trained on. */
bool vae_loaded_fits(const struct loaded *l, const char *source, const struct images *images,
                     struct vae_error *e);

#endif
