/* The loop of `vae train`: steps, reports, and what is written when.
 *
 * A report is the bounds, a line of the log, then the checkpoint: a run that goes on from the checkpoint finds
 * the line there or writes it itself. A model beyond the limit of health.h replaces no checkpoint. */
#ifndef VAE_TRAIN_LOOP_H
#define VAE_TRAIN_LOOP_H

#include "../data/dataset.h"
#include "../methods/train.h"
#include "out_dir.h"
#include "report.h"
#include "settings.h"
#include "train_log.h"

struct train_loop {
    struct vae_trainer *t;
    const struct dataset *data;
    const struct settings *s;
    const struct out_dir *out;
    struct train_log log;
    char images[17];   /* vae_images_sum of the training images, in hexadecimal digits */
    uint64_t total;    /* data points to reach */
    double next_point; /* of the next report, in data points, if --points */
    struct progress progress;
    uint64_t timed; /* data points of this process since the last report */
    double seconds; /* spent in their steps */
    uint64_t first_step,
        all_points; /* steps before this process; points and time of reported ones */
    double all_seconds;
    double started, first;   /* vae_seconds_now() at the program's start, at the first step */
    struct vae_clock *clock; /* of reported steps, if --profile; [threads] */
    struct vae_bound test;   /* of the weights as they are, if its count is not 0 */
    bool saved;              /* this process has written its checkpoint */
};

/* Steps until `total`, or until a signal comes (stop.h). The checkpoint is then in place, or nothing had to be
 * written. False: *e says why; the last good checkpoint is kept. */
bool vae_train_loop_run(struct train_loop *l, struct vae_error *e);

/* Writes the checkpoint of the model as it is; false, with nothing written, where that may not be loaded
 * again or is beyond the limit. */
bool vae_train_loop_save(struct train_loop *l, struct vae_error *e);

#endif
