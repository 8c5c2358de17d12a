#include "text.h"
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Length of the UTF-8 sequence at p, and its code point; 0 if it is invalid (RFC 3629: no overlong
 * form, no surrogate, nothing beyond U+10FFFF). */
static size_t decode(const unsigned char *p, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t n = *p < 0x80                  ? 1
                     : *p >= 0xc2 && *p <= 0xdf ? 2
                     : *p >= 0xe0 && *p <= 0xef ? 3
                     : *p >= 0xf0 && *p <= 0xf4 ? 4
                                                : 0;
    if (n < 2) {
        *code = *p;
        return n;
    }
    *code = *p & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        *code = *code << 6 | (p[i] & 0x3f);
    }
    return *code >= least[n] && *code <= 0x10ffff && *code >> 11 != 0x1b ? n : 0;
}

static bool acts(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void vae_text_make_safe(char *text)
{
    const unsigned char *from = (const unsigned char *)text;
    char *to = text;
    while (*from) {
        uint32_t code;
        const size_t n = decode(from, &code);
        if (n == 0 || acts(code)) {
            *to++ = '?';
            from += n ? n : 1;
        } else {
            for (size_t i = 0; i < n; i++) *to++ = (char)*from++;
        }
    }
    *to = 0;
}

static bool is_text(const char *text, bool may_act)
{
    uint32_t code;
    const unsigned char *p = (const unsigned char *)text;
    for (size_t n; *p; p += n) {
        n = decode(p, &code);
        if (n == 0 || (!may_act && acts(code))) return false;
    }
    return true;
}

bool vae_text_is_safe(const char *text) { return is_text(text, false); }
bool vae_text_is_utf8(const char *text) { return is_text(text, true); }

struct text_shown vae_text_shown(const char *text)
{
    struct text_shown t;
    snprintf(t.s, sizeof t.s, "%s", text);
    vae_text_make_safe(t.s);
    return t;
}

void vae_text_of_sizes(char *text, size_t room, const size_t *sizes, size_t count,
                       const char *separator)
{
    size_t used = 0;
    *text = 0;
    for (size_t i = 0; i < count && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%zu", i ? separator : "", sizes[i]);
}

bool vae_text_ends(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n > m && !strcmp(text + n - m, end);
}
