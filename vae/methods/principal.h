/* The first two principal components of some rows. */
#ifndef VAE_PRINCIPAL_H
#define VAE_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>

struct principal {
    double share[2]; /* of the variance along each; 0 where there is none */
};

/* rows: [count][dims], dims > 1. `to`, [count][2], is their projection from the mean on both
 * components, of which each has a positive largest coordinate. By orthogonal iteration on the
 * covariance, in double: where eigenvalues lie close together the components are some pair of
 * their space, as good for a picture. False if out of memory. */
bool vae_principal_two(size_t count, size_t dims, const double *rows, double *to,
                       struct principal *p);

#endif
