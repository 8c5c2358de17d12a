#include "npz.h"
#include "../base/input_file.h"
#include "labels.h"
#include "npy.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unzip.h>

enum { NAME = 256 };

/* --- the archive --- */

static bool is_zip(const char *path)
{
    static const char magic[4] = "PK\3\4";
    char head[sizeof magic];
    struct vae_error ignored = {""};
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return false; /* a pipe is opened once only */
    const int fd = vae_input_open(path, false, "", &ignored);
    if (fd < 0) return false;
    const bool is =
        read(fd, head, sizeof head) == sizeof head && !memcmp(head, magic, sizeof magic);
    close(fd);
    return is;
}

/* Splits FILE:NAME at the first colon before which there is an archive. */
static bool split(const char *path, char file[NPZ_PATH], const char **name)
{
    for (const char *colon = path; (colon = strchr(colon, ':')); colon++) {
        if (colon - path >= NPZ_PATH) return false;
        snprintf(file, NPZ_PATH, "%.*s", (int)(colon - path), path);
        *name = colon + 1;
        if (is_zip(file)) return true;
    }
    return false;
}

bool vae_npz_is(const char *source)
{
    char file[NPZ_PATH];
    const char *name;
    return is_zip(source) || split(source, file, &name);
}

static unzFile open_archive(const char *path, struct vae_error *e)
{
    unzFile zip = unzOpen64(path);
    if (!zip) vae_fail(e, "%s: a zip archive without an end; fetch or copy it again", path);
    return zip;
}

static bool has(unzFile zip, const char *array)
{
    char name[NAME + 4];
    snprintf(name, sizeof name, "%s.npy", array);
    return unzLocateFile(zip, name, 1) == UNZ_OK;
}

/* --- an array in it --- */

static bool read_member(struct byte_stream *s, uint8_t *to, size_t n, size_t *got,
                        struct vae_error *e)
{
    const int some = unzReadCurrentFile(s->state, to, (unsigned)(n < 1 << 20 ? n : 1 << 20));
    *got = some < 0 ? 0 : (size_t)some;
    return some >= 0 ||
           vae_fail(e, "%s: its compressed data are damaged; fetch or copy the file again",
                    s->path);
}

