/* Whether an option of `vae train` has an effect beside the other settings, as named in
 * option_table.c. One that has none is refused where it is given, and not written to a
 * configuration. */
#ifndef VAE_OPTION_APPLIES_H
#define VAE_OPTION_APPLIES_H

#include "option_table.h"

/* --epochs and --samples; --min-logvar and --sigma: one of the two, where the likelihood has it. */
option_applies_fn vae_option_if_length, vae_option_if_variance;

/* Normal first weights; the chains of MCEM; a weighted KL; a step size that no stage replaces. */
option_applies_fn vae_option_if_normal, vae_option_if_chains, vae_option_if_kl,
    vae_option_if_step_size;

/* Settings that the optimiser has. */
option_applies_fn vae_option_if_optim, vae_option_if_epsilon_place;

#endif
