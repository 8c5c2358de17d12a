#include "image_file.h"
#include "csv_images.h"
#include "idx.h"
#include "labels.h"
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
    if (memcmp(magic, "\x93NUM", 4) == 0) return vae_npy_header(s, a, e);
    if (!vae_idx_header(s, magic, a, e)) return false;
    return a->dims > 1 ||
           vae_fail(e, "%s: holds labels, not images; give the file named ...-images-...", s->path);
}

bool vae_image_file_read(const char *path, const struct images_wanted *w, struct images *out,
                         struct vae_error *e)
{
    static const char hint[] = "give a directory, an IDX, .npy or .csv file, or `synthetic`";
    struct byte_stream s;
    struct image_array a;
    if (vae_csv_images_is(path)) return vae_csv_images_read(path, hint, w, out, e);
    *out = (struct images){0};
    if (!vae_stream_open(&s, path, hint, e)) return false;
    const bool read = read_header(&s, &a, e) && vae_array_sizes(&a, path, w, out, e) &&
                      vae_array_read(&a, &s, out, e);
    if (vae_stream_close(&s, read, e) && (!w->labels || vae_labels_beside(path, out, e)))
        return true;
    vae_images_free(out);
    return false;
}
