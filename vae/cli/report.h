/* What a training run tells: a progress bar on a terminal, a line per epoch, a JSON log. */
#ifndef VAE_REPORT_H
#define VAE_REPORT_H

#include "../base/error.h"
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    bool bar; /* a terminal is there to draw on */
    uint64_t first, total;
    double start, drawn;
};

/* Points `first` of `total` are done already (a resumed run). */
struct progress vae_progress_start(uint64_t first, uint64_t total, bool quiet);

/* At most ten times a second; bound in nats per data point. */
void vae_progress_update(struct progress *p, uint64_t done, double bound);

/* Clears the bar, so that a line can be printed. */
void vae_progress_clear(const struct progress *p);

struct epoch_report {
    uint64_t epoch, samples;
    double train_bound, test_bound, kl, recon; /* nats per data point; kl and recon of the test */
    float lr;                                  /* of the last step */
    float beta;                                /* the weight of the KL in it */
    const char *changed; /* what the run went on with since the last report; or "" */
    double samples_per_s, gflops;
    const char *isa;
    size_t threads;
    uint64_t seed;
    char run[17];    /* which run (train_log.h) */
    char data[17];   /* which training images, vae_images_sum in hexadecimal digits */
    bool profiled;   /* the line has a profile */
    json_t *profile; /* of the steps since the last report, vae_insight_json */
};

/* One JSON object without its line's end, to be freed; what is not finite is null. NULL where memory is short.
 * Takes the profile; `profiled` without one is want of memory. */
char *vae_epoch_line(const struct epoch_report *r);

void vae_print_epoch(const struct epoch_report *r);

#endif
