/* What a file is that is not what was asked for, told by its first bytes. */
#ifndef VAE_FILE_KIND_H
#define VAE_FILE_KIND_H

#include <stddef.h>

enum { FILE_KIND_HEAD = 16 }; /* bytes that tell */

/* Name and hint, such as "a web page, fetch the file again"; NULL: nothing known. */
const char *file_kind(const unsigned char *head, size_t n);

#endif
