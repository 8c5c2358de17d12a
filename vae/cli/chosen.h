/* The kernels a command computes with: what the user asked for, or the profile of `vae tune`, or
 * isa.def's ranking; and whether they answer as they should. */
#ifndef VAE_CHOSEN_H
#define VAE_CHOSEN_H

#include "../base/error.h"
#include "../tuning/candidates.h"

/* isa as in option_kernels. A profile that cannot be used is named on standard error, and then
 * ignored. */
bool chosen_kernels(const char *isa, struct sv_choice *out, struct vae_error *e);

/* The known-answer check of every kernel a choice uses: names the first that fails. */
bool chosen_check(const struct sv_choice *choice, struct vae_error *e);

/* chosen_kernels, then chosen_check. */
bool chosen_open(const char *isa, struct sv_choice *out, struct vae_error *e);

#endif
