#include "out_dir.h"
#include "replace_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void in_directory(char to[OUT_PATH], const char *dir, const char *name)
{
    snprintf(to, OUT_PATH, "%s/%s", dir, name);
}

/* Still the file of that name: its last holder may have removed it since it was opened. */
static bool still_there(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && lstat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

static int open_lock(const char *path, struct vae_error *e)
{
    struct stat st;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return fd;
    vae_fail(e, "%s: %s; remove it, or choose another --out", path,
             fd < 0 ? strerror(errno) : "not a regular file");
    if (fd >= 0) close(fd);
    return -1;
}

/* A lock that goes between two looks at it is asked for again. */
static bool take_lock(struct out_dir *o, const char *dir, struct vae_error *e)
{
    for (int tries = 0; tries < 100; tries++) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        const int fd = open_lock(o->lock, e);
        if (fd < 0) return false;
        const bool held = fcntl(fd, F_SETLK, &whole) && (errno == EACCES || errno == EAGAIN);
        if (!held && still_there(fd, o->lock)) {
            o->lock_fd = fd;
            return true;
        }
        const bool known = held && fcntl(fd, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
        close(fd);
        if (known)
            return vae_fail(e, "%s: in use by process %ld; wait for it, or choose another --out",
                            dir, (long)whole.l_pid);
    }
    return vae_fail(e, "%s: in use by another process; choose another --out", dir);
}

bool out_dir_open(struct out_dir *o, const char *dir, const char *log, struct vae_error *e)
{
    o->lock_fd = -1;
    if (log && strlen(log) >= OUT_PATH) return vae_fail(e, "%.64s...: name too long", log);
    if (!make_directory(dir, e)) return false;
    in_directory(o->checkpoint, dir, "model.safetensors");
    in_directory(o->samples, dir, "samples.png");
    in_directory(o->reconstructions, dir, "reconstructions.png");
    in_directory(o->log, dir, "log.jsonl");
    in_directory(o->lock, dir, ".lock");
    if (log) snprintf(o->log, sizeof o->log, "%s", log);
    return take_lock(o, dir, e);
}

void out_dir_close(struct out_dir *o)
{
    if (o->lock_fd < 0) return;
    unlink(o->lock); /* while it is held, so that nobody else's goes */
    close(o->lock_fd);
    o->lock_fd = -1;
}
