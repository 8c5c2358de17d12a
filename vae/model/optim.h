/* The settings of the optimisers as data. A setting that is not given has the optimiser's default,
 * so a structure of zeros means the defaults. */
#ifndef VAE_OPTIM_H
#define VAE_OPTIM_H

#include <stdbool.h>

enum vae_optimizer { VAE_SGD, VAE_ADAGRAD, VAE_ADAM };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_optimizer_names[];

/* BETA1, BETA2: Adam's decay rates of the averages of g and of g^2 (Kingma & Ba 2014, algorithm 1;
 * 0.9 and 0.999), from 0 to 0.9999999. EPSILON: added to the square root in the denominator of a
 * step; 1e-8 for Adam, where the root is that of the bias-corrected average, 1e-10 for Adagrad.
 * DECAY: the precision lambda of the prior N(0, 1 / lambda) on all parameters; 1 as in AEVB,
 * section 5, 0 for none. A minibatch of M of N examples adds lambda M / N times w to w's
 * gradient. */
enum vae_optim_setting { OPTIM_BETA1, OPTIM_BETA2, OPTIM_EPSILON, OPTIM_DECAY, OPTIM_SETTINGS };

struct vae_optim {
    bool given[OPTIM_SETTINGS];
    double value[OPTIM_SETTINGS];
};

/* A setting's name in options and files, its range, and the range in words. */
struct vae_optim_limit {
    const char *key;
    double least, most;
    const char *range;
};
extern const struct vae_optim_limit vae_optim_limits[OPTIM_SETTINGS];

/* Whether the optimiser has that setting. */
bool vae_optim_has(enum vae_optimizer optimizer, enum vae_optim_setting which);

/* The value in effect: what was given, or the default. */
double vae_optim_value(const struct vae_optim *o, enum vae_optimizer optimizer,
                       enum vae_optim_setting which);

/* Whether it was given and is not the default. */
bool vae_optim_differs(const struct vae_optim *o, enum vae_optimizer optimizer,
                       enum vae_optim_setting which);

#endif
