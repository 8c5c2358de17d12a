/* The parameters between steps: initial values, and clearing those too small to matter. */
#include "../base/streams.h"
#include "../base/tiny.h"
#include "layer.h"
#include <string.h>

/* A weight's step in STREAM_INIT: by role and depth, so that one more layer leaves the others'
 * initial values unchanged. */
static uint64_t init_step(const struct vae_layer *l)
{
    static const uint64_t of[] = {[ROLE_ENC] = 0, [ROLE_HEAD] = 2, [ROLE_DEC] = 4, [ROLE_OUT] = 6};
    return of[l->role] + 8 * l->depth;
}

/* A row is drawn 64 columns at a time, the unit that Philox counters address (contracts.h). */
static void draw(struct vae_model *m, const struct vae_layer *l, uint64_t seed, float sd)
{
    const struct vae_tensor *t = &l->w;
    const struct sv_kernels *k = sv_for(&m->k, 1, 64, 0);
    struct sv_rng rng = sv_rng_at(seed, STREAM_INIT, init_step(l));
    float row[64];
    for (size_t i = 0; i < t->rows; i++, rng.ctr[1]++)
        for (size_t j = 0; j < t->cols; j += 64) {
            const size_t n = vae_min_size(64, t->cols - j);
            rng.ctr[0] = (uint32_t)(j / 4);
            k->normal(1, n, rng, row, 64);
            for (size_t c = 0; c < n; c++) m->w[vae_place(t, i, j + c)] = row[c] * sd;
        }
}

void vae_init(struct vae_model *m, uint64_t seed, float sd)
{
    memset(m->w, 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->stats; i++) memset(m->stat[i], 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->layers; i++) draw(m, &m->layer[i], seed, sd);
}

/* Clears a thread's cache lines of the arena. */
static void clear_lines(void *arg, size_t thread)
{
    struct vae_model *m = arg;
    const struct share s = vae_share_of(m->params / VAE_LINE, thread, vae_pool_threads(m->pool));
    vae_clear_tiny(VAE_LINE * (s.end - s.first), m->w + VAE_LINE * s.first);
}

void vae_clear_tiny_weights(struct vae_model *m) { vae_pool_run(m->pool, clear_lines, m); }
