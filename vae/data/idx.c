#include "idx.h"
#include "../base/file_kind.h"
#include "../base/input_file.h"
#include "../base/limits.h"
#include "../base/memory.h"
#include "idx_types.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 1 << 20, PIECE = 1 << 16, MAX_DIMS = 4, FIRST_ROOM = 16 << 20 };

struct reader {
    gzFile f;
    const char *path;
    size_t file_size; /* 0: unknown (a pipe) */
    const struct idx_type *type;
    size_t header; /* bytes */
    struct images *out;
};

/* Reads up to n bytes; *got is how many there were. False if the stream itself is damaged. */
static bool read_bytes(const struct reader *r, uint8_t *to, size_t n, size_t *got,
                       struct vae_error *e)
{
    for (*got = 0; *got < n;) {
        const size_t want = n - *got < CHUNK ? n - *got : CHUNK;
        const int some = gzread(r->f, to + *got, (unsigned)want);
        if (some < 0) {
            int code;
            const char *text = gzerror(r->f, &code), *colon = strstr(text, ": ");
            const char *reason =
                colon ? colon + 2 : text; /* past the file name that zlib puts first */
            if (code == Z_MEM_ERROR) return vae_fail(e, "%s: not enough memory", r->path);
            return vae_fail(e, "%s: %s; fetch or copy the file again", r->path, reason);
        }
        if (some == 0) break;
        *got += (size_t)some;
    }
    return true;
}

/* --- the header --- */

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Says what a file is whose first four bytes are not those of an IDX file. */
static bool not_idx(const struct reader *r, const uint8_t *magic, struct vae_error *e)
{
    uint8_t head[FILE_KIND_HEAD];
    size_t more;
    memcpy(head, magic, 4);
    if (!read_bytes(r, head + 4, sizeof head - 4, &more, e)) return false;
    const struct file_kind *kind = vae_file_kind(head, 4 + more);
    if (head[0] == 0x1f && head[1] == 0x8b)
        return vae_fail(e, "%s: gzip within gzip; unpack it once, with gunzip", r->path);
    if (kind)
        return vae_fail(e, "%s: %s, not an IDX image file; %s", r->path, kind->name, kind->hint);
    if (head[2] == 0 && head[3] == 0 && vae_idx_type(head[1]) && head[0] <= MAX_DIMS)
        return vae_fail(e, "%s: its header is little-endian; IDX is big-endian, write it so",
                        r->path);
    if (head[0] == 0 && head[1] == 0)
        return vae_fail(e,
                        "%s: IDX of element type %02x, which is none; integers of 8, 16 and "
                        "32 bits and floats of 32 and 64 are",
                        r->path, head[2]);
    return vae_fail(e,
                    "%s: not an IDX image file (it begins with %08x); give a directory, an "
                    "IDX file or `synthetic`",
                    r->path, big_endian(head));
}

/* A file of n x d: square images if d is a square number, else one row each. */
static void flat(uint32_t d, struct images *out)
{
    const size_t side = (size_t)lround(sqrt(d));
    out->rows = side * side == d ? side : 1;
    out->cols = side * side == d ? side : d;
}

static bool take_sizes(const struct reader *r, size_t dims, const uint32_t *size,
                       struct vae_error *e)
{
    struct images *out = r->out;
    out->count = size[0];
    out->rows = size[1];
    out->cols = size[2];
    if (dims == 2) flat(size[1], out);
    if (dims == 4 && size[1] == 1) { /* channel first; otherwise last */
        out->rows = size[2];
        out->cols = size[3];
    } else if (dims == 4 && size[3] != 1) {
        return vae_fail(e, "%s: images of %u x %u x %u; one channel is read, of grey", r->path,
                        size[1], size[2], size[3]);
    }
    if (out->count == 0) return vae_fail(e, "%s: holds no images", r->path);
    if (out->rows - 1 < VAE_MAX_SIDE && out->cols - 1 < VAE_MAX_SIDE) return true;
    return vae_fail(e, "%s: images of %zu x %zu; sides of 1 to %d are supported", r->path,
                    out->rows, out->cols, VAE_MAX_SIDE);
}

static bool read_header(struct reader *r, struct vae_error *e)
{
    uint8_t h[4 + 4 * MAX_DIMS];
    uint32_t size[MAX_DIMS] = {0};
    size_t got;
    if (!read_bytes(r, h, 4, &got, e)) return false;
    if (got == 0) return vae_fail(e, "%s: the file is empty; fetch or copy it again", r->path);
    if (got < 4) return vae_fail(e, "%s: ends inside its header; fetch or copy it again", r->path);
    r->type = vae_idx_type(h[2]);
    const size_t dims = h[3];
    if (h[0] || h[1] || !r->type) return not_idx(r, h, e);
    if (dims == 1)
        return vae_fail(e, "%s: holds labels, not images; give the file named ...-images-...",
                        r->path);
    if (dims < 2 || dims > MAX_DIMS)
        return vae_fail(e, "%s: IDX of %zu dimensions; images have 2 to %d", r->path, dims,
                        MAX_DIMS);
    if (!read_bytes(r, h + 4, 4 * dims, &got, e)) return false;
    if (got < 4 * dims)
        return vae_fail(e, "%s: ends inside its header; fetch or copy it again", r->path);
    for (size_t d = 0; d < dims; d++) size[d] = big_endian(h + 4 + 4 * d);
    r->header = 4 + got;
    return take_sizes(r, dims, size, e);
}

