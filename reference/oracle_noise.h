/* The density of eps in the oracle's posterior, z = mu + sigma eps. */
#ifndef ORACLE_NOISE_H
#define ORACLE_NOISE_H

#include "ref.h"

/* The variance of eps; 1/2 log 2 pi less its entropy; and at e, -2 log f(e) - log 2 pi. */
double oracle_variance(enum sv_noise noise);
double oracle_kappa(enum sv_noise noise);
double oracle_surprise(enum sv_noise noise, double e);

/* eps [rows][n]: those that the reference kernel draws. */
void oracle_draw(enum sv_noise noise, size_t rows, size_t n, struct sv_rng rng, double *eps);

#endif
