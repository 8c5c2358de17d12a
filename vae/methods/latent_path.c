#include "latent_path.h"
#include <math.h>

const char *const vae_path_names[] = {"linear", "spherical", NULL};

void vae_path_weights(enum latent_path path, size_t n, const float *a, const float *b, double u,
                      double w[2])
{
    double aa = 0, bb = 0, ab = 0;
    w[0] = 1 - u;
    w[1] = u;
    if (path == PATH_LINEAR) return;
    for (size_t i = 0; i < n; i++) {
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
        ab += (double)a[i] * (double)b[i];
    }
    const double angle = acos(fmax(-1, fmin(1, ab / sqrt(aa * bb))));
    if (!(sin(angle) > 1e-6)) return; /* NaN too */
    const double length = (1 - u) * sqrt(aa) + u * sqrt(bb);
    w[0] = sin((1 - u) * angle) / sin(angle) * length / sqrt(aa);
    w[1] = sin(u * angle) / sin(angle) * length / sqrt(bb);
}
