/* Makes text that came from a file or an option safe to print. */
#ifndef VAE_TEXT_H
#define VAE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces by '?', in place, what could control a terminal or mislead its reader: C0 and C1
 * controls, DEL, bidirectional and line-breaking format characters (Unicode Annex 9, table 4;
 * U+2028, U+2029), and bytes that are not UTF-8. */
void vae_text_make_safe(char *text);

/* True if vae_text_make_safe would replace nothing. */
bool vae_text_is_safe(const char *text);

/* Whether text ends in `end` and is longer. */
bool vae_text_ends(const char *text, const char *end);

/* Whether it is valid UTF-8, as JSON asks for. */
bool vae_text_is_utf8(const char *text);

enum { TEXT_SHOWN = 4096 + 64 };
struct text_shown {
    char s[TEXT_SHOWN];
};

/* "500, 784": sizes with a separator between them, cut to fit. */
void vae_text_of_sizes(char *text, size_t room, const size_t *sizes, size_t count,
                       const char *separator);

/* A safe copy, cut to fit, to be printed by "%s": vae_text_shown(path).s. */
struct text_shown vae_text_shown(const char *text);

#endif
