#include "error.h"
#include <stdarg.h>
#include <stdio.h>

bool vae_fail(struct vae_error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(e->line, sizeof e->line, format, args);
    va_end(args);
    for (char *c = e->line; *c; c++)
        if ((unsigned char)*c < ' ') *c = '?';
    return false;
}
