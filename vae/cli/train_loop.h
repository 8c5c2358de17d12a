/* The loop of `vae train`: steps, reports, and what is written when.
 *
 * A report is the bounds, a line of the log, then the checkpoint: a run resumed from the checkpoint
 * finds the line there or writes it itself. If the report is the best one, the best model follows
 * (best_model.h). A model beyond health.h's limit replaces no checkpoint. */
#ifndef VAE_TRAIN_LOOP_H
#define VAE_TRAIN_LOOP_H

#include "../data/dataset.h"
#include "../methods/train.h"
#include "../settings/settings.h"
#include "best_model.h"
#include "out_dir.h"
#include "progress.h"
#include "report.h"
#include "train_log.h"

struct train_loop {
    struct vae_trainer *t;
    const struct dataset *data;
    struct images shown; /* test images of the reconstructions */
    const struct settings *s;
    const struct out_dir *out;
    struct train_log log;
    struct best_model best;
    char images[17];     /* vae_images_sum of the training images, in hexadecimal digits */
    uint64_t all_images; /* vae_images_sum before any is held out */
    uint64_t total;      /* examples to reach */
    double next_point;   /* of the next report, in examples, if --points */
    struct progress progress;
    uint64_t timed; /* examples of this process since the last report */
    double seconds; /* spent in their steps */
    /* steps before this process; examples and seconds of its reported steps */
    uint64_t first_step, all_points;
    double all_seconds;
    double started, first;   /* vae_seconds_now() at the program's start, at the first step */
    struct vae_clock *clock; /* of reported steps, [threads]; NULL without --profile */
    struct vae_bound test;   /* of the current weights, if its count is not 0 */
    bool saved;              /* this process has written its checkpoint */
};

/* Runs steps until `total` or an early stop, or until a signal comes (stop.h). At the end the
 * checkpoint is in place, unless nothing had to be written or the model is beyond the limit; after
 * a signal the caller saves. False: *e says why; the last good checkpoint is kept. */
bool vae_train_loop_run(struct train_loop *l, struct vae_error *e);

/* Writes a checkpoint of the current model. False, with nothing written, if it could not be loaded
 * again (vae_checkpoint_sound) or is beyond the limit. */
bool vae_train_loop_save(struct train_loop *l, struct vae_error *e);

#endif
