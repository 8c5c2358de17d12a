/* The folder a run writes to, locked by one run at a time. */
#ifndef VAE_OUT_DIR_H
#define VAE_OUT_DIR_H

#include "../base/lock.h"

enum { OUT_PATH = 4096 };

#define OUT_BEST_MODEL "model-best.safetensors"

struct out_dir {
    char checkpoint[OUT_PATH], best[OUT_PATH], samples[OUT_PATH], reconstructions[OUT_PATH],
        log[OUT_PATH], config[OUT_PATH];
    struct lock lock; /* fd is -1 before vae_out_dir_open */
};

/* Creates and locks the folder. Fails, naming the process, if another run has it; does nothing if
 * it is locked already. log: another path for the log, or NULL. */
bool vae_out_dir_open(struct out_dir *o, const char *dir, const char *log, struct vae_error *e);
void vae_out_dir_close(struct out_dir *o);

#endif
