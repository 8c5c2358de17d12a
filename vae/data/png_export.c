#include "png_export.h"
#include "../base/min.h"
#include "../base/replace_file.h"
#include "png_folder.h"
#include "png_write.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETS = 2, ROOM = PNG_FOLDER_PATH + 64 };
static const char *const names[SETS] = {"train", "test"};

/* The folder while it is incomplete. */
struct part {
    int digits; /* of a picture's number: names ascend as numbers do */
    char path[PNG_FOLDER_PATH];
    const struct png_export *options;
    struct vae_error *e;
};

static void path_of(const struct part *p, size_t set, size_t image, char path[ROOM])
{
    snprintf(path, ROOM, "%s/%s/%0*zu.png", p->path, names[set], p->digits, image);
}

static bool failed(const struct part *p, const char *path)
{
    return vae_fail(p->e, "%s: %s; free some space or choose another place", path, strerror(errno));
}

static void remove_part(const struct part *p)
{
    char path[ROOM];
    for (size_t set = 0; set < SETS; set++) {
        size_t image = 0;
        do path_of(p, set, image++, path);
        while (unlink(path) == 0);
        *strrchr(path, '/') = 0;
        rmdir(path);
    }
    rmdir(p->path);
}

static void as_bytes(const struct images *i, size_t image, uint8_t *to)
{
    const size_t n = vae_images_size(i);
    if (!i->values) memcpy(to, i->pixels + image * n, n);
    for (size_t p = 0; i->values && p < n; p++)
        to[p] = (uint8_t)(255 * i->values[image * n + p] + 0.5f);
}

static bool write_one(const struct part *p, const char *path, const struct images *i,
                      const uint8_t *bytes)
{
    size_t size;
    void *png = vae_png_encode(i->rows, i->cols, i->channels, bytes, &size);
    if (!png) return vae_fail(p->e, "%s: not enough memory", path);
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(png, 1, size, f) == size;
    if (!ok) failed(p, path);
    if (f && fclose(f) && ok) ok = failed(p, path);
    free(png);
    return ok;
}

static bool write_set(const struct part *p, size_t set, const struct images *i)
{
    const struct png_export *o = p->options;
    const size_t n = o->first ? vae_min_size(o->first, i->count) : i->count;
    char path[ROOM];
    snprintf(path, sizeof path, "%s/%s", p->path, names[set]);
    if (mkdir(path, 0777)) return failed(p, path);
    uint8_t *bytes = malloc(vae_images_size(i));
    bool ok = bytes || vae_fail(p->e, "%s: not enough memory", path);
    for (size_t image = 0; ok && image < n; image++) {
        path_of(p, set, image, path);
        as_bytes(i, image, bytes);
        ok = write_one(p, path, i, bytes);
        if (ok && o->progress) o->progress(o->arg, image + 1, n);
    }
    free(bytes);
    return ok;
}

/* All files reach the disk before the folder has its name. */
static bool finish(const struct part *p, const char *whole)
{
    sync();
    return rename(p->path, whole) == 0 || failed(p, whole);
}

bool vae_png_export(const char *folder, const struct dataset *d, const struct png_export *o,
                    struct vae_error *e)
{
    struct part p = {.digits = 5, .options = o, .e = e};
    size_t n = strlen(folder);
    for (size_t most = 100000; most < d->train.count || most < d->test.count; most *= 10)
        p.digits++;
    while (n > 1 && folder[n - 1] == '/') n--;
    if (n + 32 > sizeof p.path) return vae_fail(e, "%.64s...: name too long", folder);
    if (access(folder, F_OK) == 0)
        return vae_fail(e, "%s: exists; give a new folder, or remove it", folder);
    snprintf(p.path, sizeof p.path, "%.*s.part-%ld", (int)n, folder, (long)getpid());
    if (access(p.path, F_OK) == 0) return vae_fail(e, "%s: exists; remove it", p.path);
    if (!vae_make_directory(p.path, e)) return false;
    const bool ok = write_set(&p, 0, &d->train) && write_set(&p, 1, &d->test) && finish(&p, folder);
    if (!ok) remove_part(&p);
    return ok;
}
