/* What `vae tune` found, kept for later runs: one JSON file per CPU and build. */
#ifndef VAE_PROFILE_H
#define VAE_PROFILE_H

#include "../base/error.h"
#include "candidates.h"
#include "machine.h"

enum { PROFILE_PATH = 4096 };

/* Where in the folder `dir` the profile of this CPU and build lies. */
bool vae_profile_path(const struct machine *m, const char *dir, char path[PROFILE_PATH],
                      struct vae_error *e);

/* Atomically; the directory is there. */
bool vae_profile_write(const char *path, const struct machine *m, const struct candidates *c,
                       const struct pick *p, struct vae_error *e);

/* Refuses a file of another CPU or build, one that is damaged, that leaves out a kernel or class, or
 * that names a candidate which is not in this build, lacks the kernel or cannot run here. After a failure
 * errno is ENOMEM where memory was short, and the profile may be a good one. */
bool vae_profile_read(const char *path, const struct machine *m, const struct candidates *c,
                      struct pick *p, struct vae_error *e);

#endif
