/* A model with a likelihood in closed form: probabilistic PCA (Tipping & Bishop 1999). Without hidden
 * layers and with a fixed variance s^2 the decoder is x = 1/2 + W z + s n: for arguments as small as
 * here the sigmoid of the mean is linear to 1e-5 s. With orthogonal columns of length a_j the encoder
 * can represent the exact posterior:
 *
 *     sigma_j^2 = s^2 / (a_j^2 + s^2),   mu_j = sigma_j^2 w_j^T (x - 1/2) / s^2
 *     log p(x) = log N(x; 1/2, W W^T + s^2 I) */
#ifndef LINEAR_GAUSSIAN_H
#define LINEAR_GAUSSIAN_H

#include "../vae/data/images.h"
#include "../vae/model/model.h"

enum { LINEAR_SIDE = 6, LINEAR_PIXELS = LINEAR_SIDE * LINEAR_SIDE, LINEAR_LATENT = 3 };
extern const double linear_sigma; /* s */

/* W, by pixel and column j. Columns are orthogonal, and each sums to 0. */
double linear_column(size_t pixel, size_t j);

/* The posterior variance of z_j. */
double linear_variance(size_t j);

/* A model with room for that many rows, one draw each; all parameters are 0. */
struct vae_model linear_model(size_t rows);

/* The exact posterior with mu_j shifted by shift * sigma_j and sigma_j multiplied by `wider`. */
void linear_weights(struct vae_model *m, double shift, double wider);

/* Images drawn from the model. */
struct images linear_images(size_t count, uint64_t seed);

double linear_log_p(const float *x);

#endif
