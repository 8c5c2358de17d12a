#include "replace_file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

_Static_assert((int)REPLACE_PATH >= PATH_MAX, "realpath writes so much");

static const char prefix[] = ".vae-", suffix[] = ".tmp";
enum { DIGITS = 16, TRIES = 100 };

static const char elsewhere[] = "choose another place to write to";

/* --- stale temporaries --- */

static bool is_temporary(const char *name)
{
    const size_t first = sizeof prefix - 1;
    return strlen(name) == first + DIGITS + sizeof suffix - 1 && !strncmp(name, prefix, first) &&
           strspn(name + first, "0123456789abcdef") == DIGITS &&
           !strcmp(name + first + DIGITS, suffix);
}

/* A temporary's writer holds its lock for as long as it runs. */
static void remove_stale(int dir, const char *name)
{
    struct stat st;
    const int fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(dir, name, 0);
    close(fd);
}

/* A directory that may not be listed is left as it is. False only when out of memory. */
static bool remove_all_stale(int dir)
{
    const int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    const bool short_of_memory = fd >= 0 && !list && errno == ENOMEM;
    if (!list && fd >= 0) close(fd);
    for (struct dirent *entry; list && (entry = readdir(list));)
        if (is_temporary(entry->d_name)) remove_stale(dir, entry->d_name);
    if (list) closedir(list);
    return !short_of_memory;
}

/* --- the target --- */

/* Resolves path, and notes mode and owner of a file that exists. */
static bool find_target(struct replace_file *r, const char *path, struct vae_error *e)
{
    struct stat st;
    const size_t n = strlen(path);
    if (n >= sizeof r->path) return vae_fail(e, "%.64s...: name too long", path);
    r->exists = stat(path, &st) == 0;
    if (!r->exists) {
        if (!n || errno != ENOENT)
            return vae_fail(e, "%s: %s; %s", path, strerror(errno), elsewhere);
        if (lstat(path, &st) == 0)
            return vae_fail(e, "%s: a symbolic link to nothing; remove it or make its target",
                            path);
        memcpy(r->path, path, n + 1);
        return path[n - 1] != '/' || vae_fail(e, "%s: names a directory; %s", path, elsewhere);
    }
    if (!S_ISREG(st.st_mode)) return vae_fail(e, "%s: not a regular file; %s", path, elsewhere);
    if (!realpath(path, r->path))
        return vae_fail(e, "%s: %s; %s", path, strerror(errno), elsewhere);
    r->mode = st.st_mode & 07777;
    r->owner = st.st_uid;
    r->group = st.st_gid;
    return true;
}

/* Opens the target's directory. Names relative to it stay short whatever the path's length, and
 * stay in that directory. */
static bool open_directory(struct replace_file *r)
{
    char *slash = strrchr(r->path, '/');
    r->name = slash ? slash + 1 : r->path;
    const char *dir = !slash ? "." : slash == r->path ? "/" : r->path;
    if (slash) *slash = 0;
    r->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
#ifdef O_PATH
    /* the directory may be writable but not readable */
    if (r->dir < 0 && errno == EACCES) r->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
#endif
    if (slash) *slash = '/';
    return r->dir >= 0;
}

static uint64_t random_word(void)
{
    uint64_t word;
    if (getentropy(&word, sizeof word) == 0) return word;
    struct timespec t; /* guessable, but O_EXCL still refuses existing files and links */
    clock_gettime(CLOCK_REALTIME, &t);
    return ((uint64_t)t.tv_nsec << 32 ^ (uint64_t)t.tv_sec ^ (uint64_t)getpid()) *
           0x9e3779b97f4a7c15;
}

/* Between creation and locking another writer may remove our file as stale; then we create another.
 * On file systems without locks nobody removes it. */
