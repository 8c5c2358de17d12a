/* Recognises a file of the wrong kind by its first bytes, for error messages. */
#ifndef VAE_FILE_KIND_H
#define VAE_FILE_KIND_H

#include <stddef.h>

enum { FILE_KIND_HEAD = 16 }; /* bytes to look at */

struct file_kind {
    const char *name, *hint; /* "a web page", "the download went wrong, fetch it again" */
};

/* Text of no other kind. */
extern const struct file_kind vae_file_kind_text;

/* NULL if the kind is unknown. */
const struct file_kind *vae_file_kind(const unsigned char *head, size_t n);

#endif
