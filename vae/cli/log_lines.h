/* The lines of an older log, and which of them a run that goes on keeps. */
#ifndef VAE_LOG_LINES_H
#define VAE_LOG_LINES_H

#include "../base/error.h"
#include "../model/run.h"

extern const char vae_log_hint[]; /* what to do about a log that cannot be used */

struct log_found {
    bool last;   /* the line of the run's last report, at the end of what is its */
    bool others; /* lines of another run */
    char images[17];
};

/* Looks at a log, and, where `to` is not NULL, writes the lines of this run up to its last report there: in place
 * of all, where it is the same file. */
bool vae_log_reconcile(const char *path, const struct vae_run *run, const char *to,
                       struct log_found *found, struct vae_error *e);

#endif
