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
 * gradient. SECOND_MOMENT: the initial value of Adam's average of g^2, from 0 to 1e6; 0 in the
 * paper, 1 in the code of IWAE (Burda et al. 2015), where it damps the first thousands of steps. */
enum vae_optim_setting {
    OPTIM_BETA1,
    OPTIM_BETA2,
    OPTIM_EPSILON,
    OPTIM_DECAY,
    OPTIM_SECOND_MOMENT,
    OPTIM_SETTINGS
};

/* What Adam's epsilon is added to: the root of the bias-corrected average of g^2 (Kingma & Ba 2014,
 * algorithm 1), or of the average v itself (epsilon hat at the end of their section 2; also in the
 * code of IWAE):
 *
 *     CORRECTED  step size  m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *     RAW        step size  sqrt(1 - beta2^t) / (1 - beta1^t)  m / (sqrt(v) + epsilon) */
enum vae_epsilon_place { EPSILON_CORRECTED, EPSILON_RAW };
extern const char *const vae_epsilon_places[]; /* in enum order, NULL at the end */

struct vae_optim {
    bool given[OPTIM_SETTINGS];
    double value[OPTIM_SETTINGS];
    enum vae_epsilon_place epsilon_place;
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
