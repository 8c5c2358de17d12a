/* What the cases of kernels with noise share: a variant counts noise in steps of `per`. */
#ifndef NOISE_CASE_H
#define NOISE_CASE_H

#include "kcase.h"

/* All shapes of `of` with normal noise, then those of the others, variant + per * noise. */
bool shape_noise(bool (*of)(size_t i, bool quick, struct shape *s), int per, size_t i, bool quick,
                 struct shape *s);

/* "", "laplace", "logistic" */
void noise_text(int noise, char text[VARIANT_TEXT]);

/* v, the variance of eps; mu^2 + v sigma^2 + 2 |kappa| + |logvar| */
double noise_v(enum sv_noise noise);
double noise_kl_addends(double mu, double logvar, enum sv_noise noise);

#endif
