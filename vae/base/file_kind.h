/* What a file is that is not what was asked for, told by its first bytes. */
#ifndef VAE_FILE_KIND_H
#define VAE_FILE_KIND_H

#include <stddef.h>

enum { FILE_KIND_HEAD = 16 }; /* bytes that tell */

struct file_kind {
    const char *name, *hint; /* "a web page", "the download went wrong, fetch it again" */
};

/* NULL: nothing known. */
const struct file_kind *vae_file_kind(const unsigned char *head, size_t n);

#endif