/* --- the pixels --- */

static bool cut_short(const struct reader *r, size_t have, size_t total, struct vae_error *e)
{
    return vae_fail(e, "%s: cut short: %zu of %zu pixel bytes; fetch or copy it again", r->path,
                    have, total);
}

/* Makes room for more than `have` bytes, at most `total`. Starts at eight times the file's size
 * (MNIST compresses to a fifth) and doubles, so that a header alone cannot make it allocate. */
static bool grow(const struct reader *r, uint8_t **block, size_t have, size_t *room, size_t total,
                 struct vae_error *e)
{
    const size_t first = r->file_size ? 8 * r->file_size : FIRST_ROOM;
    const size_t wanted = *room ? 2 * *room : first;
    *room = wanted < total ? wanted : total;
    uint8_t *larger = vae_memory_get(*room);
    if (!larger) return vae_fail(e, "%s: not enough memory for %zu bytes", r->path, *room);
    if (have) memcpy(larger, *block, have);
    vae_memory_give(*block);
    *block = larger;
    return true;
}

/* Reads up to n elements, converted to what is kept; *got is how many there were. */
static bool read_elements(const struct reader *r, size_t done, uint8_t *to, size_t n, size_t *got,
                          struct vae_error *e)
{
    const struct images *out = r->out;
    const size_t size = r->type->size;
    uint8_t raw[PIECE];
    if (r->type->as_is) return read_bytes(r, to, n, got, e);
    if (n > PIECE / size) n = PIECE / size;
    if (!read_bytes(r, raw, n * size, got, e)) return false;
    *got /= size;
    const size_t bad = vae_idx_convert(r->type, *got, raw, to),
                 at = (done + bad) % vae_images_size(out);
    if (bad == *got) return true;
    return vae_fail(e, "%s: image %zu, row %zu, column %zu is %g; pixels are %s", r->path,
                    (done + bad) / vae_images_size(out), at / out->cols, at % out->cols,
                    vae_idx_element(r->type, raw + bad * size),
                    r->type->floats ? "from 0 to 1, or from 0 to 255" : "from 0 to 255");
}

static bool read_all(const struct reader *r, uint8_t **block, struct vae_error *e)
{
    const size_t kept = r->type->floats ? sizeof(float) : 1;
    const size_t total = r->out->count * vae_images_size(r->out);
    size_t room = 0, got;
    for (size_t have = 0; have < total; have += got) {
        if (have * kept == room && !grow(r, block, room, &room, total * kept, e)) return false;
        const size_t n = room / kept - have;
        if (!read_elements(r, have, *block + have * kept, n, &got, e)) return false;
        if (got == 0) return cut_short(r, have * r->type->size, total * r->type->size, e);
    }
    return true;
}

static bool read_pixels(const struct reader *r, struct vae_error *e)
{
    struct images *out = r->out;
    const size_t total = out->count * vae_images_size(out), bytes = total * r->type->size;
    if (r->file_size && gzdirect(r->f) && r->file_size - r->header < bytes)
        return cut_short(r, r->file_size - r->header, bytes, e);
    uint8_t *block = NULL, extra;
    size_t got;
    const bool all = read_all(r, &block, e) && read_bytes(r, &extra, 1, &got, e);
    if (r->type->floats)
        out->values = (float *)(void *)block;
    else
        out->pixels = block;
    if (!all) return false;
    if (got)
        return vae_fail(e, "%s: longer than its header says (%zu images)", r->path, out->count);
    if (r->type->floats) vae_idx_scale(total, out->values);
    return true;
}

/* --- the file --- */

bool vae_idx_read(const char *path, struct images *out, struct vae_error *e)
{
    struct stat st;
    struct reader r = {.path = path, .out = out};
    *out = (struct images){0};
    const int fd = vae_input_open(path, true, "give a directory, an IDX file or `synthetic`", e);
    if (fd < 0) return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) r.file_size = (size_t)st.st_size;
    r.f = gzdopen(fd, "rb");
    if (!r.f) {
        close(fd);
        return vae_fail(e, "%s: not enough memory", path);
    }
    gzbuffer(r.f, 1 << 17);
    bool ok = read_header(&r, e) && read_pixels(&r, e);
    if (gzclose(r.f) != Z_OK && ok)
        ok = vae_fail(e, "%s: the compressed stream ends early; fetch or copy it again", path);
    if (!ok) vae_images_free(out);
    return ok;
}
