/* The images of shuffled minibatches, between processes that each hold a share of the set
 * (data/images_share.h). A step's images travel while the step before is computed. */
#ifndef VAE_EXCHANGE_H
#define VAE_EXCHANGE_H

#include "../base/error.h"
#include "../base/ranks.h"
#include "../data/images_share.h"

/* A minibatch's images on their way. */
struct vae_delivery {
    uint64_t step;    /* whose it is; UINT64_MAX: of none */
    const void **row; /* [batch]: where this process's rows are */
    char *in, *out;   /* images from, and to, others */
    size_t *message;  /* numbers of those on their way */
    size_t messages;
};

struct vae_exchange {
    const struct vae_ranks *ranks; /* NULL: there is no exchange */
    const struct images *images;
    struct vae_delivery of[2];
    size_t *next; /* [ranks]: scratch */
    void *memory;
};

/* images: a share. False if out of memory. */
bool vae_exchange_create(struct vae_exchange *x, const struct vae_ranks *k,
                         const struct images *images, size_t batch, struct vae_error *e);

/* Waits for what is on its way. All ranks have begun the same steps. */
void vae_exchange_destroy(struct vae_exchange *x);

/* Begins with the images that order[0 ... rows - 1] names, unless that step's are on their way. All
 * ranks call it alike. */
void vae_exchange_begin(struct vae_exchange *x, uint64_t step, const uint32_t *order, size_t rows);

/* Waits for the step's images: where those of this process's rows are, by the minibatch's row, until the
 * step after the next begins. */
const void *const *vae_exchange_end(struct vae_exchange *x, uint64_t step);

#endif