/* Opens the array that the archive stands at. */
static bool open_member(struct byte_stream *s, unzFile zip, const char *path, struct vae_error *e)
{
    unz_file_info64 info;
    *s = (struct byte_stream){.path = path, .state = zip, .read = read_member};
    if (unzGetCurrentFileInfo64(zip, &info, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK ||
        unzOpenCurrentFile(zip) != UNZ_OK)
        return vae_fail(e, "%s: cannot be unpacked; save it again with numpy.savez", path);
    s->file_size = (size_t)info.compressed_size;
    s->exact = (size_t)info.uncompressed_size;
    return true;
}

static bool header(struct byte_stream *s, struct image_array *a, struct vae_error *e)
{
    uint8_t magic[4];
    size_t got;
    if (!vae_stream_read(s, magic, sizeof magic, &got, e)) return false;
    if (got == sizeof magic && !memcmp(magic, "\x93NUM", 4)) return vae_npy_header(s, a, e);
    return vae_fail(e, "%s: not a NumPy array", s->path);
}

static bool read_array(unzFile zip, const char *path, const struct images_wanted *w,
                       struct images *out, struct vae_error *e)
{
    struct byte_stream s;
    struct image_array a;
    if (!open_member(&s, zip, path, e)) return false;
    const bool read =
        header(&s, &a, e) && vae_array_sizes(&a, path, w, out, e) && vae_array_read(&a, &s, out, e);
    return (unzCloseCurrentFile(zip) == UNZ_OK || !read)
               ? read
               : vae_fail(e, "%s: its checksum is another; fetch or copy the file again", path);
}

/* Reads the labels that go with an array of images, if the archive has them as a number for each: y_train with x_train,
 * and with train_images train_labels. */
static bool read_labels(unzFile zip, const char *path, const char *name, struct images *out,
                        struct vae_error *e)
{
    struct byte_stream s;
    struct image_array a;
    char labels[NAME], whole[NPZ_PATH + NAME];
    const char *images = strstr(name, "images");
    if (*name == 'x' || *name == 'X')
        snprintf(labels, sizeof labels, "y%s", name + 1);
    else if (images)
        snprintf(labels, sizeof labels, "%.*slabels%s", (int)(images - name), name,
                 images + strlen("images"));
    else
        return true;
    if (!has(zip, labels)) return true;
    snprintf(whole, sizeof whole, "%.*s%s", (int)(name - path), path, labels);
    if (!open_member(&s, zip, whole, e)) return false;
    const bool numbers = header(&s, &a, e) && a.dims == 1;
    const bool ok = !numbers || vae_labels_read(&a, &s, out, e);
    if (!numbers) *e->line = 0; /* text, or a column for each class: no labels to this program */
    unzCloseCurrentFile(zip);
    return ok;
}

bool vae_npz_read(const char *path, const struct images_wanted *w, struct images *out,
                  struct vae_error *e)
{
    char file[NPZ_PATH];
    const char *name;
    *out = (struct images){0};
    if (!split(path, file, &name)) return vae_fail(e, "%s: no array in an archive", path);
    unzFile zip = open_archive(file, e);
    if (!zip) return false;
    bool ok = has(zip, name) || vae_fail(e, "%s: no array %s in it", file, name);
    ok = ok && read_array(zip, path, w, out, e) &&
         (!w->labels || read_labels(zip, path, name, out, e));
    unzClose(zip);
    if (!ok) vae_images_free(out);
    return ok;
}

/* --- which array --- */

static bool name_it(char to[NPZ_PATH], const char *file, const char *array, struct vae_error *e)
{
    const int n = snprintf(to, NPZ_PATH, "%s:%s", file, array);
    return (n > 0 && n < NPZ_PATH) || vae_fail(e, "%.64s...: name too long", file);
}

/* Whether the array that the archive stands at may be images: of two dimensions or more, and no column
 * of labels. */
static bool may_be_images(unzFile zip)
{
    struct byte_stream s;
    struct image_array a;
    struct vae_error ignored = {""};
    if (!open_member(&s, zip, "", &ignored)) return false;
    const bool is = header(&s, &a, &ignored) && a.dims >= 2 && (a.dims > 2 || a.size[1] > 1);
    unzCloseCurrentFile(zip);
    return is;
}

/* Cuts the ending off a member's name; false if it has none, or the name was too long. */
static bool cut_npy(char name[NAME])
{
    const size_t n = strnlen(name, NAME);
    if (n == NAME || n < 5 || strcmp(name + n - 4, ".npy") != 0) return false;
    name[n - 4] = 0;
    return true;
}

/* The only array that may be images. */
static bool only(unzFile zip, const char *file, struct npz_arrays *out, struct vae_error *e)
{
    char name[NAME], found[NAME] = "", names[1024] = "";
    size_t count = 0;
    for (int s = unzGoToFirstFile(zip); s == UNZ_OK; s = unzGoToNextFile(zip)) {
        if (unzGetCurrentFileInfo64(zip, NULL, name, sizeof name, NULL, 0, NULL, 0) != UNZ_OK ||
            !cut_npy(name) || !may_be_images(zip))
            continue;
        count++;
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", name);
        strcpy(found, name);
    }
    if (!count) return vae_fail(e, "%s: no array of images in it; is it one of numpy.savez?", file);
    if (count > 1)
        return vae_fail(e, "%s: holds the arrays %s; give one, as in %s:%s", file, names, file,
                        found);
    return name_it(out->test, file, found, e);
}

bool vae_npz_find(const char *source, struct npz_arrays *out, struct vae_error *e)
{
    static const char *const pairs[][2] = {{"x_train", "x_test"},
                                           {"train_images", "test_images"},
                                           {"train", "test"},
                                           {"X_train", "X_test"}};
    out->divided = false;
    if (!is_zip(source)) {
        snprintf(out->test, sizeof out->test, "%s", source);
        return true;
    }
    unzFile zip = open_archive(source, e);
    if (!zip) return false;
    bool ok = true;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && !out->divided; i++)
        if (has(zip, pairs[i][0]) && has(zip, pairs[i][1])) {
            out->divided = true;
            ok = name_it(out->train, source, pairs[i][0], e) &&
                 name_it(out->test, source, pairs[i][1], e);
        }
    ok = out->divided ? ok : only(zip, source, out, e);
    unzClose(zip);
    return ok;
}
