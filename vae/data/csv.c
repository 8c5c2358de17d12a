#include "csv.h"
#include "../base/file_kind.h"
#include "../base/number.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE = 1 << 20 };

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

/* Without the blanks and quotes around it. */
static char *trimmed(char *word)
{
    word += strspn(word, " \t");
    size_t n = strlen(word);
    while (n && strchr(" \t", word[n - 1])) n--;
    if (n > 1 && *word == word[n - 1] && strchr("\"'", *word)) {
        word++;
        n -= 2;
    }
    word[n] = 0;
    return word;
}

/* Names begin with a letter or a quote; but nan and inf are numbers that are none here. */
static bool is_names(const char *line)
{
    static const char *const numbers[] = {"nan", "inf", "infinity"};
    const char *word = line + strspn(line, " \t");
    const size_t n = strcspn(word, ", \t");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (n == strlen(numbers[i]) && strncasecmp(word, numbers[i], n) == 0) return false;
    return isalpha((unsigned char)*word) || (*word && strchr("_\"'#", *word));
}

/* Under way. */
struct table {
    const struct csv_taker *to;
    struct csv_place at;
    size_t columns; /* 0 before the first line of values, or of names that are taken */
    bool named;     /* that line has been */
};

static bool take_line(struct table *t, csv_take *take, char *line, struct vae_error *e)
{
    t->at.column = 0;
    for (char *word = line, *end; word; word = end) {
        end = strchr(word, ',');
        if (end) *end++ = 0;
        if (++t->at.column > CSV_MOST_COLUMNS)
            return vae_fail(e, "%s: more than %d columns", t->at.path, CSV_MOST_COLUMNS);
        if (t->columns && t->at.column > t->columns) continue; /* counted, to be refused */
        if (!take(t->to->arg, trimmed(word), &t->at, e)) return false;
    }
    if (!t->columns) t->columns = t->at.column;
    return t->columns == t->at.column ||
           vae_fail(e, "%s: line %zu has %zu numbers, the first has %zu", t->at.path, t->at.line,
                    t->at.column, t->columns);
}

/* The first line may have a byte order mark, and show what the file is instead. */
static bool first_line(const struct byte_stream *s, char *line, struct vae_error *e)
{
    const size_t n = strlen(line);
    const struct file_kind *kind = vae_file_kind((unsigned char *)line, n);
    if (kind && kind != &vae_file_kind_text)
        return vae_fail(e, "%s: %s, not a table; %s", s->path, kind->name, kind->hint);
    if (!strncmp(line, "\xef\xbb\xbf", 3)) memmove(line, line + 3, n - 2);
    return true;
}

static bool read_line(struct byte_stream *s, struct table *t, char line[LINE], bool *more,
                      struct vae_error *e)
{
    if (!next_line(s, line, more, e)) return false;
    const bool first = ++t->at.line == 1;
    if (first && !first_line(s, line, e)) return false;
    if (!*more || !*line) return true;
    if (!t->columns && !t->named && is_names(line)) {
        t->named = true;
        return !t->to->name || take_line(t, t->to->name, line, e);
    }
    if (!take_line(t, t->to->value, line, e)) return false;
    t->at.row++;
    return true;
}

bool vae_csv_read(struct byte_stream *s, const struct csv_taker *to, size_t *rows, size_t *columns,
                  struct vae_error *e)
{
    struct table t = {.to = to, .at = {.path = s->path}};
    char *line = malloc(LINE);
    bool ok = line || vae_fail(e, "%s: not enough memory", s->path), more = true;
    while (ok && more) ok = read_line(s, &t, line, &more, e);
    free(line);
    *rows = t.at.row;
    *columns = t.columns;
    return ok && (t.at.row || vae_fail(e, "%s: holds no numbers", s->path));
}

bool vae_csv_number(const char *word, const struct csv_place *at, double *x, struct vae_error *e)
{
    return vae_number_f64(word, x) ||
           vae_fail(e, "%s: line %zu, column %zu is `%.20s`, not a number", at->path, at->line,
                    at->column, word);
}
