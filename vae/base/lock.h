/* A lock file: held by one process at a time, gone with it. Advisory (fcntl), so that a file system without locks
 * is done without. */
#ifndef VAE_LOCK_H
#define VAE_LOCK_H

#include "error.h"

enum { LOCK_PATH = 4096 + 64 };

struct lock {
    char path[LOCK_PATH];
    int fd; /* -1: not held */
};

/* Makes and locks the file `path`; fails where another process has it, whose number is named. what: what it stands
 * for; option: with which to choose another. */
bool vae_lock_take(struct lock *l, const char *path, const char *what, const char *option,
                   struct vae_error *e);

/* Removes the file; nothing where none is held. */
void vae_lock_leave(struct lock *l);

#endif
