/* Model selection by the bound on the validation images: the model of the best report is kept, and
 * training may stop early once reports no longer improve. All zero: a run without validation. */
#ifndef VAE_VALIDATION_H
#define VAE_VALIDATION_H

#include <stdbool.h>
#include <stdint.h>

#define VALIDATION_MOST_PATIENCE 1000000

struct vae_validation {
    uint64_t images;   /* validation images; 0: none */
    uint64_t patience; /* reports in a row without a gain that stop training; 0: never */
    /* The best report so far: */
    uint64_t points; /* examples seen by then; 0: there is none yet */
    double best;     /* its bound, nats per example */
    uint64_t since;  /* reports since */
};

/* Notes a report after `points` examples and its validation bound. True: it is the best so far,
 * which takes a larger bound than any before and a model that may be kept (`good`). */
bool vae_validation_note(struct vae_validation *v, uint64_t points, double bound, bool good);

/* Forgets the reports so far: other images, or the best model is lost. */
void vae_validation_forget(struct vae_validation *v);

/* Whether the patience is exhausted, so training stops. */
static inline bool vae_validation_ends(const struct vae_validation *v)
{
    return v->patience && v->since >= v->patience;
}

#endif
