#include "train_log.h"
#include "../base/replace_file.h"
#include "log_lines.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the log that is there when a run begins --- */

static bool cannot(const char *path, struct vae_error *e)
{
    return vae_fail(e, "%s: %s; %s", path,
                    errno == ENXIO ? "a pipe that nobody reads" : strerror(errno), vae_log_hint);
}

static bool look(const char *path, bool *older, struct vae_error *e)
{
    struct stat st;
    const bool there = stat(path, &st) == 0;
    if (!there && errno != ENOENT) return cannot(path, e);
    *older = there && S_ISREG(st.st_mode) && st.st_size;
    return true;
}

/* A pending log means that a new run was killed around its first checkpoint. If that checkpoint is
 * the one to resume from, the pending log is its log. Otherwise it is removed. */
static bool take_pending(const struct train_log *l, const struct vae_run *run, struct vae_error *e)
{
    struct stat st;
    struct log_found found = {0};
    if (lstat(l->pending, &st)) return true;
    if (S_ISREG(st.st_mode) && st.st_size && !vae_log_reconcile(l->pending, run, NULL, &found, e))
        return false;
    const bool its = found.last || (S_ISREG(st.st_mode) && !st.st_size && !vae_run_reported(run));
    if (its ? rename(l->pending, l->path) : unlink(l->pending))
        return vae_fail(e, "%s: %s; %s", l->pending, strerror(errno), vae_log_hint);
    return true;
}

/* --- the open log --- */

/* Links were resolved before, once, except those whose target has no path, as in /dev or /proc. */
static bool opened(struct train_log *l, const char *path, int flags, struct vae_error *e)
{
    struct stat st;
    l->fd =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags, 0666);
    if (l->fd < 0 || fstat(l->fd, &st) || fcntl(l->fd, F_SETFL, O_APPEND)) return cannot(path, e);
    l->regular = S_ISREG(st.st_mode);
    if (l->regular) vae_sync_directory(path);
    return true;
}

/* Opens a new file beside an older run's log, with the same mode. */
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
        return vae_fail(e, "%s: a symbolic link to nothing; %s", path, vae_log_hint);
    char *real = l->linked ? realpath(path, NULL) : NULL;
    if (l->linked && !real && errno == ENOMEM) return vae_fail(e, "%s: not enough memory", path);
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

/* Lines of another run, whose checkpoint may be in place, stay until this run's checkpoint is. */
static bool begin(struct train_log *l, const struct vae_run *run, bool resume, struct vae_error *e)
{
    struct log_found found = {0};
    bool older = false;
    if (resume ? !take_pending(l, run, e) : unlink(l->pending) && errno != ENOENT)
        return *e->line ? false : cannot(l->pending, e);
    if (!look(l->path, &older, e)) return false;
    if (older && !vae_log_reconcile(l->path, run, NULL, &found, e)) return false;
    if (resume) strcpy(l->images, found.images);
    const bool waits = older && (!resume || found.others);
    if (older && resume &&
        !vae_log_reconcile(l->path, run, waits ? l->pending : l->path, &found, e))
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

bool vae_train_log_open(struct train_log *l, const char *path, const struct vae_run *run,
                        bool resume, struct vae_error *e)
{
    char lock[LOCK_PATH];
    *l = (struct train_log){.fd = -1, .lock.fd = -1};
    *e->line = 0;
    if (!name_files(l, path, lock, e)) return false;
    if ((!is_file_or_none(l->path) || vae_lock_take(&l->lock, lock, path, "--log", e)) &&
        begin(l, run, resume, e))
        return true;
    vae_train_log_close(l);
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

bool vae_train_log_append(struct train_log *l, const char *line, struct vae_error *e)
{
    struct stat st;
    if (fstat(l->fd, &st)) return cannot(l->path, e);
    if (write_all(l->fd, line, strlen(line)) && write_all(l->fd, "\n", 1) &&
        (!l->regular || vae_sync_file(l->fd)))
        return true;
    vae_fail(e, "%s: %s; free some space, or choose another --log", l->path, strerror(errno));
    if (l->regular && ftruncate(l->fd, st.st_size))
        errno = 0; /* the partial line stays; a resumed run leaves it out */
    return false;
}

bool vae_train_log_settle(struct train_log *l, struct vae_error *e)
{
    if (!*l->pending) return true;
    const bool moved = rename(l->pending, l->path) == 0;
    if (moved) vae_sync_directory(l->path);
    *l->pending = 0; /* if not renamed, it stays for a resumed run to find */
    return moved || cannot(l->path, e);
}

void vae_train_log_close(struct train_log *l)
{
    if (l->fd >= 0) {
        if (*l->pending) unlink(l->pending);
        close(l->fd);
        l->fd = -1;
    }
    vae_lock_leave(&l->lock);
}
