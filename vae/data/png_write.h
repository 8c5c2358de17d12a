/* Writes a picture of pixels as PNG. */
#ifndef VAE_PNG_WRITE_H
#define VAE_PNG_WRITE_H

#include "../base/error.h"
#include <stddef.h>
#include <stdint.h>

/* pixels: [height][width][channels], 1 channel of grey or 3 of red, green, blue. */
bool vae_png_write(const char *path, size_t width, size_t height, size_t channels,
                   const uint8_t *pixels, struct vae_error *e);

#endif
