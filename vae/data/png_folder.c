#include "png_folder.h"
#include "../base/file_kind.h"
#include "../base/limits.h"
#include "labels.h"
#include "resize.h"
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

/* libpng's own limit is a million. */
enum { MOST_SIDE = 16384 };

/* Checks the size of picture i; the first sets that of all, unless they are resized, and takes the memory. */
static bool make_room(const struct list *l, size_t i, const png_image *png,
                      const struct images_wanted *w, struct images *out, struct vae_error *e)
{
    const char *path = l->paths[i], *hint = w->resize_hint;
    const png_uint_32 most = w->rows ? MOST_SIDE : VAE_MAX_SIDE;
    if (png->width - 1 >= most || png->height - 1 >= most)
        return vae_fail(e, "%s: %u x %u; sides of 1 to %u are supported", path, png->height,
                        png->width, most);
    const size_t rows = w->rows ? w->rows : png->height, cols = w->rows ? w->cols : png->width;
    if (i == 0 && !vae_images_make(out, l->count, rows, cols, w->channels))
        return vae_fail(e, "%s: not enough memory for %zu such pictures", path, l->count);
    if (out->rows == rows && out->cols == cols) return true;
    return vae_fail(e, "%s: %u x %u, but %s is %zu x %zu; make all of one size%s%s", path,
                    png->height, png->width, l->paths[0], out->rows, out->cols,
                    hint ? ", or give " : "", hint ? hint : "");
}

/* Reads the picture into its place, through one of its own size if that differs. */
static bool decode(const char *path, png_image *png, size_t i, struct images *out,
                   struct vae_error *e)
{
    static const png_color black = {0, 0, 0};
    struct images whole = {0};
    const bool fits = png->height == out->rows && png->width == out->cols;
    if (!fits && !vae_images_make(&whole, 1, png->height, png->width, out->channels))
        return vae_fail(e, "%s: not enough memory", path);
    uint8_t *to = fits ? out->pixels + i * vae_images_size(out) : whole.pixels;
    const bool ok = png_image_finish_read(png, &black, to, 0, NULL) ||
                    vae_fail(e, "%s: %s; fetch or copy it again", path, png->message);
    if (ok && !fits) vae_resize(&whole, 0, out, i);
    vae_images_free(&whole);
    return ok;
}

/* Says what a file is that is named as a PNG and is none. */
static bool no_png(const char *path, const char *message, struct vae_error *e)
{
    unsigned char head[FILE_KIND_HEAD];
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    const struct file_kind *kind = f ? vae_file_kind(head, n) : NULL;
    if (f) fclose(f);
    if (kind && n && head[0] != 0x89)
        return vae_fail(e, "%s: %s, whatever its name says; convert it to PNG or take it out", path,
                        kind->name);
    return vae_fail(e, "%s: no PNG picture that can be read: %s", path, message);
}

static bool read_png(const struct list *l, size_t i, const struct images_wanted *w,
                     struct images *out, struct vae_error *e)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    const char *path = l->paths[i];
    if (!png_image_begin_read_from_file(&png, path)) return no_png(path, png.message, e);
    const bool colour = png.format & PNG_FORMAT_FLAG_COLOR;
    png.format = w->channels == CHANNELS_RGB ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    const bool ok = make_room(l, i, &png, w, out, e) && decode(path, &png, i, out, e);
    png_image_free(&png);
    out->was_colour |= ok && colour && w->channels == CHANNELS_GRAY;
    return ok;
}

/* A picture's label is the folder in `root` that it lies in. If all lie in the root, there are none. */
static bool label(const struct list *l, const char *root, struct images *out, struct vae_error *e)
{
    size_t labelled = 0;
    out->labels = malloc(l->count * sizeof *out->labels);
    if (!out->labels) return vae_fail(e, "%s: not enough memory", root);
    for (size_t i = 0; i < l->count; i++) {
        char *name = l->paths[i] + strlen(root) + 1, *end = strchr(name, '/');
        labelled += end != NULL;
        if (end) *end = 0;
        out->labels[i] = vae_label_of(end ? name : "");
    }
    if (labelled) return true;
    free(out->labels);
    out->labels = NULL;
    return true;
}

bool vae_png_folder_read(const char *path, const struct images_wanted *w, struct images *out,
                         struct vae_error *e)
{
    struct list l = {.visitor = {.file = append, .e = e}};
    *out = (struct images){0};
    bool ok = walk(&l.visitor, path, PNG_FOLDER_DEPTH);
    if (ok && l.count == 0) ok = vae_fail(e, "%s: no PNG picture in it", path);
    if (ok) qsort(l.paths, l.count, sizeof *l.paths, by_bytes);
    for (size_t i = 0; ok && i < l.count; i++) {
        ok = read_png(&l, i, w, out, e);
        if (w->progress) w->progress(w->arg, i + 1, l.count);
    }
    ok = ok && (!w->labels || label(&l, path, out, e));
    free_list(&l);
    if (!ok) vae_images_free(out);
    return ok;
}

bool vae_png_read(const char *path, struct images *out, struct vae_error *e)
{
    const struct images_wanted grey = {.channels = CHANNELS_GRAY};
    char name[PNG_FOLDER_PATH], *only = name;
    const struct list l = {.paths = &only, .count = 1};
    *out = (struct images){0};
    if ((size_t)snprintf(name, sizeof name, "%s", path) >= sizeof name)
        return vae_fail(e, "%.64s...: name too long", path);
    if (read_png(&l, 0, &grey, out, e)) return true;
    vae_images_free(out);
    return false;
}
