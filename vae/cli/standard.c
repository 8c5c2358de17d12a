#include "standard.h"
#include "commands.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void vae_standard_open(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) < 0)
            _exit(EXIT_FAILED);
    signal(SIGXFSZ, SIG_IGN);
}

int vae_standard_close(const char *program, int status)
{
    if (status != EXIT_DONE || (fflush(stdout) == 0 && !ferror(stdout))) return status;
    fprintf(stderr, "%s: standard output: %s; the result is lost\n", program, strerror(errno));
    return EXIT_FAILED;
}
