/* Images held out of the training images, the bound on which chooses among the reports of a run: the best one's model
 * is kept, and training may stop once no better one comes. A structure of zeros is a run without them. */
#ifndef VAE_VALIDATION_H
#define VAE_VALIDATION_H

#include <stdbool.h>
#include <stdint.h>

#define VALIDATION_MOST_PATIENCE 1000000

struct vae_validation {
    uint64_t images;   /* how many; 0: none */
    uint64_t patience; /* reports without a gain after which training stops; 0: it does not */
    /* What is known of the reports so far: */
    uint64_t points; /* data points seen at the best one; 0: there was none */
    double best;     /* its bound, nats per data point */
    uint64_t since;  /* reports after it */
};

/* A report after `points` data points, with that bound on the held-out images; true: it is the best so far. It is not
 * unless its model may be kept (`good`), nor where it equals an earlier one. */
bool vae_validation_note(struct vae_validation *v, uint64_t points, double bound, bool good);

/* The reports so far are forgotten: the held-out images are others now. */
void vae_validation_forget(struct vae_validation *v);

/* Training has waited for a gain as long as it was to. */
static inline bool vae_validation_ends(const struct vae_validation *v)
{
    return v->patience && v->since >= v->patience;
}

#endif
