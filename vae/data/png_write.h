/* Writes a picture of pixels, [rows][cols][channels], as PNG. */
#ifndef VAE_PNG_WRITE_H
#define VAE_PNG_WRITE_H

#include "../base/channels.h"
#include "../base/error.h"
#include <stddef.h>
#include <stdint.h>

/* The file's bytes, `size` of them, for the caller to free; NULL if out of memory. */
void *vae_png_encode(size_t rows, size_t cols, enum vae_channels channels, const uint8_t *pixels,
                     size_t *size);

bool vae_png_write(const char *path, size_t rows, size_t cols, enum vae_channels channels,
                   const uint8_t *pixels, struct vae_error *e);

#endif
