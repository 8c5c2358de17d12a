#include "png_write.h"
#include "../base/replace_file.h"
#include <png.h>
#include <stdlib.h>

void *vae_png_encode(size_t rows, size_t cols, enum vae_channels channels, const uint8_t *pixels,
                     size_t *size)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)cols,
                       .height = (png_uint_32)rows,
                       .format = channels == CHANNELS_RGB ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    const png_int_32 stride = (png_int_32)(cols * vae_channel_count(channels));
    void *png = malloc(room);
    if (png && !png_image_write_to_memory(&image, png, &room, 0, pixels, stride, NULL)) {
        free(png);
        png = NULL;
    }
    *size = room;
    return png;
}

bool vae_png_write(const char *path, size_t rows, size_t cols, enum vae_channels channels,
                   const uint8_t *pixels, struct vae_error *e)
{
    struct replace_file r;
    size_t size;
    void *png = vae_png_encode(rows, cols, channels, pixels, &size);
    bool ok = png || vae_fail(e, "%s: not enough memory", path);
    ok = ok && vae_replace_begin(&r, path, e);
    if (ok) {
        vae_replace_write(&r, png, size);
        ok = vae_replace_commit(&r, e);
    }
    free(png);
    return ok;
}
