#include "replace_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool replace_begin(struct replace_file *r, const char *path, struct vae_error *e)
{
    struct stat st;
    r->f = NULL;
    if (strlen(path) + sizeof ".tmp" > sizeof r->temporary)
        return vae_fail(e, "%.64s...: name too long", path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return vae_fail(e, "%s: not a regular file; choose another place to write to", path);
    char *real = realpath(path, NULL);
    snprintf(r->path, sizeof r->path, "%s", real ? real : path);
    free(real);
    const int n = snprintf(r->temporary, sizeof r->temporary, "%s.tmp", r->path);
    if (n < 0 || (size_t)n >= sizeof r->temporary) return vae_fail(e, "%s: name too long", path);
    r->f = fopen(r->temporary, "wb");
    if (!r->f)
        return vae_fail(e, "%s: %s; choose another place to write to", path, strerror(errno));
    return true;
}

void replace_abort(struct replace_file *r)
{
    if (r->f) fclose(r->f);
    r->f = NULL;
    unlink(r->temporary);
}

/* Best effort: some file systems do not sync directories. */
static void sync_directory(const char *file)
{
    char dir[4096];
    snprintf(dir, sizeof dir, "%s", file);
    char *slash = strrchr(dir, '/');
    if (!slash)
        strcpy(dir, ".");
    else if (slash == dir)
        slash[1] = 0;
    else
        *slash = 0;
    const int fd = open(dir, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

bool replace_commit(struct replace_file *r, struct vae_error *e)
{
    bool ok = fflush(r->f) == 0 && !ferror(r->f) && fsync(fileno(r->f)) == 0;
    ok = fclose(r->f) == 0 && ok;
    r->f = NULL;
    if (!ok || rename(r->temporary, r->path)) {
        vae_fail(e, "%s: %s; free some space or choose another place", r->path, strerror(errno));
        unlink(r->temporary);
        return false;
    }
    sync_directory(r->path);
    return true;
}

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

bool make_directory(const char *path, struct vae_error *e)
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
