/* One line that says what went wrong: file, reason, what to do. Library functions fill it and
 * return false; the program prints it once and exits. */
#ifndef VAE_ERROR_H
#define VAE_ERROR_H

#include <stdbool.h>

struct vae_error {
    char line[4096 + 512];
};

/* Fills *e and returns false, so that callers write `return vae_fail(e, ...)`. Unsafe characters
 * (text.h) are replaced: the message stays one line whatever a file name or header contains. */
bool vae_fail(struct vae_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
