#include "channels.h"
#include <stdio.h>

const char *const vae_channels_names[] = {"gray", "rgb", NULL};

struct vae_size_text vae_size_text(size_t rows, size_t cols, enum vae_channels c)
{
    struct vae_size_text text;
    snprintf(text.s, sizeof text.s, "%zu x %zu%s", rows, cols, c == CHANNELS_RGB ? " x 3" : "");
    return text;
}
