/* A trained model, loaded to be used and not trained. */
#ifndef VAE_SESSION_H
#define VAE_SESSION_H

#include "idx.h"
#include "run.h"

struct session {
    struct vae_run run;
    struct vae_model model;
};

/* Loads the parameters of a checkpoint. isa as in option_kernels. */
bool session_open(struct session *s, const char *file, const char *isa, struct vae_error *e);
void session_close(struct session *s);

/* The images have the size the model was trained on. */
bool session_fits(const struct session *s, const char *source, const struct images *images,
                  struct vae_error *e);

#endif
