#include "labels.h"
#include "../../reference/fnv.h"
#include "idx.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint64_t vae_label_of(const char *text)
{
    uint64_t h = FNV_START;
    for (; *text; text++) h = fnv_byte(h, (unsigned char)*text);
    return h;
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
        const double label = vae_element_at(&a->type, word);
        memcpy(&i->labels[n], &label, sizeof label);
    }
    return true;
}

/* Replaces every `old` by `new`, of the same length. */
static void replace(char *text, const char *old, const char *new)
{
    for (; (text = strstr(text, old)); text += strlen(new)) memcpy(text, new, strlen(new));
}

bool vae_labels_beside(const char *path, struct images *i, struct vae_error *e)
{
    struct byte_stream s;
    struct image_array a;
    uint8_t magic[4];
    size_t got;
    char *labels = strdup(path);
    if (!labels) return vae_fail(e, "%s: not enough memory", path);
    char *name = strrchr(labels, '/') ? strrchr(labels, '/') + 1 : labels;
    replace(name, "images", "labels");
    replace(name, "idx3", "idx1");
    bool ok = true;
    if (strcmp(labels, path) != 0 && access(labels, F_OK) == 0) {
        ok = vae_stream_open(&s, labels, "take it out if it holds no labels", e);
        if (ok) {
            ok = vae_stream_read(&s, magic, sizeof magic, &got, e) &&
                 (got == sizeof magic || vae_fail(e, "%s: ends inside its header", labels)) &&
                 vae_idx_header(&s, magic, &a, e) && vae_labels_read(&a, &s, i, e);
            ok = vae_stream_close(&s, ok, e);
        }
    }
    free(labels);
    return ok;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool vae_labels_classes(const struct images *a, const struct images *b, size_t *classes)
{
    const size_t m = a->labels ? a->count : 0, n = b->labels ? b->count : 0;
    *classes = 0;
    if (m + n == 0) return true;
    uint64_t *all = malloc((m + n) * sizeof *all);
    if (!all) return false;
    if (m) memcpy(all, a->labels, m * sizeof *all);
    if (n) memcpy(all + m, b->labels, n * sizeof *all);
    qsort(all, m + n, sizeof *all, by_size);
    for (size_t i = 0; i < m + n; i++) *classes += i == 0 || all[i] != all[i - 1];
    free(all);
    return true;
}
