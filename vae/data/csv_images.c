#include "csv_images.h"
#include "../base/memory.h"
#include "csv.h"
#include "elements.h"
#include "image_array.h"
#include "labels.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIRST_ROOM = 1 << 16 };

/* A table under way: its pixels in order. */
struct growing {
    struct images *to;
    bool labelled, keep; /* whether it has a column of labels, and whether they are kept */
    size_t label;        /* that column, from 1 */
    size_t used, room, label_room;
};

bool vae_csv_images_is(const char *path)
{
    static const char *const ends[] = {".csv", ".csv.gz"};
    const size_t n = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t m = strlen(ends[i]);
        if (n > m && !strcasecmp(path + n - m, ends[i])) return true;
    }
    return false;
}

static bool take_name(void *growing, const char *word, const struct csv_place *at,
                      struct vae_error *e)
{
    static const char *const names[] = {"label", "class", "target", "y"};
    struct growing *g = growing;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(word, names[i]) != 0) continue;
        if (g->labelled)
            return vae_fail(e, "%s: columns %zu and %zu are both named as labels", at->path,
                            g->label, at->column);
        g->labelled = true;
        g->label = at->column;
    }
    return true;
}

/* Larger by half each time: tables are long. */
static bool grow(struct growing *g)
{
    const size_t room = g->room ? g->room + g->room / 2 : FIRST_ROOM;
    float *larger = vae_memory_get(room * sizeof *larger);
    if (!larger) return false;
    if (g->used) memcpy(larger, g->to->values, g->used * sizeof *larger);
    vae_memory_give(g->to->values);
    g->to->values = larger;
    g->room = room;
    return true;
}

static bool take_label(struct growing *g, const char *word, const struct csv_place *at,
                       struct vae_error *e)
{
    if (!g->keep) return true;
    if (at->row == g->label_room) {
        const size_t room = 2 * at->row + 64;
        struct image_label *larger = realloc(g->to->labels, room * sizeof *larger);
        if (!larger) return vae_fail(e, "%s: not enough memory", at->path);
        g->to->labels = larger;
        g->label_room = room;
    }
    g->to->labels[at->row] = vae_label_of(word);
    return true;
}

static bool take_value(void *growing, const char *word, const struct csv_place *at,
                       struct vae_error *e)
{
    struct growing *g = growing;
    double x;
    if (g->labelled && at->column == g->label) return take_label(g, word, at, e);
    if (!vae_csv_number(word, at, &x, e)) return false;
    if (!(x >= 0 && x <= 255))
        return vae_fail(e,
                        "%s: line %zu, column %zu is %g; pixels are from 0 to 1, or from 0 to 255",
                        at->path, at->line, at->column, x);
    if (g->used == g->room && !grow(g)) return vae_fail(e, "%s: not enough memory", at->path);
    g->to->values[g->used++] = (float)x;
    return true;
}

bool vae_csv_images_read(const char *path, const char *hint, const struct images_wanted *w,
                         struct images *out, struct vae_error *e)
{
    struct byte_stream s;
    struct growing g = {.to = out, .keep = w->labels};
    const struct csv_taker to = {take_name, take_value, &g};
    struct image_array a = {.dims = 2};
    *out = (struct images){0};
    if (!vae_stream_open(&s, path, hint, e)) return false;
    bool ok = vae_csv_read(&s, &to, &a.size[0], &a.size[1], e);
    ok = vae_stream_close(&s, ok, e);
    if (ok && g.labelled && a.size[1]-- == 1)
        ok = vae_fail(e, "%s: holds labels, not images", path);
    if (ok && vae_array_sizes(&a, path, w, out, e)) {
        vae_elements_scale(g.used, out->values);
        return true;
    }
    vae_images_free(out);
    return false;
}
