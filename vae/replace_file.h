/* Writes a file so that a reader, or a crash, finds the old one or the new one and never a part:
 * to a temporary file beside it, synced, renamed over it, the directory synced. */
#ifndef VAE_REPLACE_FILE_H
#define VAE_REPLACE_FILE_H

#include "error.h"
#include <stdio.h>

struct replace_file {
    FILE *f; /* write here */
    char path[4096], temporary[4096];
};

/* A symbolic link is followed; what is there and no regular file is refused. */
bool replace_begin(struct replace_file *r, const char *path, struct vae_error *e);

/* Puts the new file in place; on any write error removes it and leaves the old one. */
bool replace_commit(struct replace_file *r, struct vae_error *e);

/* Gives up. */
void replace_abort(struct replace_file *r);

/* mkdir -p, and a check that files can be made in it. */
bool make_directory(const char *path, struct vae_error *e);

#endif
