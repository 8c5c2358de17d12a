#include "generate.h"
#include "../base/min.h"
#include "../base/streams.h"
#include <stdlib.h>
#include <string.h>

void vae_decode_all(struct vae_model *m, const float *z, size_t count,
                    const struct vae_watch *watch, float *out)
{
    const size_t n = vae_inputs(&m->shape);
    for (size_t i = 0; i < count; i += m->max_rows) {
        const size_t rows = vae_min_size(m->max_rows, count - i);
        vae_decode(m, rows, z + i * m->shape.latent);
        memcpy(out + i * n, m->work.out, rows * n * sizeof *out);
        if (watch) watch->see(watch->arg, m, i, rows);
    }
}

bool vae_samples(struct vae_model *m, size_t count, uint64_t seed, float temperature,
                 const struct vae_watch *watch, float *images)
{
    const size_t latent = m->shape.latent;
    float *z = malloc(count * latent * sizeof *z);
    if (!z) return false;
    sv_for(&m->k, count, latent, 0)
        ->normal(count, latent, sv_rng_at(seed, STREAM_SAMPLE, 0), z, latent);
    for (size_t i = 0; i < count * latent; i++) z[i] *= temperature;
    vae_decode_all(m, z, count, watch, images);
    free(z);
    return true;
}
