#include "code_file.h"
#include "../base/table_file.h"
#include "csv.h"
#include "npy.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4096 };

/* --- a table that grows --- */

struct growing {
    struct code_table *to;
    size_t used, room;
    const char *path;
    struct vae_error *e;
};

static bool add(struct growing *g, double x, size_t row, size_t column)
{
    struct code_table *t = g->to;
    if (!isfinite((float)x))
        return vae_fail(g->e, "%s: row %zu, column %zu is %g; codes are finite floats", g->path,
                        row, column, x);
    if (g->used == g->room) {
        const size_t room = g->room ? 2 * g->room : FIRST_ROOM;
        float *larger = realloc(t->values, room * sizeof *larger);
        if (!larger) return vae_fail(g->e, "%s: not enough memory", g->path);
        t->values = larger;
        g->room = room;
    }
    t->values[g->used++] = (float)x;
    return true;
}

/* --- .npy --- */

static bool right_shape(const struct image_array *a, const char *path, struct code_table *t,
                        struct vae_error *e)
{
    if (a->dims != 2)
        return vae_fail(e, "%s: an array of %zu dimensions; codes are rows x columns", path,
                        a->dims);
    if (a->fortran)
        return vae_fail(e, "%s: in Fortran's order; save numpy.ascontiguousarray of it", path);
    if (!a->size[0] || !a->size[1] || a->size[1] > CSV_MOST_COLUMNS)
        return vae_fail(e, "%s: %zu x %zu codes; give rows of 1 to %d", path, a->size[0],
                        a->size[1], CSV_MOST_COLUMNS);
    t->columns = a->size[1];
    return true;
}

static bool read_npy(struct byte_stream *s, struct growing *g)
{
    struct image_array a;
    uint8_t word[8];
    size_t got;
    if (!vae_stream_read(s, word, 4, &got, g->e)) return false;
    if (got < 4 || memcmp(word, "\x93NUM", 4) != 0)
        return vae_fail(g->e, "%s: not a NumPy array; save it again", s->path);
    if (!vae_npy_header(s, &a, g->e) || !right_shape(&a, s->path, g->to, g->e)) return false;
    for (;;) {
        if (!vae_stream_read(s, word, a.type.size, &got, g->e)) return false;
        if (got < a.type.size) break;
        if (!add(g, vae_element_at(&a.type, word), g->used / g->to->columns,
                 g->used % g->to->columns))
            return false;
    }
    g->to->rows = g->used / g->to->columns;
    if (!got && g->used % g->to->columns == 0 && g->to->rows == a.size[0]) return true;
    return vae_fail(g->e, "%s: %zu of %zu x %zu numbers; fetch or copy it again", s->path, g->used,
                    a.size[0], a.size[1]);
}

/* --- .csv --- */

static bool take(void *growing, const char *word, const struct csv_place *at, struct vae_error *e)
{
    double x;
    struct growing *g = growing;
    if (!vae_csv_number(word, at, &x, e)) return false;
    return add(g, x, at->row, at->column - 1);
}

static bool read_csv(struct byte_stream *s, struct growing *g)
{
    const struct csv_taker to = {.value = take, .arg = g};
    return vae_csv_read(s, &to, &g->to->rows, &g->to->columns, g->e);
}

/* --- the file --- */

bool vae_code_file_read(const char *path, struct code_table *out, struct vae_error *e)
{
    struct byte_stream s;
    struct growing g = {.to = out, .path = path, .e = e};
    *out = (struct code_table){0};
    if (!vae_table_named(path))
        return vae_fail(e, "%s: give codes in a file whose name ends in .npy or .csv", path);
    if (!vae_stream_open(&s, path, "give a table of codes, as `vae encode` writes", e))
        return false;
    const bool npy = !strcmp(path + strlen(path) - 4, ".npy");
    if (vae_stream_close(&s, npy ? read_npy(&s, &g) : read_csv(&s, &g), e)) return true;
    free(out->values);
    *out = (struct code_table){0};
    return false;
}
