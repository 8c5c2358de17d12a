/* Writes a file so that a reader, or a crash, finds the old one or the new one and never a part:
 * to a temporary file beside it, synced, renamed over it, the directory synced.
 *
 * The temporary is `.vae-<16 hex digits>.tmp` in the target's directory: unpredictable, made
 * exclusively, never opened through a link, and locked while its writer lives. What a killed run has left
 * behind is therefore known by its lock being free, and the next writer into that directory removes it. */
#ifndef VAE_REPLACE_FILE_H
#define VAE_REPLACE_FILE_H

#include "error.h"
#include <stddef.h>
#include <sys/types.h>

enum { REPLACE_PATH = 4096, REPLACE_TEMPORARY = 32 };

struct replace_file {
    int fd, dir; /* of the temporary, of its directory */
    int error;   /* the first errno of writing, 0: none */
    bool exists; /* there was a file; its mode and owner follow */
    mode_t mode;
    uid_t owner;
    gid_t group;
    const char *name;        /* last part of path */
    char path[REPLACE_PATH]; /* links followed */
    char temporary[REPLACE_TEMPORARY];
};

/* A symbolic link to a regular file is followed, and that file replaced. Refused are a link to nothing and
 * whatever is there and no regular file. After a failure there is nothing to give up. */
bool vae_replace_begin(struct replace_file *r, const char *path, struct vae_error *e);

/* Errors are kept for vae_replace_commit. */
void vae_replace_write(struct replace_file *r, const void *bytes, size_t n);
void vae_replace_text(struct replace_file *r, const char *text);

/* Puts the new file in place, with mode and, as far as the system lets, owner of the old one (none: 0666
 * less the umask). On any error removes it and leaves the old one. */
bool vae_replace_commit(struct replace_file *r, struct vae_error *e);

/* Gives up. */
void vae_replace_abort(struct replace_file *r);

/* fsync, where the file system has one; false with errno. */
bool vae_sync_file(int fd);

/* Syncs the directory that the file of this name lies in, as far as the system does. */
void vae_sync_directory(const char *path);

/* mkdir -p, and a check that files can be made in it. */
bool vae_make_directory(const char *path, struct vae_error *e);

#endif
