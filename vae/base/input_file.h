/* Opens files from untrusted places: never hangs, and says what is wrong. */
#ifndef VAE_INPUT_FILE_H
#define VAE_INPUT_FILE_H

#include "error.h"
#include <stddef.h>

/* Returns a descriptor to read from, or -1. Opens regular files; with `streams` also pipes and
 * devices, and waits two seconds for a pipe's writer. hint (what to give instead) ends the error
 * line. */
int vae_input_open(const char *path, bool streams, const char *hint, struct vae_error *e);

/* The whole of a regular file of at most that many bytes, for the caller to free; *n: how many.
 * what: "a profile", for the message. NULL on failure, with errno ENOMEM if memory is short. */
char *vae_input_text(const char *path, size_t most, const char *what, const char *hint, size_t *n,
                     struct vae_error *e);

#endif
