#include "image_file.h"
#include "idx.h"
#include "npy.h"
#include <string.h>

static bool read_header(struct byte_stream *s, struct image_array *a, struct vae_error *e)
{
    uint8_t magic[4];
    size_t got;
    if (!vae_stream_read(s, magic, sizeof magic, &got, e)) return false;
    if (got == 0) return vae_fail(e, "%s: the file is empty; fetch or copy it again", s->path);
    if (got < sizeof magic)
        return vae_fail(e, "%s: ends inside its header; fetch or copy it again", s->path);
    return memcmp(magic, "\x93NUM", 4) == 0 ? vae_npy_header(s, a, e)
                                            : vae_idx_header(s, magic, a, e);
}

bool vae_image_file_read(const char *path, struct images *out, struct vae_error *e)
{
    struct byte_stream s;
    struct image_array a;
    *out = (struct images){0};
    if (!vae_stream_open(&s, path, "give a directory, an IDX or .npy file, or `synthetic`", e))
        return false;
    const bool read = read_header(&s, &a, e) && vae_array_sizes(&a, path, out, e) &&
                      vae_array_read(&a, &s, out, e);
    if (vae_stream_close(&s, read, e)) return true;
    vae_images_free(out);
    return false;
}
