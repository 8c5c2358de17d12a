/* The kernels a command computes with: what the user asked for, or the profile of `vae tune`, or
 * isa.def's ranking; and whether they answer as they should. */
#ifndef VAE_CHOSEN_H
#define VAE_CHOSEN_H

#include "../base/error.h"
#include "../tuning/profile.h"

/* The kernels that `isa`, what --isa says, or else SV_ISA asks for; NULL and unset: isa.def's ranking. */
bool vae_chosen_isa(const char *isa, struct sv_choice *out, struct vae_error *e);

/* Where `vae tune` keeps its profiles: $XDG_CACHE_HOME/vae or ~/.cache/vae. */
bool vae_chosen_profile_folder(char dir[PROFILE_PATH], struct vae_error *e);

/* As vae_chosen_isa, but where nothing is asked for the profile serves. A profile that cannot be used is named on standard error, and then
 * ignored. */
bool vae_chosen_kernels(const char *isa, struct sv_choice *out, struct vae_error *e);

/* The known-answer check of every kernel a choice uses: names the first that fails. */
bool vae_chosen_check(const struct sv_choice *choice, struct vae_error *e);

/* vae_chosen_kernels, then vae_chosen_check. */
bool vae_chosen_open(const char *isa, struct sv_choice *out, struct vae_error *e);

#endif
