/* What a training run reports: a progress bar on a terminal, a line per epoch, a JSON log. */
#ifndef VAE_REPORT_H
#define VAE_REPORT_H

#include "../base/error.h"
#include "../model/method.h"
#include "../model/objective.h"
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    bool bar; /* standard error is a terminal, and not --quiet */
    uint64_t first, total;
    double start, drawn;
};

/* `first` of `total` examples are done already (a resumed run). */
struct progress vae_progress_start(uint64_t first, uint64_t total, bool quiet);

/* Draws at most ten times a second; bound in nats per example; NaN: none. */
void vae_progress_update(struct progress *p, uint64_t done, double bound);

/* Clears the bar, so that a line can be printed. */
void vae_progress_clear(const struct progress *p);

struct epoch_report {
    uint64_t epoch, samples;
    double train_bound, test_bound, kl, recon; /* nats per example; kl and recon on the test set */
    bool validated;                            /* the run has validation images */
    double validation_bound;                   /* on them */
    enum vae_method method;
    double acceptance; /* of MCEM's chains in the last cycle */
    float chain_step;  /* their step size in the next */
    double theta_kl;   /* KL of the weights' posterior in the last step, nats; of full-vb */
    enum vae_estimator estimator;
    size_t draws;        /* of z per example (L) */
    double iwae_bound;   /* on the test set, nats per example; of estimator IWAE alone */
    float lr;            /* of the last step */
    float beta;          /* the weight of the KL in it */
    const char *changed; /* settings changed on resuming since the last report; or "" */
    double samples_per_s, gflops;
    const char *isa;
    size_t threads;
    uint64_t seed;
    char run[17];    /* the run's id (run_id.h) */
    char data[17];   /* vae_images_sum of the training images, in hexadecimal digits */
    bool profiled;   /* the line has a phases table */
    json_t *profile; /* that of the steps since the last report (vae_insight_json) */
};

/* One JSON object without a newline, for the caller to free; numbers that are not finite are null.
 * Takes ownership of the profile. NULL if out of memory, as when `profiled` comes without one. */
char *vae_epoch_line(const struct epoch_report *r);

void vae_print_epoch(const struct epoch_report *r);

#endif
