/* Training and test images from wherever --data points. */
#ifndef VAE_DATASET_H
#define VAE_DATASET_H

#include "idx.h"

struct dataset {
    struct images train, test;
};

/* source: `synthetic`; a directory with MNIST's file names, plain or .gz; or one IDX image file,
 * of which every tenth image is held out as test. */
bool dataset_open(const char *source, struct dataset *out, struct vae_error *e);

void dataset_free(struct dataset *d);

#endif
