/* Opens files from untrusted places: never hangs, and says what is wrong. */
#ifndef VAE_INPUT_FILE_H
#define VAE_INPUT_FILE_H

#include "error.h"

/* Returns a descriptor to read from, or -1. Opens regular files; with `streams` also pipes and
 * devices, and waits two seconds for a pipe's writer. hint (what to give instead) ends the error
 * line. */
int vae_input_open(const char *path, bool streams, const char *hint, struct vae_error *e);

#endif
