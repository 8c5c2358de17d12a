#include "image_array.h"
#include "../base/limits.h"
#include "../base/memory.h"
#include <math.h>
#include <string.h>

enum { PIECE = 1 << 16, FIRST_ROOM = 16 << 20 };

/* --- sizes --- */

/* An array of n x d: square images if d is a square number, else one row each. */
static void flat(size_t d, struct images *out)
{
    const size_t side = (size_t)lround(sqrt((double)d));
    out->rows = side * side == d ? side : 1;
    out->cols = side * side == d ? side : d;
}

bool vae_array_sizes(const struct image_array *a, const char *path, struct images *out,
                     struct vae_error *e)
{
    const size_t *size = a->size;
    if (a->dims < 2 || a->dims > ARRAY_MOST_DIMS)
        return vae_fail(e, "%s: an array of %zu dimensions; images have 2 to %d", path, a->dims,
                        ARRAY_MOST_DIMS);
    out->count = size[0];
    out->rows = size[1];
    out->cols = size[2];
    if (a->dims == 2) flat(size[1], out);
    if (a->dims == 4 && size[1] == 1) { /* channel first; otherwise last */
        out->rows = size[2];
        out->cols = size[3];
    } else if (a->dims == 4 && size[3] != 1) {
        return vae_fail(e, "%s: images of %zu x %zu x %zu; one channel is read, of grey", path,
                        size[1], size[2], size[3]);
    }
    if (out->count == 0) return vae_fail(e, "%s: holds no images", path);
    if (out->count > UINT32_MAX)
        return vae_fail(e, "%s: %zu images; up to %u are read", path, out->count, UINT32_MAX);
    if (out->rows - 1 < VAE_MAX_SIDE && out->cols - 1 < VAE_MAX_SIDE) return true;
    return vae_fail(e, "%s: images of %zu x %zu; sides of 1 to %d are supported", path, out->rows,
                    out->cols, VAE_MAX_SIDE);
}

/* --- elements --- */

static bool cut_short(const struct byte_stream *s, size_t have, size_t total, struct vae_error *e)
{
    return vae_fail(e, "%s: cut short: %zu of %zu pixel bytes; fetch or copy it again", s->path,
                    have, total);
}

/* Makes room for more than `have` bytes, at most `total`. Starts at eight times the file's size
 * (MNIST compresses to a fifth) and doubles, so that a header alone cannot make it allocate. */
static bool grow(const struct byte_stream *s, uint8_t **block, size_t have, size_t *room,
                 size_t total, struct vae_error *e)
{
    const size_t first = s->file_size ? 8 * s->file_size : FIRST_ROOM;
    const size_t wanted = *room ? 2 * *room : first;
    *room = wanted < total ? wanted : total;
    uint8_t *larger = vae_memory_get(*room);
    if (!larger) return vae_fail(e, "%s: not enough memory for %zu bytes", s->path, *room);
    if (have) memcpy(larger, *block, have);
    vae_memory_give(*block);
    *block = larger;
    return true;
}

/* Names element `at` of the file, which is no pixel's value. */
static bool refuse(const struct image_array *a, const struct byte_stream *s,
                   const struct images *out, size_t at, double value, struct vae_error *e)
{
    const char *range = vae_element_floats(&a->type)   ? "from 0 to 1, or from 0 to 255"
                        : a->type.kind == ELEMENT_BOOL ? "false or true"
                                                       : "from 0 to 255";
    if (a->fortran)
        return vae_fail(e, "%s: image %zu has a pixel of %g; pixels are %s", s->path,
                        at % out->count, value, range);
    const size_t size = vae_images_size(out), in = at % size;
    return vae_fail(e, "%s: image %zu, row %zu, column %zu is %g; pixels are %s", s->path,
                    at / size, in / out->cols, in % out->cols, value, range);
}

/* Reads up to n elements, converted to what is kept; *got is how many there were. */
static bool read_elements(const struct image_array *a, struct byte_stream *s,
                          const struct images *out, size_t done, uint8_t *to, size_t n, size_t *got,
                          struct vae_error *e)
{
    const size_t size = a->type.size;
    uint8_t raw[PIECE];
    if (vae_element_as_is(&a->type)) return vae_stream_read(s, to, n, got, e);
    if (n > PIECE / size) n = PIECE / size;
    if (!vae_stream_read(s, raw, n * size, got, e)) return false;
    *got /= size;
    const size_t good = vae_elements_convert(&a->type, *got, raw, to);
    if (good == *got) return true;
    return refuse(a, s, out, done + good, vae_element_at(&a->type, raw + good * size), e);
}

static bool read_all(const struct image_array *a, struct byte_stream *s, const struct images *out,
                     uint8_t **block, struct vae_error *e)
{
    const size_t kept = vae_element_floats(&a->type) ? sizeof(float) : 1;
    const size_t total = out->count * vae_images_size(out);
    size_t room = 0, got;
    for (size_t have = 0; have < total; have += got) {
        if (have * kept == room && !grow(s, block, room, &room, total * kept, e)) return false;
        const size_t n = room / kept - have;
        if (!read_elements(a, s, out, have, *block + have * kept, n, &got, e)) return false;
        if (got == 0) return cut_short(s, have * a->type.size, total * a->type.size, e);
    }
    return true;
}

/* Image i, row r, column c of Fortran's order is element i + images (r + rows c), and of a flat array
 * i + images (r columns + c). */
static bool reorder(const struct image_array *a, const struct byte_stream *s, struct images *out,
                    struct vae_error *e)
{
    const bool flat = a->dims == 2;
    const size_t kept = out->values ? sizeof *out->values : 1, n = out->count;
    uint8_t *to = vae_memory_get(n * vae_images_bytes(out)), *at = to;
    const uint8_t *from = out->values ? (const uint8_t *)out->values : out->pixels;
    if (!to) return vae_fail(e, "%s: not enough memory", s->path);
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < out->rows; r++)
            for (size_t c = 0; c < out->cols; c++, at += kept)
                memcpy(at, from + kept * (i + n * (flat ? r * out->cols + c : r + out->rows * c)),
                       kept);
    if (out->values) {
        vae_memory_give(out->values);
        out->values = (float *)(void *)to;
    } else {
        vae_memory_give(out->pixels);
        out->pixels = to;
    }
    return true;
}

bool vae_array_read(const struct image_array *a, struct byte_stream *s, struct images *out,
                    struct vae_error *e)
{
    const size_t total = out->count * vae_images_size(out), bytes = total * a->type.size;
    if (s->exact && s->exact - s->taken < bytes) return cut_short(s, s->exact - s->taken, bytes, e);
    uint8_t *block = NULL, extra;
    size_t got;
    const bool all = read_all(a, s, out, &block, e) && vae_stream_read(s, &extra, 1, &got, e);
    if (vae_element_floats(&a->type))
        out->values = (float *)(void *)block;
    else
        out->pixels = block;
    if (!all) return false;
    if (got)
        return vae_fail(e, "%s: longer than its header says (%zu images)", s->path, out->count);
    if (out->values) vae_elements_scale(total, out->values);
    return !a->fortran || reorder(a, s, out, e);
}
