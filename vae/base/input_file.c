#include "input_file.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE = 2000 /* ms */ };

/* Makes reads block again. poll() reports no event on a pipe that never had a writer, but does once
 * a writer has closed it. */
static bool ready(int fd, bool pipe)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    const int flags = fcntl(fd, F_GETFL);
    return fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0 && (!pipe || poll(&p, 1, PATIENCE) != 0);
}

int vae_input_open(const char *path, bool streams, const char *hint, struct vae_error *e)
{
    struct stat st;
    /* O_NONBLOCK: opening a pipe would otherwise wait for a writer */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st))
        vae_fail(e, "%s: %s; %s", path, strerror(errno), hint);
    else if (S_ISREG(st.st_mode))
        return fd;
    else if (S_ISDIR(st.st_mode))
        vae_fail(e, "%s: a directory, not a file; %s", path, hint);
    else if (!streams)
        vae_fail(e, "%s: not a regular file; %s", path, hint);
    else if (ready(fd, S_ISFIFO(st.st_mode)))
        return fd;
    else
        vae_fail(e, "%s: a pipe that nobody writes to; %s", path, hint);
    if (fd >= 0) close(fd);
    return -1;
}

char *vae_input_text(const char *path, size_t most, const char *what, const char *hint, size_t *n,
                     struct vae_error *e)
{
    const int fd = vae_input_open(path, false, hint, e);
    if (fd < 0) return NULL;
    ssize_t got = 0;
    char *text = malloc(most + 1);
    for (*n = 0; text && *n <= most && (got = read(fd, text + *n, most + 1 - *n)) > 0;)
        *n += (size_t)got;
    const bool there = text != NULL;
    if (!there)
        vae_fail(e, "%s: not enough memory", path);
    else if (got < 0)
        vae_fail(e, "%s: %s", path, strerror(errno));
    else if (*n > most)
        vae_fail(e, "%s: too long to be %s; %s", path, what, hint);
    close(fd);
    if (there && got == 0 && *n <= most) return text;
    free(text);
    errno = there ? EINVAL : ENOMEM;
    return NULL;
}
