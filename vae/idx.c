#include "idx.h"
#include "memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { IDX_IMAGES = 0x00000803, IDX_LABELS = 0x00000801, MAX_SIDE = 4096, CHUNK = 1 << 20 };

bool images_make(struct images *i, size_t count, size_t rows, size_t cols)
{
    *i = (struct images){count, rows, cols, memory_get(count * rows * cols)};
    return i->pixels != NULL;
}

void images_free(struct images *i)
{
    memory_give(i->pixels);
    *i = (struct images){0};
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Up to n bytes; *got of them arrived. False if the stream itself is damaged. */
static bool read_bytes(gzFile f, const char *path, uint8_t *to, size_t n, size_t *got,
                       struct vae_error *e)
{
    for (*got = 0; *got < n;) {
        const size_t want = n - *got < CHUNK ? n - *got : CHUNK;
        const int r = gzread(f, to + *got, (unsigned)want);
        if (r < 0) {
            int code;
            const char *text = gzerror(f, &code), *colon = strstr(text, ": ");
            const char *reason = colon ? colon + 2 : text; /* past zlib's name of the file */
            return vae_fail(e, "%s: %s; fetch or copy the file again", path, reason);
        }
        if (r == 0) break;
        *got += (size_t)r;
    }
    return true;
}

static bool read_header(gzFile f, const char *path, struct images *out, struct vae_error *e)
{
    uint8_t h[16];
    size_t got;
    if (!read_bytes(f, path, h, sizeof h, &got, e)) return false;
    if (got == 0) return vae_fail(e, "%s: the file is empty; fetch or copy it again", path);
    const uint32_t magic = got >= 4 ? big_endian(h) : 0;
    if (magic == IDX_LABELS)
        return vae_fail(e, "%s: holds labels, not images; give the file named ...-images-...",
                        path);
    if (got >= 4 && magic != IDX_IMAGES)
        return vae_fail(e,
                        "%s: not an IDX image file (magic %08x, not %08x); see `vae train --help`",
                        path, magic, (unsigned)IDX_IMAGES);
    if (got < sizeof h)
        return vae_fail(e, "%s: ends inside its header; fetch or copy it again", path);
    out->count = big_endian(h + 4);
    out->rows = big_endian(h + 8);
    out->cols = big_endian(h + 12);
    if (out->count == 0) return vae_fail(e, "%s: holds no images", path);
    if (out->rows - 1 >= MAX_SIDE || out->cols - 1 >= MAX_SIDE)
        return vae_fail(e, "%s: images of %zu x %zu; sides of 1 to %d are supported", path,
                        out->rows, out->cols, MAX_SIDE);
    return true;
}

/* The whole of it is asked for at once; what does not arrive is never touched, and so takes no memory. */
static bool read_pixels(gzFile f, const char *path, struct images *out, struct vae_error *e)
{
    const size_t total = out->count * images_size(out);
    size_t have;
    if (!images_make(out, out->count, out->rows, out->cols))
        return vae_fail(e, "%s: not enough memory for %zu bytes", path, total);
    if (!read_bytes(f, path, out->pixels, total, &have, e)) return false;
    if (have < total)
        return vae_fail(e, "%s: cut short: %zu of %zu pixel bytes; fetch or copy it again", path,
                        have, total);
    uint8_t extra;
    size_t got;
    if (!read_bytes(f, path, &extra, 1, &got, e)) return false;
    if (got) return vae_fail(e, "%s: longer than its header says (%zu images)", path, out->count);
    return true;
}

bool idx_read(const char *path, struct images *out, struct vae_error *e)
{
    struct stat st;
    *out = (struct images){0};
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        vae_fail(e, "%s: %s; give --data a directory, an IDX file or `synthetic`", path,
                 strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        close(fd);
        return vae_fail(e, "%s: a directory, not an IDX file", path);
    }
    gzFile f = gzdopen(fd, "rb");
    if (!f) {
        close(fd);
        return vae_fail(e, "%s: not enough memory", path);
    }
    gzbuffer(f, 1 << 17);
    bool ok = read_header(f, path, out, e) && read_pixels(f, path, out, e);
    if (gzclose(f) != Z_OK && ok)
        ok = vae_fail(e, "%s: the compressed stream ends early; fetch or copy it again", path);
    if (!ok) images_free(out);
    return ok;
}
