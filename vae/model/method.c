#include "method.h"

const char *const vae_method_names[] = {"aevb", "wake-sleep", NULL};

struct vae_passes vae_method_passes(enum vae_method method, size_t samples)
{
    const size_t l = samples;
    switch (method) {
    case VAE_WAKE_SLEEP: return (struct vae_passes){2, 1, l + 1, l, 0, l};
    default: return (struct vae_passes){1, 1, l, l, l, l};
    }
}
