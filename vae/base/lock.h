/* A lock file, held by one process at a time and released when that process ends. The lock is
 * advisory (fcntl). On a file system without locks, taking it succeeds unlocked. */
#ifndef VAE_LOCK_H
#define VAE_LOCK_H

#include "error.h"

enum { LOCK_PATH = 4096 + 64 };

struct lock {
    char path[LOCK_PATH];
    int fd; /* -1: not held */
};

/* Creates and locks the file `path`; fails if another process holds it, and names its PID if known.
 * For messages, what: what the lock protects; option: the option that chooses another. */
bool vae_lock_take(struct lock *l, const char *path, const char *what, const char *option,
                   struct vae_error *e);

/* Removes the file and the lock; does nothing if none is held. */
void vae_lock_leave(struct lock *l);

#endif
