/* What a data set holds, for a look before training. */
#ifndef VAE_FACTS_H
#define VAE_FACTS_H

#include "dataset.h"

struct image_facts {
    double least, most, mean; /* of the pixels, from 0 to 1 */
    double between;           /* the share of pixels that are neither 0 nor 1 */
    size_t constant;          /* numbers of an image that are the same in all */
    size_t labels, classes;   /* images with labels, and how many labels differ */
};

/* Of all training and test images. False if out of memory. */
bool vae_dataset_facts(const struct dataset *d, struct image_facts *out);

#endif
