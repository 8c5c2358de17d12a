/* log p(x) by Hamiltonian Monte Carlo and a density fitted to its draws (AEVB, appendix D). With z_s
 * drawn from p(z|x), 1 / p(x) is the mean of q(z_s) / p(x, z_s) for any density q; q is fitted to
 * half of the draws, the mean taken over the other half. It needs no encoder. A kernel density in
 * many dimensions is a poor q: above MARGINAL_MOST_LATENT the estimate is not to be trusted.
 *
 * A posterior may have several modes, and a chain hardly leaves the one it starts in; the bound of a
 * wrong one is tens of nats too low. So a chain starts where p(z|x) is likely to be: at one of many
 * draws from the prior, picked with odds of p(x|z) (sampling importance resampling, Rubin 1988). From the
 * encoder, a chain starts at one draw from q(z|x): cheaper, and as good as the encoder is on that image. */
#ifndef VAE_MARGINAL_H
#define VAE_MARGINAL_H

#include "density.h"
#include "evaluate.h"
#include "hmc.h"
#include "sweep.h"

enum { MARGINAL_MOST_LATENT = 5, MARGINAL_ROWS = VAE_RANGE };

enum vae_chains_from { CHAINS_PRIOR, CHAINS_ENCODER };
extern const char *const vae_chains_from_names[]; /* in enum order, NULL at the end */
/* Defaults: 50 draws, of which the first 25 are fitted, 4 leapfrog steps to a draw; 60 moves before
 * the first draw; a start among 1000 draws from the prior. */
struct vae_marginal_settings {
    size_t draws, leapfrogs, burn_in, starts; /* starts: of the prior */
    enum vae_chains_from from;
};
enum {
    MARGINAL_STARTS = 1000,
    MARGINAL_MOST_STARTS = 100000,
    MARGINAL_DRAWS = 50,
    MARGINAL_LEAPFROGS = 4,
    MARGINAL_BURN_IN = 60,
    MARGINAL_LEAST_DRAWS = 4,
    MARGINAL_MOST_DRAWS = 10000,
    MARGINAL_MOST_LEAPFROGS = 1000,
    MARGINAL_MOST_BURN_IN = 100000
};

/* Whether the fitted density is too poor in that many dimensions. */
static inline bool vae_marginal_unreliable(size_t latent) { return latent > MARGINAL_MOST_LATENT; }

struct vae_marginal_point {
    double log_p;      /* nats; NaN if the chain did not move */
    double acceptance; /* of the moves that gave draws */
    float step;        /* size, in them */
};

struct vae_marginal {
    struct vae_evaluation of;
    struct vae_marginal_settings set;
    struct vae_model model; /* a copy of the weights, with MARGINAL_ROWS rows */
    struct vae_hmc hmc;
    struct vae_sweep at; /* its steps are moves */
    double *most,
        *sum; /* [rows]: of the starts' likelihoods, the log of the largest; the sum over it */
    int *exponent, *exponents; /* [rows]: m of the step size 0.1 * 1.1^m; summed where it settles */
    float *z;                  /* [rows][draws][latent] */
    double *joint;             /* [rows][draws]: log p(x, z) */
    double *density, *room;    /* [rows][draws], [threads][room] */
    size_t room_size;
    struct vae_marginal_point *point; /* [images]; set where all moves are done */
};

/* Uses the weights, kernels and pool of m, which is unchanged. Images are binarised as in
 * vae_evaluate. False if out of memory. */
bool vae_marginal_create(struct vae_marginal *s, const struct vae_model *m,
                         const struct vae_evaluation *of, const struct vae_marginal_settings *set,
                         struct vae_error *e);
void vae_marginal_destroy(struct vae_marginal *s);

/* Runs the next moves for a range of at most MARGINAL_ROWS images. False if all were done. During
 * the burn-in each chain's step size grows by a tenth with a move that is accepted and shrinks by
 * nine such steps with one that is not, so that nine in ten are accepted; then it keeps the mean
 * exponent of the burn-in's second half. */
bool vae_marginal_step(struct vae_marginal *s);

/* Means over the images done whose chains moved; stuck: the number of the others. se: the standard
 * error of log_p over images. NaN with too few images. */
struct vae_marginal_mean {
    double log_p, se, acceptance, step;
    size_t stuck;
};
struct vae_marginal_mean vae_marginal_mean(const struct vae_marginal *s);

#endif
