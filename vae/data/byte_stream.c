#include "byte_stream.h"
#include "../base/input_file.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 1 << 20 };

static bool read_gz(struct byte_stream *s, uint8_t *to, size_t n, size_t *got, struct vae_error *e)
{
    const int some = gzread(s->state, to, (unsigned)(n < CHUNK ? n : CHUNK));
    *got = some < 0 ? 0 : (size_t)some;
    if (some >= 0) return true;
    int code;
    const char *text = gzerror(s->state, &code), *colon = strstr(text, ": ");
    const char *reason = colon ? colon + 2 : text; /* past the file name that zlib puts first */
    if (code == Z_MEM_ERROR) return vae_fail(e, "%s: not enough memory", s->path);
    return vae_fail(e, "%s: %s; fetch or copy the file again", s->path, reason);
}

bool vae_stream_read(struct byte_stream *s, uint8_t *to, size_t n, size_t *got, struct vae_error *e)
{
    size_t some = 1;
    for (*got = 0; *got < n && some; *got += some)
        if (!s->read(s, to + *got, n - *got, &some, e)) return false;
    s->taken += *got;
    return true;
}

bool vae_stream_open(struct byte_stream *s, const char *path, const char *hint, struct vae_error *e)
{
    struct stat st;
    *s = (struct byte_stream){.path = path, .read = read_gz};
    const int fd = vae_input_open(path, true, hint, e);
    if (fd < 0) return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) s->file_size = (size_t)st.st_size;
    s->state = gzdopen(fd, "rb");
    if (!s->state) {
        close(fd);
        return vae_fail(e, "%s: not enough memory", path);
    }
    gzbuffer(s->state, 1 << 17);
    if (gzdirect(s->state)) s->exact = s->file_size;
    return true;
}

bool vae_stream_close(struct byte_stream *s, bool ok, struct vae_error *e)
{
    if (gzclose(s->state) == Z_OK || !ok) return ok;
    return vae_fail(e, "%s: the compressed stream ends early; fetch or copy it again", s->path);
}
