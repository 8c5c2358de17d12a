/* Densities fitted to draws of z. */
#ifndef VAE_DENSITY_H
#define VAE_DENSITY_H

#include "../../kernels/choice.h"
#include <stdbool.h>

/* DENSITY_KERNELS: a kernel density estimate, the mean of N(z_i, h^2 C) over the fitted draws z_i, C
 * their covariance. The bandwidth h is n^(-1/(d + 4)) (Scott 1992) times the best of e^((i - 5) / 2),
 * i = 0 ... 9: with every second draw as centres, the density of the others is highest.
 * DENSITY_NORMAL: N(mean, diagonal variance). */
enum vae_density_kind { DENSITY_KERNELS, DENSITY_NORMAL };

/* A covariance from fewer draws than this per dimension says too little. */
enum { DENSITY_LEAST_DRAWS = 4 };
static inline enum vae_density_kind vae_density_kind(size_t draws, size_t latent)
{
    return draws < DENSITY_LEAST_DRAWS * latent ? DENSITY_NORMAL : DENSITY_KERNELS;
}

/* Doubles of room for vae_density. */
size_t vae_density_room(enum vae_density_kind kind, size_t fitted, size_t count, size_t latent);

/* Fits a density to `fitted` draws of z, at least two, and writes the log-density of `count` further
 * ones, which follow them in z [fitted + count][latent]. False, with nothing written, if the draws'
 * covariance is singular, as where a Markov chain has not moved. */
bool vae_density(const struct sv_choice *k, enum vae_density_kind kind, size_t latent,
                 size_t fitted, size_t count, const float *z, double *log_density, double *room);

#endif
