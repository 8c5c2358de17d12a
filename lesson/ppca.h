/* Probabilistic PCA with one code (Tipping & Bishop 1999): what chapter 8 must reach, in closed form.
 *
 * The model is z ~ N(0, 1), x ~ N(w z, e^v I), of data with mean 0, of which only the covariance counts. */
#ifndef PPCA_H
#define PPCA_H

#include "lesson.h"

enum { PPCA_D = 5 }; /* dimensions of x */

/* The covariance of n rows of data with mean 0, with divisor n. */
void ppca_covariance(size_t n, const float x[][PPCA_D], double s[PPCA_D][PPCA_D]);

/* The mean of log p(x) = log N(x; 0, w w' + e^v I) over the data, in nats. */
double ppca_log_p(const struct sv_kernels *k, const double s[PPCA_D][PPCA_D], const float *w,
                  double v);

/* The largest that it can be, and e^v there. */
double ppca_best(const struct sv_kernels *k, const double s[PPCA_D][PPCA_D], double *noise);

/* The mean over the data of KL(q(z|x) || p(z|x)), of q(z|x) = N(a x, e^b). */
double ppca_gap(const struct sv_kernels *k, const double s[PPCA_D][PPCA_D], const float *w,
                double v, const float *a, double b);

#endif
