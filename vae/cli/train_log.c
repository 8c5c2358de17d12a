#include "train_log.h"
#include "../../reference/fnv.h"
#include "../base/input_file.h"
#include "../base/json.h"
#include "../base/replace_file.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char hint[] = "choose another --log";

/* A setting of later versions joins only where it is not its default, so that older runs go on. */
static uint64_t sum_of_settings(const struct vae_run *r)
{
    const struct vae_shape *s = &r->shape;
    char text[512], stages[SCHEDULE_TEXT], enc[VAE_WIDTHS_TEXT], dec[VAE_WIDTHS_TEXT];
    const int n = snprintf(
        text, sizeof text, "%d %zu %zu %zu %zu %d %d %zu %zu %.9g %.9g %" PRIu64 " %zu",
        s->likelihood, s->rows, s->cols, s->enc.of[0], s->latent, r->optimizer, r->binarize,
        r->batch, r->samples, (double)r->lr, (double)r->init_sd, r->seed, r->train_images);
    if (s->variance != VARIANCE_FREE)
        snprintf(text + n, sizeof text - (size_t)n, " %d %.9g", s->variance,
                 (double)s->variance_at);
    uint64_t h = fnv_text(FNV_START, text);
    if (!vae_shape_is_aevb(s)) {
        vae_widths_text(&s->enc, enc);
        vae_widths_text(&s->dec, dec);
        snprintf(text, sizeof text, " %s %s %s", enc, dec, vae_activation_names[s->activation]);
        h = fnv_text(h, text);
    }
    for (enum vae_optim_setting i = 0; i < OPTIM_SETTINGS; i++)
        if (vae_optim_differs(&r->optim, r->optimizer, i)) {
            snprintf(text, sizeof text, " %s %.17g", vae_optim_limits[i].key, r->optim.value[i]);
            h = fnv_text(h, text);
        }
    schedule_write_stages(&r->schedule, stages);
    h = fnv_text(h, stages);
    if (!r->schedule.warmup) return h;
    snprintf(text, sizeof text, " warmup %" PRIu64, r->schedule.warmup);
    return fnv_text(h, text);
}

uint64_t train_log_run(const struct vae_run *r) { return r->id ? r->id : sum_of_settings(r); }

void train_log_run_id(const struct vae_run *r, char id[17])
{
    snprintf(id, 17, "%016" PRIx64, train_log_run(r));
}

/* --- which lines of an older log stay --- */

struct line {
    uint64_t samples;
    long long at;
    size_t length;    /* with its end */
    char images[17];  /* which it was trained on; or "" */
    bool named, ours; /* names a run, this one */
};

struct lines {
    struct line *line;
    size_t count, room;
    bool any_ours;
    bool any_others; /* names another */
    bool begins;     /* the file begins as a log does, as far as it goes */
};

static bool no_memory(const char *path, struct vae_error *e)
{
    return vae_fail(e, "%s: not enough memory", path);
}

/* A line that is none of a log, half of one for instance, is left out. */
static bool add_line(struct lines *all, const char *path, const char *text, size_t length,
                     long long at, const char *id, struct vae_error *e)
{
    json_error_t error;
    const char *why;
    json_t *o = json_parse(text, length, 0, &error, &why);
    if (!o && why == json_no_memory) return no_memory(path, e);
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
    if (ok && !feof(f)) ok = vae_fail(e, "%s: %s; %s", path, strerror(errno), hint);
    free(text);
    if (ok && at && !all->count && !all->begins)
        ok = vae_fail(e, "%s: holds something, but no line of a log; %s", path, hint);
    return ok;
}

static int by_samples(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->samples != y->samples) return x->samples < y->samples ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Samples at the run's last report: what the log of its checkpoint goes up to. */
static uint64_t reported(const struct vae_run *r) { return run_points(r) - r->seen.count; }

/* What the run had logged at its checkpoint, in its order, each report once. Where no line names this run,
 * those that name none, of an earlier version, are taken to be its. */
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
        replace_write(to, room, n);
        length -= (long long)n;
    }
    return true;
}

