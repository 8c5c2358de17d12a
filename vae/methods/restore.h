/* Missing or noisy pixels from a trained model: AEVB's approximate marginal inference of x
 * (section 2), by the Markov chain of Rezende, Mohamed & Wierstra 2014 (appendix F). For each
 * image, in turn,
 *
 *     z ~ q(z|x),   x ~ p(x | z, what is given of x)
 *
 * What is given: all pixels but the missing ones, as they are; or all of them with noise, of
 * which Bayes' rule gives p(x | z, y) per pixel in closed form. If q is the exact posterior this
 * is Gibbs sampling of p(x, z | given).
 *
 * A chain of missing pixels starts at z from the prior, one of noisy pixels at the pixels given.
 * Noise is addressed by seed, move and image (streams.h), so the bits depend neither on the
 * threads nor on the instruction set nor on how many images there are. */
#ifndef VAE_RESTORE_H
#define VAE_RESTORE_H

#include "../data/mask.h"
#include "evaluate.h"
#include "sweep.h"

enum { RESTORE_MOST_STEPS = 1000000 };

/* MEAN: of E[x | z, given] over the second half of the chain, an estimate of E[x | given], the
 * answer of least expected squared error. DRAW: the last x of the chain, one of the images that
 * could be. */
enum vae_restored { RESTORED_MEAN, RESTORED_DRAW };
extern const char *const vae_restored_names[]; /* in enum order, NULL at the end */

/* noise, where nothing is missing: of a Bernoulli the probability, below 1/2, that a pixel x is
 * given as 1 - x; grey pixels count as probabilities. Of a Gaussian the standard deviation of
 * what was added. Not for a mixture with a uniform density. */
struct vae_restore_how {
    size_t steps;
    enum vae_restored result;
    const struct mask *mask; /* NULL: noise */
    float noise;
    bool corrupt; /* the images are clean: noise is put on them here */
};

struct vae_restore {
    struct vae_evaluation of;
    struct vae_restore_how how;
    struct vae_sweep at;    /* its steps are moves of the chains */
    struct vae_model model; /* a copy of the weights, with room for a range of images */
    float *y, *about;       /* [rows][ld.x]: evidence; y: the pixels given */
    double *sum;            /* [rows][inputs] */
    /* [images][inputs]: the images; what was given of them, missing pixels at 1/2; and restored,
     * where all moves are done. Pixels that were seen keep their bits. */
    float *original, *given, *restored;
};

/* Images are binarised as in vae_evaluate. Copies the weights of m and uses its pool and its
 * choice of kernels. The mask must stay. False if out of memory. */
bool vae_restore_create(struct vae_restore *s, const struct vae_model *m,
                        const struct vae_evaluation *of, const struct vae_restore_how *how,
                        struct vae_error *e);
void vae_restore_destroy(struct vae_restore *s);

/* Runs the next moves of a range of images. False if all were done. */
bool vae_restore_step(struct vae_restore *s);

/* Of pixels that were not seen: how many, and the errors of `images` ([images][inputs]) against
 * the originals. nats: -sum (x log p + (1 - x) log (1 - p)) per image of a Bernoulli's, p the
 * pixel or, if it may have been flipped, the probability of 1 that this leaves; none counts as
 * closer than 2^-24 to 0 or 1. */
struct vae_restore_error {
    size_t pixels;
    double mean_square, nats;
};
struct vae_restore_error vae_restore_error(const struct vae_restore *s, const float *images,
                                           double flip);

#endif
