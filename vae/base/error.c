#include "error.h"
#include "text.h"
#include <stdarg.h>
#include <stdio.h>

bool vae_fail(struct vae_error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(e->line, sizeof e->line, format, args);
    va_end(args);
    vae_text_make_safe(e->line);
    return false;
}
