/* Codes of images: what the encoder makes of them. */
#ifndef VAE_CODES_H
#define VAE_CODES_H

#include "evaluate.h"

/* mu; mu and log sigma^2; or a z drawn from q(z|x). Names in enum order, NULL at the end. */
enum vae_codes { CODES_MEAN, CODES_POSTERIOR, CODES_DRAW };
extern const char *const vae_codes_names[];

/* Numbers of an image's code. */
static inline size_t vae_codes_columns(const struct vae_shape *s, enum vae_codes kind)
{
    return s->latent * (kind == CODES_POSTERIOR ? 2 : 1);
}

/* The codes of all images, [images][columns]. A draw is the first of those that the bound is estimated
 * with (vae_evaluate), whatever the batch size and the threads. watch may be NULL. Stops early and
 * returns false once *stop is set. */
bool vae_codes_of(struct vae_model *m, const struct vae_evaluation *of, enum vae_codes kind,
                  const struct vae_watch *watch, const volatile sig_atomic_t *stop, double *codes);

#endif
