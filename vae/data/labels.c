#include "labels.h"
#include "idx.h"
#include "idx_names.h"
#include "npy.h"
#include "synthetic.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LABEL = 9999, FIRST_ROOM = 16384 };

static const char hint[] = "give labels as IDX or .npy of one dimension";

void vae_labels_free(struct labels *l)
{
    free(l->of);
    *l = (struct labels){0};
}

/* --- a file --- */

static bool read_header(struct byte_stream *s, struct image_array *a, struct vae_error *e)
{
    uint8_t magic[4];
    size_t got;
    if (!vae_stream_read(s, magic, sizeof magic, &got, e)) return false;
    if (got < sizeof magic) return vae_fail(e, "%s: ends inside its header; %s", s->path, hint);
    const bool npy = memcmp(magic, "\x93NUM", 4) == 0;
    if (npy && !vae_npy_header(s, a, e)) return false;
    if (npy && (a->dims != 1 || vae_element_floats(&a->type)))
        return vae_fail(e, "%s: no array of integers of one dimension; %s", s->path, hint);
    return npy || vae_idx_labels_header(s, magic, a, e);
}

static bool append(const char *path, double label, size_t *room, struct labels *out,
                   struct vae_error *e)
{
    if (!(label >= 0 && label <= MOST_LABEL))
        return vae_fail(e, "%s: label %zu is %g; labels are from 0 to %d", path, out->count, label,
                        MOST_LABEL);
    if (out->count == *room) {
        *room = *room ? 2 * *room : FIRST_ROOM;
        int *larger = realloc(out->of, *room * sizeof *larger);
        if (!larger) return vae_fail(e, "%s: not enough memory", path);
        out->of = larger;
    }
    out->of[out->count++] = (int)label;
    return true;
}

static bool read_all(struct byte_stream *s, struct labels *out, struct vae_error *e)
{
    struct image_array a;
    uint8_t word[8];
    size_t room = 0, got;
    if (!read_header(s, &a, e)) return false;
    for (;;) {
        if (!vae_stream_read(s, word, a.type.size, &got, e)) return false;
        if (got < a.type.size) break;
        if (!append(s->path, vae_element_at(&a.type, word), &room, out, e)) return false;
    }
    if (got == 0 && out->count == a.size[0]) return true;
    return vae_fail(e, "%s: %zu of %zu labels; fetch or copy it again", s->path, out->count,
                    a.size[0]);
}

bool vae_labels_read(const char *path, struct labels *out, struct vae_error *e)
{
    struct byte_stream s;
    *out = (struct labels){0};
    if (!vae_stream_open(&s, path, hint, e)) return false;
    if (vae_stream_close(&s, read_all(&s, out, e), e)) return true;
    vae_labels_free(out);
    return false;
}

/* --- those of a data set --- */

static bool of_synthetic(bool test, struct labels *out, struct vae_error *e)
{
    out->count = test ? SYNTHETIC_TEST : SYNTHETIC_TRAIN;
    out->of = malloc(out->count * sizeof *out->of);
    if (!out->of) return vae_fail(e, "synthetic digits: not enough memory");
    vae_synthetic_labels(test, out->of);
    return true;
}

/* ...-images-idx3-... becomes ...-labels-idx1-..., of a file that is there. */
static bool name_labels(char path[IDX_PATH])
{
    char *folder = strrchr(path, '/'), *images = strstr(folder ? folder : path, "-images");
    if (!images || strlen(images) < strlen("-images-idx3")) return false;
    memcpy(images, "-labels", strlen("-labels"));
    images[strlen("-images-idx")] = '1';
    return access(path, R_OK) == 0;
}

bool vae_labels_beside(const char *source, bool test, struct labels *out, struct vae_error *e)
{
    struct idx_pair files;
    struct vae_error ignored;
    struct stat st;
    *out = (struct labels){0};
    if (!strcmp(source, "synthetic")) return of_synthetic(test, out, e);
    if (stat(source, &st) == 0 && !S_ISDIR(st.st_mode)) return true;
    if (!vae_idx_find(source, test, &files, &ignored)) return true;
    char *path = files.path[test ? IDX_TEST : IDX_TRAIN];
    return !name_labels(path) || vae_labels_read(path, out, e);
}
