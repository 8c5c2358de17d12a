/* Runs of small odd models, of every method, estimator, likelihood and optimiser: sizes that leave tails,
 * batches that do not divide the data. */
#ifndef ODD_RUNS_H
#define ODD_RUNS_H

#include "../vae/model/run.h"

enum { ODD_RUNS = 26 };

/* i < ODD_RUNS; on 101 images of 7 x 5 pixels. */
struct vae_run odd_run(int i);

#endif
