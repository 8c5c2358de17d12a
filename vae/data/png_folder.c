#include "png_folder.h"
#include "../base/limits.h"
#include <dirent.h>
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- names --- */

static bool ends_in(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n > m && !strcasecmp(name + n - m, end);
}
bool vae_png_named(const char *path) { return ends_in(path, ".png"); }
static bool is_jpeg(const char *name) { return ends_in(name, ".jpg") || ends_in(name, ".jpeg"); }

static bool joined(char to[PNG_FOLDER_PATH], const char *folder, const char *name)
{
    const int n = snprintf(to, PNG_FOLDER_PATH, "%s/%s", folder, name);
    return n > 0 && n < PNG_FOLDER_PATH;
}

/* What to do with each file of a tree; false ends the walk. */
struct visitor {
    bool (*file)(struct visitor *v, const char *path);
    struct vae_error *e; /* NULL: folders that cannot be read are passed over */
};

static bool walk(struct visitor *v, const char *folder, int depth);

static bool visit(struct visitor *v, const char *folder, const char *name, int depth)
{
    char path[PNG_FOLDER_PATH];
    struct stat st;
    if (*name == '.' || *name == '_' || !joined(path, folder, name) || lstat(path, &st) != 0)
        return true;
    if (S_ISDIR(st.st_mode)) return depth == 0 || walk(v, path, depth - 1);
    if (S_ISLNK(st.st_mode) && stat(path, &st) != 0) return true;
    return !S_ISREG(st.st_mode) || v->file(v, path);
}

static bool walk(struct visitor *v, const char *folder, int depth)
{
    char model[PNG_FOLDER_PATH];
    if (joined(model, folder, "model.safetensors") && access(model, F_OK) == 0) return true;
    DIR *d = opendir(folder);
    if (!d) return !v->e || vae_fail(v->e, "%s: %s", folder, strerror(errno));
    bool go_on = true;
    for (const struct dirent *f; go_on && (f = readdir(d));)
        go_on = visit(v, folder, f->d_name, depth);
    closedir(d);
    return go_on;
}

static bool no_picture(struct visitor *v, const char *path)
{
    (void)v;
    return !vae_png_named(path) && !is_jpeg(path);
}

bool vae_png_folder_is(const char *path)
{
    struct visitor v = {.file = no_picture};
    return !walk(&v, path, PNG_FOLDER_DEPTH);
}

/* --- a sorted list of paths --- */

struct list {
    struct visitor visitor;
    char **paths;
    size_t count, room;
};

static bool append(struct visitor *v, const char *path)
{
    struct list *l = (struct list *)v;
    if (is_jpeg(path))
        return vae_fail(v->e, "%s: a JPEG picture; convert it to PNG or take it out", path);
    if (!vae_png_named(path)) return true;
    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : 1024;
        char **larger = realloc(l->paths, room * sizeof *larger);
        if (!larger) return vae_fail(v->e, "%s: not enough memory", path);
        l->paths = larger;
        l->room = room;
    }
    l->paths[l->count] = strdup(path);
    return l->paths[l->count++] || vae_fail(v->e, "%s: not enough memory", path);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_list(struct list *l)
{
    for (size_t i = 0; i < l->count; i++) free(l->paths[i]);
    free(l->paths);
}

/* --- pictures --- */

static bool size_fits(const char *path, const char *first, const png_image *png,
                      const struct images *out, struct vae_error *e)
{
    if (png->width - 1 >= VAE_MAX_SIDE || png->height - 1 >= VAE_MAX_SIDE)
        return vae_fail(e, "%s: %u x %u; sides of 1 to %d are supported", path, png->height,
                        png->width, VAE_MAX_SIDE);
    if (out->rows == png->height && out->cols == png->width) return true;
    return vae_fail(e, "%s: %u x %u, but %s is %zu x %zu; make all of one size", path, png->height,
                    png->width, first, out->rows, out->cols);
}

/* Reads the picture into its place. The first sets the size and takes the memory for all. */
static bool read_png(const struct list *l, size_t i, struct images *out, struct vae_error *e)
{
    static const png_color black = {0, 0, 0};
    const char *path = l->paths[i];
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&png, path))
        return vae_fail(e, "%s: no PNG picture that can be read: %s", path, png.message);
    png.format = PNG_FORMAT_GRAY;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    if (i == 0) *out = (struct images){.rows = png.height, .cols = png.width};
    bool ok = size_fits(path, l->paths[0], &png, out, e);
    if (ok && i == 0 && !vae_images_make(out, l->count, png.height, png.width))
        ok = vae_fail(e, "%s: not enough memory for %zu such pictures", path, l->count);
    if (ok && !png_image_finish_read(&png, &black, out->pixels + i * vae_images_size(out), 0, NULL))
        ok = vae_fail(e, "%s: %s; fetch or copy it again", path, png.message);
    png_image_free(&png);
    return ok;
}

bool vae_png_folder_read(const char *path, struct images *out, struct vae_error *e)
{
    struct list l = {.visitor = {.file = append, .e = e}};
    *out = (struct images){0};
    bool ok = walk(&l.visitor, path, PNG_FOLDER_DEPTH);
    if (ok && l.count == 0) ok = vae_fail(e, "%s: no PNG picture in it", path);
    if (ok) qsort(l.paths, l.count, sizeof *l.paths, by_bytes);
    for (size_t i = 0; ok && i < l.count; i++) ok = read_png(&l, i, out, e);
    free_list(&l);
    if (!ok) vae_images_free(out);
    return ok;
}

bool vae_png_read(const char *path, struct images *out, struct vae_error *e)
{
    char name[PNG_FOLDER_PATH], *only = name;
    const struct list l = {.paths = &only, .count = 1};
    *out = (struct images){0};
    if ((size_t)snprintf(name, sizeof name, "%s", path) >= sizeof name)
        return vae_fail(e, "%.64s...: name too long", path);
    if (read_png(&l, 0, out, e)) return true;
    vae_images_free(out);
    return false;
}
