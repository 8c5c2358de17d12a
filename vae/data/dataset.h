/* Training and test images from a source that a user names. */
#ifndef VAE_DATASET_H
#define VAE_DATASET_H

#include "idx.h"

struct dataset {
    struct images train, test;
};

struct dataset_options {
    bool test_only; /* no training images are asked for: train stays empty */
    bool transpose; /* rows become columns, as EMNIST needs it */
};

/* source: `synthetic`; a directory or set of idx_names.h; or one IDX image file, of which every tenth image
 * is held out as test, or which is the test as a whole under test_only. */
bool vae_dataset_open(const char *source, const struct dataset_options *options,
                      struct dataset *out, struct vae_error *e);

void vae_dataset_free(struct dataset *d);

#endif