/* Puts these lines of f in place of the file `path`. */
static bool rewrite(FILE *f, const char *path, const struct lines *kept, struct vae_error *e)
{
    struct replace_file r;
    bool ok = replace_begin(&r, path, e);
    if (!ok) return false;
    for (size_t i = 0; ok && i < kept->count; i++)
        ok = copy(f, kept->line[i].at, (long long)kept->line[i].length, &r);
    if (ok) return replace_commit(&r, e);
    replace_abort(&r);
    return vae_fail(e, "%s: %s; %s", path, strerror(errno), hint);
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

/* --- what is there when a run begins --- */

static bool cannot(const char *path, struct vae_error *e)
{
    return vae_fail(e, "%s: %s; %s", path,
                    errno == ENXIO ? "a pipe that nobody reads" : strerror(errno), hint);
}

static FILE *open_lines(const char *path, struct vae_error *e)
{
    const int fd = input_open(path, false, hint, e);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "rb");
    if (fd >= 0 && !f) {
        close(fd);
        no_memory(path, e);
    }
    return f;
}

struct log_found {
    bool last;   /* the line of the run's last report, at the end of what is its */
    bool others; /* lines of another run */
    char images[17];
};

/* Looks at a log, and, where `to` is not NULL, writes the lines of this run up to its last report there: in place
 * of all, where it is the same file. */
static bool reconcile(const char *path, const struct vae_run *run, const char *to,
                      struct log_found *found, struct vae_error *e)
{
    struct lines all = {0};
    char id[17];
    FILE *f = open_lines(path, e);
    if (!f) return false;
    train_log_run_id(run, id);
    bool ok = read_lines(f, path, id, &all, e);
    if (ok) {
        choose_lines(&all, reported(run));
        static const struct line none;
        const struct line *last = all.count ? &all.line[all.count - 1] : &none;
        *found = (struct log_found){.last = all.any_ours && last->samples == reported(run),
                                    .others = all.any_others};
        strcpy(found->images, last->images);
        ok = !to || (to == path && !needs_rewriting(&all, f)) || rewrite(f, to, &all, e);
    }
    free(all.line);
    fclose(f);
    return ok;
}

static bool look(const char *path, bool *older, struct vae_error *e)
{
    struct stat st;
    const bool there = stat(path, &st) == 0;
    if (!there && errno != ENOENT) return cannot(path, e);
    *older = there && S_ISREG(st.st_mode) && st.st_size;
    return true;
}

/* A new run was killed about when its first checkpoint came. If that is the one to go on from, the lines
 * beside are its log. Otherwise they are of no use. */
static bool take_pending(const struct train_log *l, const struct vae_run *run, struct vae_error *e)
{
    struct stat st;
    struct log_found found = {0};
    if (lstat(l->pending, &st)) return true;
    if (S_ISREG(st.st_mode) && st.st_size && !reconcile(l->pending, run, NULL, &found, e))
        return false;
    const bool its = found.last || (S_ISREG(st.st_mode) && !st.st_size && !reported(run));
    if (its ? rename(l->pending, l->path) : unlink(l->pending))
        return vae_fail(e, "%s: %s; %s", l->pending, strerror(errno), hint);
    return true;
}

/* --- the open log --- */

/* A name in /dev or /proc may be a link to no path; any other was followed before, once. */
static bool opened(struct train_log *l, const char *path, int flags, struct vae_error *e)
{
    struct stat st;
    l->fd =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags, 0666);
    if (l->fd < 0 || fstat(l->fd, &st) || fcntl(l->fd, F_SETFL, O_APPEND)) return cannot(path, e);
    l->regular = S_ISREG(st.st_mode);
    if (l->regular) sync_directory(path);
    return true;
}

/* A new file beside an older run's log, with its mode. */
static bool open_pending(struct train_log *l, struct vae_error *e)
{
    struct stat st;
    if (!opened(l, l->pending, O_NOFOLLOW, e)) return false;
    if (stat(l->path, &st) || fchmod(l->fd, st.st_mode & 07777)) return cannot(l->pending, e);
    return true;
}

