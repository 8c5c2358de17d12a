/* The log of a run, in JSON lines, kept consistent with its checkpoint. A line is on disk before
 * the checkpoint that follows it, and a run resumed from a checkpoint first drops lines beyond it
 * or of other runs. So after any stop the log equals, except for times, an uninterrupted run's. */
#ifndef VAE_TRAIN_LOG_H
#define VAE_TRAIN_LOG_H

#include "../model/run.h"
#include "out_dir.h"

struct train_log {
    char path[OUT_PATH]; /* symbolic links resolved */
    char pending
        [OUT_PATH]; /* beside it: this run's lines until its checkpoint replaces another's; or "" */
    char images
        [17]; /* of a resumed run: hash of the training images of its last line (report.h); or "" */
    int fd;   /* -1: not open */
    bool regular;     /* false: a pipe or device, which is only appended to */
    bool linked;      /* path is a link whose target has no path, as in /dev */
    struct lock lock; /* of a regular file, against another run with the same log */
};

/* resume: the run goes on from run->step. Refuses a file that has content but no line of a log. */
bool vae_train_log_open(struct train_log *l, const char *path, const struct vae_run *run,
                        bool resume, struct vae_error *e);

/* Appends a line and a newline, and syncs; a partial write is undone. */
bool vae_train_log_append(struct train_log *l, const char *line, struct vae_error *e);

/* To be called once the run's checkpoint is in place: its lines then replace an earlier run's. */
bool vae_train_log_settle(struct train_log *l, struct vae_error *e);

/* If a new run never wrote a checkpoint, an earlier run's log is left as it was. */
void vae_train_log_close(struct train_log *l);

#endif
