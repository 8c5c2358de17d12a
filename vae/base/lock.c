#include "lock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether path still names this file: the last holder may have removed it since it was opened. */
static bool still_there(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && lstat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

static int open_lock(const char *path, const char *what, const char *option, struct vae_error *e)
{
    struct stat st;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return fd;
    if (fd >= 0 || errno == ELOOP)
        vae_fail(e, "%s: not a regular file; remove it, or choose another %s", path, option);
    else
        vae_fail(e, "%s: %s; choose another %s", what, strerror(errno), option);
    if (fd >= 0) close(fd);
    return -1;
}

/* Tries again if the holder leaves between two of these calls. */
bool vae_lock_take(struct lock *l, const char *path, const char *what, const char *option,
                   struct vae_error *e)
{
    l->fd = -1;
    snprintf(l->path, sizeof l->path, "%s", path);
    for (int tries = 0; tries < 100; tries++) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        const int fd = open_lock(path, what, option, e);
        if (fd < 0) return false;
        const bool held = fcntl(fd, F_SETLK, &whole) && (errno == EACCES || errno == EAGAIN);
        if (!held && still_there(fd, path)) {
            l->fd = fd;
            return true;
        }
        const bool known = held && fcntl(fd, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
        close(fd);
        if (known)
            return vae_fail(e, "%s: in use by process %ld; wait for it, or choose another %s", what,
                            (long)whole.l_pid, option);
    }
    return vae_fail(e, "%s: in use by another process; choose another %s", what, option);
}

void vae_lock_leave(struct lock *l)
{
    if (l->fd < 0) return;
    unlink(l->path); /* while still locked, so that nobody else's file is removed */
    close(l->fd);
    l->fd = -1;
}
