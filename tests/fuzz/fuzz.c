#include "fuzz.h"
#include "../../vae/base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_must(bool holds, const char *what, const char *detail)
{
    if (holds) return;
    fprintf(stderr, "does not hold: %s: %s\n", what, vae_text_shown(detail).s);
    abort();
}

const char *fuzz_file(const void *data, size_t size)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) fd = memfd_create("input", MFD_CLOEXEC);
    MUST(fd >= 0 && ftruncate(fd, 0) == 0, "memfd");
    MUST(pwrite(fd, data, size, 0) == (ssize_t)size, "pwrite");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

void fuzz_must_say(const struct vae_error *e)
{
    MUST(*e->line != 0, "no line");
    MUST(!strcmp(vae_text_shown(e->line).s, e->line) || strlen(e->line) >= TEXT_SHOWN, e->line);
    MUST(!strchr(e->line, '\n'), e->line);
}

void fuzz_must_be_images(const struct images *i)
{
    const size_t n = i->count * vae_images_size(i);
    unsigned sum = 0;
    MUST(!i->pixels != !i->values, "bytes or floats");
    for (size_t p = 0; p < n; p++) {
        if (i->values) MUST(i->values[p] >= 0 && i->values[p] <= 1, "out of range");
        if (i->pixels) sum += i->pixels[p];
    }
    MUST(sum <= 255 * n, "sum");
}
