/* The folder a run writes to, held by one run at a time. */
#ifndef VAE_OUT_DIR_H
#define VAE_OUT_DIR_H

#include "error.h"

enum { OUT_PATH = 4096 };

struct out_dir {
    char checkpoint[OUT_PATH], samples[OUT_PATH], reconstructions[OUT_PATH], log[OUT_PATH];
    char lock[OUT_PATH];
    int lock_fd; /* -1: not held */
};

/* Makes the folder and takes it: fails with the holder's process number where another run has it. The lock is
 * advisory (fcntl), ends with the process, and is done without where the file system has none. log: another
 * place for the log, or NULL. */
bool out_dir_open(struct out_dir *o, const char *dir, const char *log, struct vae_error *e);
void out_dir_close(struct out_dir *o);

#endif
