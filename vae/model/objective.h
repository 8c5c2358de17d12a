/* The objective of training as data. The bounds that are reported as such stay the ELBO. */
#ifndef VAE_OBJECTIVE_H
#define VAE_OBJECTIVE_H

/* B: the KL in closed form (AEVB, equation 7). A: sampled, as log q(z|x) - log p(z) (equation 6).
 * IWAE: log of the mean of L importance weights (Burda et al. 2015, equation 8); with L = 1 it is
 * A. */
enum vae_estimator { VAE_ESTIMATOR_B, VAE_ESTIMATOR_A, VAE_ESTIMATOR_IWAE };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_estimator_names[];

/* What a step descends, summed over the minibatch, with z_r the draws of x_i, r = i L + l:
 *
 *     sum_i beta KL_i - sum_r [draw_weight log p(x_i|z_r) + c_r (log p(z_r) - log q(z_r|x_i))]
 *
 *             beta    draw_weight    c_r
 *     B       beta    1 / L          0
 *     A       0       1 / L          beta / L
 *     IWAE    0       c_r            the draw's share of its example's sum of weights
 *
 * IWAE's shares are known only after the likelihood: vae_likelihood gets a draw_weight of 1, and
 * vae_weigh then multiplies the rows of d_out. */
struct vae_objective {
    enum vae_estimator estimator;
    float beta, draw_weight;
    const float *row_weight; /* c, [rows L]; NULL: all 0 */
};

#endif
