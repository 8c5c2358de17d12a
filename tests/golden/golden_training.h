/* The golden sums of short training runs; see reference/golden/golden.h. */
#ifndef GOLDEN_TRAINING_H
#define GOLDEN_TRAINING_H

#include "../../reference/golden/sha256.h"
#include "../../vae/base/error.h"
#include <stdbool.h>

/* Name of training run number i, NULL past the last. */
const char *golden_run(size_t i);

/* The sum of training run i's checkpoint after 200 steps on one instruction set. */
bool golden_training(size_t i, const char *isa, char hex[SHA256_HEX], struct vae_error *e);

#endif
