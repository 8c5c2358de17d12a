#include "optim.h"
#include <stddef.h>

const char *const vae_optimizer_names[] = {"sgd", "adagrad", "adam", NULL};

/* BELOW_1 is below 1 as a float too: the bias correction divides by 1 - beta^t. The least epsilon
 * stays a normal number when Adam scales it by sqrt(1 - beta2^t). */
#define BELOW_1 0.9999999
const struct vae_optim_limit vae_optim_limits[OPTIM_SETTINGS] = {
    [OPTIM_BETA1] = {"beta1", 0, BELOW_1, "from 0 to 0.9999999"},
    [OPTIM_BETA2] = {"beta2", 0, BELOW_1, "from 0 to 0.9999999"},
    [OPTIM_EPSILON] = {"epsilon", 1e-30, 1e6, "from 1e-30 to 1e6"},
    [OPTIM_DECAY] = {"weight_decay", 0, 1e6, "from 0 to 1e6"},
    [OPTIM_SECOND_MOMENT] = {"second_moment", 0, 1e6, "from 0 to 1e6"},
};

const char *const vae_epsilon_places[] = {"corrected", "raw", NULL};

/* NONE: the optimiser lacks the setting. */
#define NONE (-1)
static const double defaults[][OPTIM_SETTINGS] = {
    [VAE_SGD] = {[OPTIM_BETA1] = NONE,
                 [OPTIM_BETA2] = NONE,
                 [OPTIM_EPSILON] = NONE,
                 [OPTIM_DECAY] = 1,
                 [OPTIM_SECOND_MOMENT] = NONE},
    [VAE_ADAGRAD] = {[OPTIM_BETA1] = NONE,
                     [OPTIM_BETA2] = NONE,
                     [OPTIM_EPSILON] = 1e-10,
                     [OPTIM_DECAY] = 1,
                     [OPTIM_SECOND_MOMENT] = NONE},
    [VAE_ADAM] = {[OPTIM_BETA1] = 0.9,
                  [OPTIM_BETA2] = 0.999,
                  [OPTIM_EPSILON] = 1e-8,
                  [OPTIM_DECAY] = 1,
                  [OPTIM_SECOND_MOMENT] = 0},
};

bool vae_optim_has(enum vae_optimizer optimizer, enum vae_optim_setting which)
{
    return defaults[optimizer][which] >= 0;
}

double vae_optim_value(const struct vae_optim *o, enum vae_optimizer optimizer,
                       enum vae_optim_setting which)
{
    return o->given[which] ? o->value[which] : defaults[optimizer][which];
}

bool vae_optim_differs(const struct vae_optim *o, enum vae_optimizer optimizer,
                       enum vae_optim_setting which)
{
    return o->given[which] && o->value[which] != defaults[optimizer][which];
}
