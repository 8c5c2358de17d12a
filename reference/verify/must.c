#include "must.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool silent;

void must_fail_silently(void) { silent = true; }

void must_fail(void)
{
    if (silent) _exit(MUST_STATUS);
    fprintf(stderr, "vae: the kernels cannot be checked: %s\n",
            errno == ENOMEM ? "not enough memory" : strerror(errno));
    exit(1);
}

void *must_calloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (!p) must_fail();
    return p;
}