static bool name_files(struct train_log *l, const char *path, char lock[LOCK_PATH],
                       struct vae_error *e)
{
    struct stat st;
    l->linked = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
    if (l->linked && stat(path, &st) && errno == ENOENT)
        return vae_fail(e, "%s: a symbolic link to nothing; %s", path, hint);
    char *real = l->linked ? realpath(path, NULL) : NULL;
    if (l->linked && !real && errno == ENOMEM) return no_memory(path, e);
    const int n = snprintf(l->path, sizeof l->path, "%s", real ? real : path);
    l->linked = l->linked && !real;
    free(real);
    const char *slash = strrchr(l->path, '/');
    const int folder = slash ? (int)(slash + 1 - l->path) : 0;
    const int m = snprintf(l->pending, sizeof l->pending, "%.*s.%s.pending", folder, l->path,
                           l->path + folder);
    snprintf(lock, LOCK_PATH, "%.*s.%s.lock", folder, l->path, l->path + folder);
    return (n < OUT_PATH && m < OUT_PATH) || vae_fail(e, "%.64s...: name too long", path);
}

/* Where the log has lines of another run, whose checkpoint may be in place, they stay until this run's is. */
static bool begin(struct train_log *l, const struct vae_run *run, bool resume, struct vae_error *e)
{
    struct log_found found = {0};
    bool older = false;
    if (resume ? !take_pending(l, run, e) : unlink(l->pending) && errno != ENOENT)
        return *e->line ? false : cannot(l->pending, e);
    if (!look(l->path, &older, e)) return false;
    if (older && !reconcile(l->path, run, NULL, &found, e)) return false;
    if (resume) strcpy(l->images, found.images);
    const bool waits = older && (!resume || found.others);
    if (older && resume && !reconcile(l->path, run, waits ? l->pending : l->path, &found, e))
        return false;
    if (waits) return open_pending(l, e);
    *l->pending = 0;
    return opened(l, l->path, l->linked ? 0 : O_NOFOLLOW, e);
}

static bool is_file_or_none(const char *path)
{
    struct stat st;
    return stat(path, &st) || S_ISREG(st.st_mode);
}

bool train_log_open(struct train_log *l, const char *path, const struct vae_run *run, bool resume,
                    struct vae_error *e)
{
    char lock[LOCK_PATH];
    *l = (struct train_log){.fd = -1, .lock.fd = -1};
    *e->line = 0;
    if (!name_files(l, path, lock, e)) return false;
    if ((!is_file_or_none(l->path) || lock_take(&l->lock, lock, path, "--log", e)) &&
        begin(l, run, resume, e))
        return true;
    train_log_close(l);
    return false;
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        const ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

bool train_log_append(struct train_log *l, const char *line, struct vae_error *e)
{
    struct stat st;
    if (fstat(l->fd, &st)) return cannot(l->path, e);
    if (write_all(l->fd, line, strlen(line)) && write_all(l->fd, "\n", 1) &&
        (!l->regular || sync_file(l->fd)))
        return true;
    vae_fail(e, "%s: %s; free some space, or choose another --log", l->path, strerror(errno));
    if (l->regular && ftruncate(l->fd, st.st_size))
        errno = 0; /* half a line stays: who goes on from a checkpoint leaves it out */
    return false;
}

bool train_log_settle(struct train_log *l, struct vae_error *e)
{
    if (!*l->pending) return true;
    const bool moved = rename(l->pending, l->path) == 0;
    if (moved) sync_directory(l->path);
    *l->pending = 0; /* what could not be moved waits for the run to go on */
    return moved || cannot(l->path, e);
}

void train_log_close(struct train_log *l)
{
    if (l->fd >= 0) {
        if (*l->pending) unlink(l->pending);
        close(l->fd);
        l->fd = -1;
    }
    lock_leave(&l->lock);
}
