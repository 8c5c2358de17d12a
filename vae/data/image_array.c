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

/* The dimension of the channels, of an array of four; 0: none is. Where the first and the last may be, grey is
 * the same either way, but for names: rows x 1, and 1 x columns. */
static size_t channel_dim(const struct image_array *a, enum vae_channels c)
{
    const size_t want = vae_channel_count(c), first = a->size[1] == want, last = a->size[3] == want;
    if (c == CHANNELS_GRAY) return first ? 1 : last ? 3 : 0;
    return last ? 3 : first ? 1 : 0;
}

static bool no_such_channels(const struct image_array *a, const char *path,
                             const struct images_wanted *w, struct vae_error *e)
{
    const size_t *size = a->size;
    if (a->dims < 4)
        return vae_fail(e,
                        "%s: grey images; those of colour are images x rows x columns x 3, or "
                        "images x 3 x rows x columns",
                        path);
    const bool colour = w->channels == CHANNELS_GRAY && channel_dim(a, CHANNELS_RGB);
    return vae_fail(e, "%s: images of %zu x %zu x %zu; %s%s%s", path, size[1], size[2], size[3],
                    w->channels == CHANNELS_GRAY ? "one channel is read, of grey"
                                                 : "three channels are read, red, green and blue",
                    colour && w->rgb_hint ? "; for colour " : "",
                    colour && w->rgb_hint ? w->rgb_hint : "");
}

bool vae_array_sizes(const struct image_array *a, const char *path, const struct images_wanted *w,
                     struct images *out, struct vae_error *e)
{
    const size_t *size = a->size;
    if (a->dims < 2 || a->dims > ARRAY_MOST_DIMS)
        return vae_fail(e, "%s: an array of %zu dimensions; images have 2 to %d", path, a->dims,
                        ARRAY_MOST_DIMS);
    const size_t channel = a->dims == 4 ? channel_dim(a, w->channels) : 0;
    if (a->dims == 4 ? !channel : w->channels != CHANNELS_GRAY)
        return no_such_channels(a, path, w, e);
    out->count = size[0];
    out->channels = w->channels;
    out->rows = size[channel == 1 ? 2 : 1];
    out->cols = size[channel == 1 ? 3 : 2];
    if (a->dims == 2) flat(size[1], out);
    if (out->count == 0) return vae_fail(e, "%s: holds no images", path);
    if (out->count > UINT32_MAX)
        return vae_fail(e, "%s: %zu images; up to %u are read", path, out->count, UINT32_MAX);
    if (out->rows - 1 < VAE_MAX_SIDE && out->cols - 1 < VAE_MAX_SIDE) return true;
    return vae_fail(e, "%s: images of %zu x %zu; sides of 1 to %d are supported", path, out->rows,
                    out->cols, VAE_MAX_SIDE);
}

/* How far apart in the array are neighbours in each direction. */
struct strides {
    size_t image, row, col, channel;
};

static struct strides strides_of(const struct image_array *a, const struct images *i)
{
    size_t step[ARRAY_MOST_DIMS] = {0}, all = 1;
    for (size_t d = 0; d < a->dims; d++) {
        const size_t at = a->fortran ? d : a->dims - 1 - d;
        step[at] = all;
        all *= a->size[at];
    }
    if (a->dims == 2) return (struct strides){step[0], i->cols * step[1], step[1], 0};
    if (a->dims == 4 && channel_dim(a, i->channels) == 1)
        return (struct strides){step[0], step[2], step[3], step[1]};
    return (struct strides){step[0], step[1], step[2], step[3]};
}

/* Whether the array has the order of struct images. */
static bool in_order(const struct image_array *a, const struct images *i)
{
    const struct strides s = strides_of(a, i);
    const size_t channels = vae_channel_count(i->channels);
    return s.image == vae_images_size(i) && s.row == i->cols * channels && s.col == channels &&
           s.channel <= 1;
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
    if (!in_order(a, out) || out->channels != CHANNELS_GRAY)
        return vae_fail(e, "%s: image %zu has a pixel of %g; pixels are %s", s->path,
                        at / strides_of(a, out).image % out->count, value, range);
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

/* Brings the elements into the order of struct images. */
static bool reorder(const struct image_array *a, const struct byte_stream *s, struct images *out,
                    struct vae_error *e)
{
    const struct strides step = strides_of(a, out);
    const size_t kept = out->values ? sizeof *out->values : 1, n = out->count;
    uint8_t *to = vae_memory_get(n * vae_images_bytes(out)), *at = to;
    const uint8_t *from = out->values ? (const uint8_t *)out->values : out->pixels;
    if (!to) return vae_fail(e, "%s: not enough memory", s->path);
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < out->rows; r++)
            for (size_t c = 0; c < out->cols; c++)
                for (size_t k = 0; k < vae_channel_count(out->channels); k++, at += kept)
                    memcpy(at,
                           from + kept * (i * step.image + r * step.row + c * step.col +
                                          k * step.channel),
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
    return in_order(a, out) || reorder(a, s, out, e);
}
