/* The log of a run, JSON lines: part of the run as its checkpoint is. A line is on the disk before the
 * checkpoint that follows it, and a run that goes on from a checkpoint first drops what the log has beyond it
 * or of other runs. So after any stop the log is, but for times, that of a run without one. */
#ifndef VAE_TRAIN_LOG_H
#define VAE_TRAIN_LOG_H

#include "../model/run.h"
#include "out_dir.h"

struct train_log {
    char path[OUT_PATH]; /* links followed */
    char pending
        [OUT_PATH]; /* beside it: this run's lines until its checkpoint replaces another run's; or "" */
    char images
        [17]; /* which training images the last line a run goes on from was of (report.h); or "" */
    int fd;   /* -1: not open */
    bool regular;     /* or a pipe or device, which only takes lines */
    bool linked;      /* path is a link to what has no path, as in /dev */
    struct lock lock; /* of a regular file, against another run with the same log */
};

/* resume: the run goes on from run->step. A file that holds something, and no line of a log in it, is refused.
 */
bool vae_train_log_open(struct train_log *l, const char *path, const struct vae_run *run,
                        bool resume, struct vae_error *e);

/* Appends a line and its end, synced; what could not be written whole is taken back. */
bool vae_train_log_append(struct train_log *l, const char *line, struct vae_error *e);

/* The run's checkpoint is in place: so are now its lines, and not those of a run before it. */
bool vae_train_log_settle(struct train_log *l, struct vae_error *e);

/* A new run that never had a checkpoint leaves an earlier one's log as it was. */
void vae_train_log_close(struct train_log *l);

#endif
