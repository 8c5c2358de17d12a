/* The objective of training as data. The bounds that are reported stay the ELBO. */
#ifndef VAE_OBJECTIVE_H
#define VAE_OBJECTIVE_H

/* What a step descends, summed over the minibatch, with z_r the draws of x_i, r = i L + l:
 *
 *     sum_i [beta KL_i - 1/L sum_l log p(x_i|z_r)] - sum_r c_r [log p(z_r) - log q(z_r|x_i)]
 *
 * beta = 1 without row weights is -ELBO with the KL in closed form (AEVB, equation 7); beta = 0 with
 * c_r = 1/L samples the KL (equation 6). */
struct vae_objective {
    float beta;
    const float *row_weight; /* c, [rows L]; NULL: all 0 */
};

#endif
