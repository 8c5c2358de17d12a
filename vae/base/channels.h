/* The channels of images: grey, or red, green and blue. */
#ifndef VAE_CHANNELS_H
#define VAE_CHANNELS_H

#include <stddef.h>

enum vae_channels { CHANNELS_GRAY, CHANNELS_RGB };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_channels_names[];

static inline size_t vae_channel_count(enum vae_channels c) { return c == CHANNELS_RGB ? 3 : 1; }

/* For messages: "28 x 20", in colour "28 x 20 x 3". */
struct vae_size_text {
    char s[72];
};
struct vae_size_text vae_size_text(size_t rows, size_t cols, enum vae_channels c);

#endif
