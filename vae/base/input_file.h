/* Opening a file that somebody else may have put there: never hangs, says what is wrong. */
#ifndef VAE_INPUT_FILE_H
#define VAE_INPUT_FILE_H

#include "error.h"

/* A descriptor to read from, or -1. Regular files; with `streams` also pipes and devices, where a pipe to
 * which nobody writes is waited for, two seconds. hint: what to give instead, ends the line. */
int vae_input_open(const char *path, bool streams, const char *hint, struct vae_error *e);

#endif