static bool open_temporary(struct replace_file *r)
{
    struct stat st;
    for (int i = 0; i < TRIES; i++) {
        snprintf(r->temporary, sizeof r->temporary, "%s%0*" PRIx64 "%s", prefix, (int)DIGITS,
                 random_word(), suffix);
        r->fd = openat(r->dir, r->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       r->exists ? 0600 : 0666);
        if (r->fd < 0 && errno == EEXIST) continue;
        if (r->fd < 0) return false;
        const bool taken = flock(r->fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
        if (!taken && (fstat(r->fd, &st) || st.st_nlink)) return true;
        unlinkat(r->dir, r->temporary, 0);
        close(r->fd);
    }
    errno = EEXIST;
    return false;
}

bool vae_replace_begin(struct replace_file *r, const char *path, struct vae_error *e)
{
    *r = (struct replace_file){.fd = -1, .dir = -1};
    if (!find_target(r, path, e)) return false;
    if (open_directory(r) && remove_all_stale(r->dir) && open_temporary(r)) return true;
    vae_fail(e, "%s: %s; %s", path, strerror(errno), elsewhere);
    if (r->dir >= 0) close(r->dir);
    return false;
}

/* --- writing --- */

void vae_replace_write(struct replace_file *r, const void *bytes, size_t n)
{
    const char *from = bytes;
    while (n && !r->error) {
        const ssize_t done = write(r->fd, from, n);
        if (done > 0) {
            from += done;
            n -= (size_t)done;
        } else if (done == 0 || errno != EINTR) {
            r->error = done < 0 ? errno : ENOSPC;
        }
    }
}

void vae_replace_text(struct replace_file *r, const char *text)
{
    vae_replace_write(r, text, strlen(text));
}

/* If the group cannot be kept, the new group gets no more rights than others have. File systems
 * without modes fail with EPERM. */
static void keep_mode(struct replace_file *r)
{
    mode_t mode = r->mode;
    if (fchown(r->fd, r->owner, r->group) && fchown(r->fd, (uid_t)-1, r->group))
        mode = (mode & ~(mode_t)06070) | (mode & 07) << 3;
    if (fchmod(r->fd, mode) && errno != EPERM && !r->error) r->error = errno;
}

/* EINVAL: the file system cannot sync this file. */
bool vae_sync_file(int fd)
{
    int failed;
    while ((failed = fsync(fd)) && errno == EINTR) continue;
    return !failed || errno == EINVAL;
}

void vae_sync_directory(const char *path)
{
    char dir[REPLACE_PATH];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    strcpy(slash ? slash + 1 : dir, slash ? "" : ".");
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

/* On Linux the descriptor is closed after EINTR too. */
static void close_temporary(struct replace_file *r)
{
    if (close(r->fd) && errno != EINTR && !r->error) r->error = errno;
    r->fd = -1;
}

void vae_replace_abort(struct replace_file *r)
{
    if (r->fd >= 0) close_temporary(r);
    unlinkat(r->dir, r->temporary, 0);
    close(r->dir);
}

/* The lock is released after the rename: until then the temporary must not be taken for stale. */
bool vae_replace_commit(struct replace_file *r, struct vae_error *e)
{
    if (!r->error && r->exists) keep_mode(r);
    if (!r->error && !vae_sync_file(r->fd)) r->error = errno;
    const int lock = dup(r->fd);
    close_temporary(r);
    if (!r->error && renameat(r->dir, r->temporary, r->dir, r->name)) r->error = errno;
    if (lock >= 0) close(lock);
    if (r->error) {
        vae_fail(e, "%s: %s; free some space or choose another place", r->path, strerror(r->error));
        vae_replace_abort(r);
        return false;
    }
    fsync(r->dir); /* best effort: some file systems do not sync directories */
    close(r->dir);
    return true;
}

/* --- directories --- */

static bool make_one(const char *path)
{
    struct stat st;
    if (mkdir(path, 0777) == 0) return true;
    if (errno == EEXIST && stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) return true;
        errno = ENOTDIR;
    }
    return false;
}

bool vae_make_directory(const char *path, struct vae_error *e)
{
    char part[4096];
    if (strlen(path) >= sizeof part - 64) return vae_fail(e, "%.64s...: name too long", path);
    strcpy(part, path);
    bool ok = *path != 0;
    if (!ok) errno = ENOENT;
    for (char *c = part + 1; ok && *c; c++)
        if (*c == '/') {
            *c = 0;
            ok = make_one(part);
            *c = '/';
        }
    if (!ok || !make_one(part) || access(part, W_OK | X_OK))
        return vae_fail(e, "%s: %s; choose a directory that can be written to", path,
                        strerror(errno));
    return true;
}
