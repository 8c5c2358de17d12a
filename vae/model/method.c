#include "method.h"

const char *const vae_method_names[] = {"aevb", "wake-sleep", "mcem", "full-vb", NULL};

/* A trajectory of n leapfrog steps takes n + 1 gradients. */
static struct vae_passes of_cycle(const struct vae_cycle *c)
{
    const double gradients = (double)c->leapfrogs + 1, updates = (double)c->updates;
    const double counts = (double)(c->leapfrogs + c->updates), passes = gradients + updates;
    return (struct vae_passes){.decode = passes / counts,
                               .back_decoder = passes / counts,
                               .to_z = gradients / counts,
                               .decoder_weights = updates / counts};
}

struct vae_passes vae_method_passes(enum vae_method method, size_t samples,
                                    const struct vae_cycle *cycle)
{
    const double l = (double)samples;
    switch (method) {
    case VAE_WAKE_SLEEP: return (struct vae_passes){2, 1, l + 1, l, 0, l};
    case VAE_MCEM: return of_cycle(cycle);
    default: return (struct vae_passes){1, 1, l, l, l, l};
    }
}
