#include "log_lines.h"
#include "../base/input_file.h"
#include "../base/json.h"
#include "../base/replace_file.h"
#include "../model/run_id.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char vae_log_hint[] = "choose another --log";

/* --- which lines stay --- */

struct line {
    uint64_t samples;
    long long at;
    size_t length;    /* with its newline */
    char images[17];  /* hash of the training images (report.h); or "" */
    bool named, ours; /* it names a run; it names this one */
};

struct lines {
    struct line *line;
    size_t count, room;
    bool any_ours;
    bool any_others; /* a line names another run */
    bool begins;     /* the file begins like a log, as far as it goes */
};

static bool no_memory(const char *path, struct vae_error *e)
{
    return vae_fail(e, "%s: not enough memory", path);
}

/* Lines that are not of a log, such as a truncated one, are left out. */
static bool add_line(struct lines *all, const char *path, const char *text, size_t length,
                     long long at, const char *id, struct vae_error *e)
{
    json_error_t error;
    const char *why;
    json_t *o = vae_json_parse(text, length, 0, &error, &why);
    if (!o && why == vae_json_no_memory) return no_memory(path, e);
    const json_t *samples = json_object_get(o, "samples");
    const char *run = json_string_value(json_object_get(o, "run"));
    const char *images = json_string_value(json_object_get(o, "data"));
    struct line l = {.samples = (uint64_t)json_integer_value(samples),
                     .at = at,
                     .length = length,
                     .named = run != NULL,
                     .ours = run && !strcmp(run, id)};
    snprintf(l.images, sizeof l.images, "%s", images ? images : "");
    static const char begin[] = "{\"epoch\":";
    const size_t shared = length < sizeof begin - 1 ? length : sizeof begin - 1;
    if (at == 0) all->begins = !memcmp(text, begin, shared);
    const bool keep = json_is_integer(samples) && length && text[length - 1] == '\n';
    json_decref(o);
    if (!keep) return true;
    if (all->count == all->room) {
        const size_t room = all->room ? 2 * all->room : 64;
        struct line *more = realloc(all->line, room * sizeof *more);
        if (!more) return no_memory(path, e);
        all->line = more;
        all->room = room;
    }
    all->line[all->count++] = l;
    all->any_ours = all->any_ours || l.ours;
    all->any_others = all->any_others || (l.named && !l.ours);
    return true;
}

static bool read_lines(FILE *f, const char *path, const char *id, struct lines *all,
                       struct vae_error *e)
{
    char *text = NULL;
    size_t room = 0;
    long long at = 0;
    ssize_t n;
    bool ok = true;
    errno = 0;
    while (ok && (n = getline(&text, &room, f)) > 0) {
        ok = add_line(all, path, text, (size_t)n, at, id, e);
        at += n;
    }
    if (ok && !feof(f)) ok = vae_fail(e, "%s: %s; %s", path, strerror(errno), vae_log_hint);
    free(text);
    if (ok && at && !all->count && !all->begins)
        ok = vae_fail(e, "%s: holds something, but no line of a log; %s", path, vae_log_hint);
    return ok;
}

static int by_samples(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->samples != y->samples) return x->samples < y->samples ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Keeps what the run had logged by its checkpoint, in order, each report once. If no line names
 * this run, lines that name none, of an earlier version, are taken as its own. */
static void choose_lines(struct lines *all, uint64_t last)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->line[i].samples <= last &&
            (all->line[i].ours || (!all->any_ours && !all->line[i].named)))
            all->line[kept++] = all->line[i];
    if (kept) qsort(all->line, kept, sizeof *all->line, by_samples);
    all->count = 0;
    for (size_t i = 0; i < kept; i++)
        if (i == 0 || all->line[i].samples != all->line[all->count - 1].samples)
            all->line[all->count++] = all->line[i];
}

/* --- rewriting it --- */

static bool copy(FILE *from, long long at, long long length, struct replace_file *to)
{
    char room[1 << 14];
    if (fseeko(from, (off_t)at, SEEK_SET)) return false;
    while (length > 0) {
        const size_t want = length < (long long)sizeof room ? (size_t)length : sizeof room;
        const size_t n = fread(room, 1, want, from);
        if (n == 0) return false;
        vae_replace_write(to, room, n);
        length -= (long long)n;
    }
    return true;
}

/* Replaces the file `path` with these lines of f. */
static bool rewrite(FILE *f, const char *path, const struct lines *kept, struct vae_error *e)
{
    struct replace_file r;
    bool ok = vae_replace_begin(&r, path, e);
    if (!ok) return false;
    for (size_t i = 0; ok && i < kept->count; i++)
        ok = copy(f, kept->line[i].at, (long long)kept->line[i].length, &r);
    if (ok) return vae_replace_commit(&r, e);
    vae_replace_abort(&r);
    return vae_fail(e, "%s: %s; %s", path, strerror(errno), vae_log_hint);
}

static bool needs_rewriting(const struct lines *kept, FILE *f)
{
    long long at = 0;
    for (size_t i = 0; i < kept->count; i++) {
        if (kept->line[i].at != at) return true;
        at += (long long)kept->line[i].length;
    }
    struct stat st;
    return fstat(fileno(f), &st) || st.st_size != at;
}

static FILE *open_lines(const char *path, struct vae_error *e)
{
    const int fd = vae_input_open(path, false, vae_log_hint, e);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "rb");
    if (fd >= 0 && !f) {
        close(fd);
        no_memory(path, e);
    }
    return f;
}

bool vae_log_reconcile(const char *path, const struct vae_run *run, const char *to,
                       struct log_found *found, struct vae_error *e)
{
    struct lines all = {0};
    char id[17];
    FILE *f = open_lines(path, e);
    if (!f) return false;
    vae_run_id_text(run, id);
    bool ok = read_lines(f, path, id, &all, e);
    if (ok) {
        choose_lines(&all, vae_run_reported(run));
        static const struct line none;
        const struct line *last = all.count ? &all.line[all.count - 1] : &none;
        *found = (struct log_found){.last = all.any_ours && last->samples == vae_run_reported(run),
                                    .others = all.any_others};
        strcpy(found->images, last->images);
        ok = !to || (to == path && !needs_rewriting(&all, f)) || rewrite(f, to, &all, e);
    }
    free(all.line);
    fclose(f);
    return ok;
}
