#include "fixed_draw.h"
#include "../base/min.h"

/* Pixels per call. A multiple of 64, the unit that Philox counters address (contracts.h). */
enum { PART = 1024 };

static void draw_bytes(size_t n, uint8_t *pixels, const struct sv_kernels *k, struct sv_rng rng)
{
    float p[PART];
    k->u8_to_f32(n, pixels, p);
    k->bernoulli(1, n, rng, p, PART, p, PART);
    for (size_t i = 0; i < n; i++) pixels[i] = p[i] > 0 ? 255 : 0;
}

void vae_images_draw(struct images *i, const struct sv_kernels *k, struct sv_rng rng)
{
    const size_t size = vae_images_size(i);
    const uint32_t first = rng.ctr[0];
    for (size_t image = 0; image < i->count; image++, rng.ctr[1]++)
        for (size_t at = 0; at < size; at += PART) {
            const size_t n = vae_min_size(PART, size - at);
            rng.ctr[0] = first + (uint32_t)(at / 4);
            if (i->values) {
                float *p = i->values + image * size + at;
                k->bernoulli(1, n, rng, p, n, p, n);
            } else {
                draw_bytes(n, i->pixels + image * size + at, k, rng);
            }
        }
}
