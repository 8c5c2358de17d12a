#include "png_write.h"
#include "../base/replace_file.h"
#include <png.h>
#include <stdlib.h>

/* Encodes in memory first: a failure there means out of memory, one of writing has its errno. */
bool vae_png_write(const char *path, size_t width, size_t height, size_t channels,
                   const uint8_t *pixels, struct vae_error *e)
{
    struct replace_file r;
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *png = malloc(size);
    bool ok = png && png_image_write_to_memory(&image, png, &size, 0, pixels,
                                               (png_int_32)(width * channels), NULL);
    if (!ok) vae_fail(e, "%s: not enough memory: %s", path, png ? image.message : "PNG");
    ok = ok && vae_replace_begin(&r, path, e);
    if (ok) {
        vae_replace_write(&r, png, size);
        ok = vae_replace_commit(&r, e);
    }
    free(png);
    return ok;
}
