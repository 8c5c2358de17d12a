/* Chooses the kernels a command uses: what the user asked for, else the tuning profile of `vae
 * tune`, else isa.def's ranking. Checks that they give their known answers. */
#ifndef VAE_CHOSEN_H
#define VAE_CHOSEN_H

#include "../base/error.h"
#include "../tuning/profile.h"

/* The kernels that `isa` (--isa), or else SV_ISA, asks for; with neither, isa.def's ranking. */
bool vae_chosen_isa(const char *isa, struct sv_choice *out, struct vae_error *e);

/* The folder of tuning profiles: $XDG_CACHE_HOME/vae or ~/.cache/vae. */
bool vae_chosen_profile_folder(char dir[PROFILE_PATH], struct vae_error *e);

/* As vae_chosen_isa, but if nothing is asked for, the tuning profile is used. One that cannot be
 * used is reported on standard error and ignored. */
bool vae_chosen_kernels(const char *isa, struct sv_choice *out, struct vae_error *e);

/* vae_chosen_kernels, then vae_kernels_check. */
bool vae_chosen_open(const char *isa, struct sv_choice *out, struct vae_error *e);

#endif
