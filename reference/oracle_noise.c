#include "oracle_noise.h"
#include <math.h>
#include <stdlib.h>

double oracle_variance(enum sv_noise noise)
{
    static const double v[] = {1, 2, 3.28986813369645287294}; /* pi^2 / 3 */
    return v[noise];
}

double oracle_kappa(enum sv_noise noise)
{
    const double half = log(2 * acos(-1)) / 2;
    return noise == SV_NOISE_NORMAL    ? -0.5
           : noise == SV_NOISE_LAPLACE ? half - 1 - log(2)
                                       : half - 2;
}

double oracle_surprise(enum sv_noise noise, double e)
{
    const double size = fabs(e), log_2pi = log(2 * acos(-1));
    if (noise == SV_NOISE_NORMAL) return e * e;
    return 2 * size - log_2pi + (noise == SV_NOISE_LAPLACE ? 2 * log(2) : 4 * log1p(exp(-size)));
}

/* As z of mu = 0, sigma = 1. */
void oracle_draw(enum sv_noise noise, size_t rows, size_t n, struct sv_rng rng, double *eps)
{
    double *room = calloc(2 * rows * n + rows, sizeof *room);
    if (!room) abort();
    ref64_kernels.reparam(&(struct sv64_reparam){.m = rows,
                                                 .n = n,
                                                 .samples = 1,
                                                 .mu = room,
                                                 .logvar = room,
                                                 .ld = n,
                                                 .z = room + rows * n,
                                                 .eps = eps,
                                                 .ldz = n,
                                                 .kl = room + 2 * rows * n,
                                                 .rng = rng,
                                                 .noise = noise});
    free(room);
}
