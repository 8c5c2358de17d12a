#include "png_export.h"
#include "png_folder.h"
#include "png_grid.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void as_bytes(const struct images *i, size_t image, uint8_t *to)
{
    const size_t n = vae_images_size(i);
    if (!i->values) memcpy(to, i->pixels + image * n, n);
    for (size_t p = 0; i->values && p < n; p++)
        to[p] = (uint8_t)(255 * i->values[image * n + p] + 0.5f);
}

/* The folder while it is incomplete. */
struct part {
    char path[PNG_FOLDER_PATH];
    size_t count; /* files in it, the last perhaps not whole */
    uint8_t *bytes;
};

static void file_of(const struct part *p, size_t image, char path[PNG_FOLDER_PATH + 32])
{
    snprintf(path, PNG_FOLDER_PATH + 32, "%s/%05zu.png", p->path, image);
}

static bool write_one(struct part *p, const struct images *i, struct vae_error *e)
{
    char path[PNG_FOLDER_PATH + 32];
    size_t size;
    file_of(p, p->count++, path);
    as_bytes(i, p->count - 1, p->bytes);
    void *png = vae_png_encode(i->rows, i->cols, i->channels, p->bytes, &size);
    if (!png) return vae_fail(e, "%s: not enough memory", path);
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(png, 1, size, f) == size;
    if (f && fclose(f)) ok = false;
    const int error = errno;
    free(png);
    return ok ||
           vae_fail(e, "%s: %s; free some space or choose another place", path, strerror(error));
}

static void remove_part(const struct part *p)
{
    char path[PNG_FOLDER_PATH + 32];
    for (size_t image = 0; image < p->count; image++) {
        file_of(p, image, path);
        unlink(path);
    }
    rmdir(p->path);
}

/* All files reach the disk before the folder has its name. */
static bool finish(const struct part *p, const char *whole, struct vae_error *e)
{
    sync();
    return !rename(p->path, whole) || vae_fail(e, "%s: %s", whole, strerror(errno));
}

bool vae_png_export(const char *folder, const char *name, const struct images *i, size_t n,
                    void (*progress)(void *arg, size_t done, size_t total), void *arg,
                    struct vae_error *e)
{
    char whole[PNG_FOLDER_PATH];
    struct part p = {.count = 0};
    if (snprintf(whole, sizeof whole, "%s/%s", folder, name) >= PNG_FOLDER_PATH ||
        snprintf(p.path, sizeof p.path, "%s/.%s.part", folder, name) >= PNG_FOLDER_PATH)
        return vae_fail(e, "%.64s...: name too long", folder);
    if (access(whole, F_OK) == 0)
        return vae_fail(e, "%s: exists; give another folder, or remove it", whole);
    if (mkdir(p.path, 0777))
        return vae_fail(e, "%s: %s; if a run that was stopped left it, remove it", p.path,
                        strerror(errno));
    p.bytes = malloc(vae_images_size(i));
    bool ok = p.bytes || vae_fail(e, "%s: not enough memory", whole);
    while (ok && p.count < n) {
        ok = write_one(&p, i, e);
        if (ok && progress) progress(arg, p.count, n);
    }
    free(p.bytes);
    ok = ok && finish(&p, whole, e);
    if (!ok) remove_part(&p);
    return ok;
}
