/* The folder a run writes to, held by one run at a time. */
#ifndef VAE_OUT_DIR_H
#define VAE_OUT_DIR_H

#include "../base/lock.h"

enum { OUT_PATH = 4096 };

struct out_dir {
    char checkpoint[OUT_PATH], samples[OUT_PATH], reconstructions[OUT_PATH], log[OUT_PATH];
    struct lock lock; /* fd -1 before */
};

/* Makes the folder and takes it: fails, naming the process, where another run has it; nothing where it is held
 * already. log: another place for the log, or NULL. */
bool vae_out_dir_open(struct out_dir *o, const char *dir, const char *log, struct vae_error *e);
void vae_out_dir_close(struct out_dir *o);

#endif
