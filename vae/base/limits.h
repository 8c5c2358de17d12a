/* Limits on what the program accepts. */
#ifndef VAE_LIMITS_H
#define VAE_LIMITS_H

enum {
    VAE_MAX_SIDE = 4096,    /* of an image */
    VAE_MAX_HIDDEN = 16384, /* units of a hidden layer */
    VAE_MAX_DEPTH = 4,      /* hidden layers of encoder or decoder */
    VAE_MAX_LATENT = 4096,
    VAE_MAX_BATCH = 65536,
    VAE_MAX_SAMPLES = 1000,
    VAE_LEAST_LOGVAR = -40, /* of --min-logvar: exp(-v) and its square stay finite */
    VAE_MOST_LOGVAR = 40
};
#define VAE_LEAST_SIGMA 1e-8f
#define VAE_MOST_SIGMA  1e8f

#endif
