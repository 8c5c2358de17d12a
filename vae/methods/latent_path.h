/* The way from one z to another. */
#ifndef VAE_LATENT_PATH_H
#define VAE_LATENT_PATH_H

#include <stddef.h>

/* Names in enum order, NULL at the end. */
enum latent_path { PATH_LINEAR, PATH_SPHERICAL };
extern const char *const vae_path_names[];

/* The weights of the ends a and b, of n dimensions, at u from a, 0 <= u <= 1. Spherical: on the arc
 * between their directions (Shoemake 1985), at lengths that go from one's to the other's in even steps;
 * linear where the ends lie on a line through the origin. */
void vae_path_weights(enum latent_path path, size_t n, const float *a, const float *b, double u,
                      double w[2]);

#endif
