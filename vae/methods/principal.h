/* Principal components of some rows. */
#ifndef VAE_PRINCIPAL_H
#define VAE_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>

struct principal {
    double *mean;     /* [dims] */
    double *axes;     /* [wanted][dims]: unit vectors at right angles, by falling variance */
    double *variance; /* [wanted]: along each axis */
    double whole;     /* of all directions together */
};

/* The first `wanted` <= dims of them, into the arrays of *p; rows: [count][dims]. Each axis has a
 * positive largest coordinate. By orthogonal iteration on the covariance, which all of them do not
 * need, and Jacobi's method in the space found, in double: where eigenvalues lie close together
 * the axes are some pair of their space, as good for a picture. False if out of memory. */
bool vae_principal(size_t count, size_t dims, const double *rows, size_t wanted,
                   struct principal *p);

/* The same, with dims > 1, of the first two: `to`, [count][2], is the rows' projection from the
 * mean, and share the part of the variance along each, 0 where there is none. */
bool vae_principal_plane(size_t count, size_t dims, const double *rows, double *to,
                         double share[2]);

#endif
