#include "labels.h"
#include "../base/number.h"
#include "idx.h"
#include "npy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct image_label vae_label_of(const char *text)
{
    struct image_label l = {""};
    memcpy(l.text, text, strnlen(text, LABEL_TEXT - 1));
    return l;
}

bool vae_labels_read(const struct image_array *a, struct byte_stream *s, struct images *i,
                     struct vae_error *e)
{
    uint8_t word[8];
    size_t got;
    if (a->dims != 1 && !(a->dims == 2 && a->size[1] == 1))
        return vae_fail(e, "%s: no array of labels, one for each image", s->path);
    if (a->size[0] != i->count)
        return vae_fail(e, "%s: %zu labels, but there are %zu images", s->path, a->size[0],
                        i->count);
    i->labels = malloc(i->count * sizeof *i->labels);
    if (!i->labels) return vae_fail(e, "%s: not enough memory", s->path);
    for (size_t n = 0; n < i->count; n++) {
        if (!vae_stream_read(s, word, a->type.size, &got, e)) return false;
        if (got < a->type.size)
            return vae_fail(e, "%s: ends after %zu of %zu labels; fetch or copy it again", s->path,
                            n, i->count);
        char text[LABEL_TEXT];
        snprintf(text, sizeof text, "%.15g", vae_element_at(&a->type, word));
        i->labels[n] = vae_label_of(text);
    }
    return true;
}

/* Replaces every `old` by `new`, of the same length. */
static void replace(char *text, const char *old, const char *new)
{
    for (; (text = strstr(text, old)); text += strlen(new)) memcpy(text, new, strlen(new));
}

/* Reads what a file of labels holds, which is open. */
static bool read_open(struct byte_stream *s, struct images *i, struct vae_error *e)
{
    struct image_array a;
    uint8_t magic[4];
    size_t got;
    if (!vae_stream_read(s, magic, sizeof magic, &got, e)) return false;
    if (got < sizeof magic)
        return vae_fail(e, "%s: ends inside its header; fetch or copy it again", s->path);
    const bool npy = memcmp(magic, "\x93NUM", 4) == 0;
    return (npy ? vae_npy_header(s, &a, e) : vae_idx_header(s, magic, &a, e)) &&
           vae_labels_read(&a, s, i, e);
}

bool vae_labels_from(const char *path, struct images *i, struct vae_error *e)
{
    struct byte_stream s;
    return vae_stream_open(&s, path, "give labels as IDX or .npy of one dimension", e) &&
           vae_stream_close(&s, read_open(&s, i, e), e);
}

bool vae_labels_beside(const char *path, struct images *i, struct vae_error *e)
{
    char *labels = strdup(path);
    if (!labels) return vae_fail(e, "%s: not enough memory", path);
    char *name = strrchr(labels, '/') ? strrchr(labels, '/') + 1 : labels;
    replace(name, "images", "labels");
    replace(name, "idx3", "idx1");
    const bool there = strcmp(labels, path) != 0 && access(labels, F_OK) == 0;
    const bool ok = !there || vae_labels_from(labels, i, e);
    free(labels);
    return ok;
}

static int ascending(const void *a, const void *b)
{
    const struct image_label *x = a, *y = b;
    double m, n;
    const bool x_counts = vae_number_f64(x->text, &m), y_counts = vae_number_f64(y->text, &n);
    if (x_counts != y_counts) return x_counts ? -1 : 1;
    if (x_counts && m != n) return m < n ? -1 : 1;
    return memcmp(x, y, sizeof *x);
}

struct image_label *vae_labels_classes(const struct images *a, const struct images *b,
                                       size_t *classes)
{
    const size_t m = a->labels ? a->count : 0, n = b->labels ? b->count : 0;
    struct image_label *all = malloc((m + n + 1) * sizeof *all);
    *classes = 0;
    if (!all) return NULL;
    if (m) memcpy(all, a->labels, m * sizeof *all);
    if (n) memcpy(all + m, b->labels, n * sizeof *all);
    qsort(all, m + n, sizeof *all, ascending);
    for (size_t i = 0; i < m + n; i++)
        if (i == 0 || memcmp(&all[i], &all[*classes - 1], sizeof *all) != 0)
            all[(*classes)++] = all[i];
    return all;
}
