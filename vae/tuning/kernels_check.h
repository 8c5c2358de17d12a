/* Kernels by the name of an instruction set, and the check at start: nothing unverified is used. */
#ifndef VAE_KERNELS_CHECK_H
#define VAE_KERNELS_CHECK_H

#include "../../kernels/choice.h"
#include "../base/error.h"

/* The kernels of an instruction set; NULL or "": the best that this machine runs. *e says what else
 * may be given; `by` is what asked, as "--isa". */
bool vae_kernels_named(const char *isa, const char *by, struct sv_choice *out, struct vae_error *e);

/* Compares every kernel that a choice uses with its known answer (reference/verify/known.h), in
 * some milliseconds; *e names the first that does not give it. */
bool vae_kernels_check(const struct sv_choice *choice, struct vae_error *e);

#endif
