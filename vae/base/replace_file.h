/* Replaces a file atomically: a reader, or a crash, finds the old one or the new one, never a part.
 * Writes a temporary file beside it, syncs it, renames it over the target, syncs the directory.
 *
 * The temporary is `.vae-<16 hex digits>.tmp` in the target's directory: unpredictable, created
 * exclusively, never opened through a link, and locked while its writer lives. One whose lock is
 * free was left by a killed run; the next writer into that directory removes it. */
#ifndef VAE_REPLACE_FILE_H
#define VAE_REPLACE_FILE_H

#include "error.h"
#include <stddef.h>
#include <sys/types.h>

enum { REPLACE_PATH = 4096, REPLACE_TEMPORARY = 32 };

struct replace_file {
    int fd, dir; /* of the temporary, of its directory */
    int error;   /* the first errno while writing; 0: none */
    bool exists; /* the target existed; its mode and owner follow */
    mode_t mode;
    uid_t owner;
    gid_t group;
    const char *name;        /* last part of path */
    char path[REPLACE_PATH]; /* symbolic links resolved */
    char temporary[REPLACE_TEMPORARY];
};

/* A symbolic link to a regular file is followed, and that file replaced. A dangling link, and
 * anything that is not a regular file, is refused. After a failure there is nothing to abort. */
bool vae_replace_begin(struct replace_file *r, const char *path, struct vae_error *e);

/* Errors are kept for vae_replace_commit. */
void vae_replace_write(struct replace_file *r, const void *bytes, size_t n);
void vae_replace_text(struct replace_file *r, const char *text);

/* Puts the new file in place, with the old one's mode and, as far as permitted, owner (if there was
 * none: 0666 less the umask). On any error removes the new file and leaves the old one. */
bool vae_replace_commit(struct replace_file *r, struct vae_error *e);

/* Removes the temporary; the old file stays. */
void vae_replace_abort(struct replace_file *r);

/* fsync; success where the file system cannot. False with errno set. */
bool vae_sync_file(int fd);

/* Syncs the directory that contains this file, best effort. */
void vae_sync_directory(const char *path);

/* mkdir -p, and a check that files can be created in it. */
bool vae_make_directory(const char *path, struct vae_error *e);

#endif
