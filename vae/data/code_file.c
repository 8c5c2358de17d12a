#include "code_file.h"
#include "../base/number.h"
#include "../base/table_file.h"
#include "npy.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE = 1 << 20, FIRST_ROOM = 4096, MOST_COLUMNS = 1 << 16 };

/* --- a table that grows --- */

struct growing {
    struct code_table *to;
    size_t used, room;
    const char *path;
    struct vae_error *e;
};

static bool add(struct growing *g, double x, size_t column)
{
    struct code_table *t = g->to;
    if (!isfinite((float)x))
        return vae_fail(g->e, "%s: row %zu, column %zu is %g; codes are finite floats", g->path,
                        t->columns ? g->used / t->columns : 0, column, x);
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
    if (!a->size[0] || !a->size[1] || a->size[1] > MOST_COLUMNS)
        return vae_fail(e, "%s: %zu x %zu codes; give rows of 1 to %d", path, a->size[0],
                        a->size[1], MOST_COLUMNS);
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
        if (!add(g, vae_element_at(&a.type, word), g->used % g->to->columns)) return false;
    }
    g->to->rows = g->used / g->to->columns;
    if (!got && g->used % g->to->columns == 0 && g->to->rows == a.size[0]) return true;
    return vae_fail(g->e, "%s: %zu of %zu x %zu numbers; fetch or copy it again", s->path, g->used,
                    a.size[0], a.size[1]);
}

/* --- .csv --- */

/* Reads up to and with the next newline, without it. *got: whether there was a line. */
static bool next_line(struct byte_stream *s, char line[LINE], bool *got, struct vae_error *e)
{
    size_t n = 0, one;
    *got = false;
    for (;; n++) {
        uint8_t c;
        if (n + 1 == LINE) return vae_fail(e, "%s: a line of over %d bytes", s->path, LINE);
        if (!vae_stream_read(s, &c, 1, &one, e)) return false;
        if (one) *got = true;
        if (!one || c == '\n') break;
        if (!c) return vae_fail(e, "%s: holds a byte of 0; it is no table of text", s->path);
        line[n] = (char)c;
    }
    if (n && line[n - 1] == '\r') n--;
    line[n] = 0;
    return true;
}

/* Without the blanks around it. */
static char *trimmed(char *word)
{
    word += strspn(word, " \t");
    size_t n = strlen(word);
    while (n && strchr(" \t", word[n - 1])) n--;
    word[n] = 0;
    return word;
}

static bool add_line(struct growing *g, char *line, size_t number)
{
    struct code_table *t = g->to;
    size_t columns = 0;
    for (char *word = line, *end; word; word = end, columns++) {
        double x;
        end = strchr(word, ',');
        if (end) *end++ = 0;
        word = trimmed(word);
        if (!vae_number_f64(word, &x))
            return vae_fail(g->e, "%s: line %zu, column %zu is `%.20s`, not a number", g->path,
                            number, columns + 1, word);
        if (!t->columns && columns == MOST_COLUMNS)
            return vae_fail(g->e, "%s: more than %d columns", g->path, MOST_COLUMNS);
        if (!add(g, x, columns)) return false;
    }
    if (!t->columns) t->columns = columns;
    if (t->columns == columns) return ++t->rows, true;
    return vae_fail(g->e, "%s: line %zu has %zu numbers, the first has %zu", g->path, number,
                    columns, t->columns);
}

/* Names begin with a letter or a quote; but nan and inf are numbers that are none here. */
static bool is_names(const char *line)
{
    const unsigned char c = (unsigned char)line[strspn(line, " \t")];
    return (isalpha(c) || strchr("_\"'#", c)) && strncasecmp(line, "nan", 3) != 0 &&
           strncasecmp(line, "inf", 3) != 0;
}

static bool read_csv(struct byte_stream *s, struct growing *g)
{
    char *line = malloc(LINE);
    bool ok = line || vae_fail(g->e, "%s: not enough memory", s->path), more = true;
    for (size_t number = 1; ok && more; number++) {
        ok = next_line(s, line, &more, g->e);
        if (ok && number == 1 && !strncmp(line, "\xef\xbb\xbf", 3)) /* a byte order mark */
            memmove(line, line + 3, strlen(line + 3) + 1);
        if (!ok || !more || !*line || (number == 1 && is_names(line))) continue;
        ok = add_line(g, line, number);
    }
    free(line);
    return ok && (g->to->rows || vae_fail(g->e, "%s: holds no numbers", s->path));
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
