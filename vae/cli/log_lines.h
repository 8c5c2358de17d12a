/* Reads the lines of an existing log, and selects those that a resumed run keeps. */
#ifndef VAE_LOG_LINES_H
#define VAE_LOG_LINES_H

#include "../base/error.h"
#include "../model/run.h"

extern const char vae_log_hint[]; /* what to do about a log that cannot be used */

struct log_found {
    bool last;       /* the last line kept is that of the run's last report */
    bool others;     /* it has lines of another run */
    char images[17]; /* hash of the training images of the last line kept (report.h); or "" */
};

/* Examines a log. If `to` is not NULL, also writes the lines of this run, up to its last report, to
 * the file `to`; that may be `path`. */
bool vae_log_reconcile(const char *path, const struct vae_run *run, const char *to,
                       struct log_found *found, struct vae_error *e);

#endif
