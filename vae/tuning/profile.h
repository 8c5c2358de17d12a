/* Tuning profiles: the kernels that `vae tune` chose, cached in one JSON file per CPU and build. */
#ifndef VAE_PROFILE_H
#define VAE_PROFILE_H

#include "../base/error.h"
#include "candidates.h"
#include "machine.h"

enum { PROFILE_PATH = 4096 };

/* The path, in the folder `dir`, of the profile for this CPU and build. */
bool vae_profile_path(const struct machine *m, const char *dir, char path[PROFILE_PATH],
                      struct vae_error *e);

/* Writes atomically; the directory must exist. */
bool vae_profile_write(const char *path, const struct machine *m, const struct candidates *c,
                       const struct pick *p, struct vae_error *e);

/* Refuses a file that is of another CPU or build, is damaged, leaves out a kernel or class, or
 * names a candidate which is not in this build, lacks the kernel or cannot run here. After a
 * failure errno is ENOMEM if memory ran out; the profile may then be a good one. */
bool vae_profile_read(const char *path, const struct machine *m, const struct candidates *c,
                      struct pick *p, struct vae_error *e);

#endif
