/* The parameters between steps: initial values, and clearing those too small to matter. */
#include "../base/streams.h"
#include "../base/tiny.h"
#include "layer.h"
#include <math.h>
#include <string.h>

/* A weight's step in STREAM_INIT: by role and depth, so that one more layer leaves the others'
 * initial values unchanged. */
static uint64_t init_step(const struct vae_layer *l)
{
    static const uint64_t of[] = {
        [ROLE_ENC] = 0, [ROLE_HEAD] = 2, [ROLE_DEC] = 4, [ROLE_OUT] = 6, [ROLE_NOISE] = 7};
    return of[l->role] + 8 * l->depth;
}

/* The distribution of initial weights: scale * (draw - centre). */
struct first {
    enum { NORMAL, UNIFORM } draw;
    float centre, scale;
};

/* A row is drawn 64 columns at a time, the unit that Philox counters address (contracts.h). */
static void draw(struct vae_model *m, const struct vae_layer *l, uint64_t seed,
                 const struct first *f)
{
    const struct vae_tensor *t = &l->w;
    const struct sv_kernels *k = sv_for(&m->k, 1, 64, 0);
    sv_draw_fn *draws = f->draw == NORMAL ? k->normal : k->uniform;
    struct sv_rng rng = sv_rng_at(seed, STREAM_INIT, init_step(l));
    float row[64];
    for (size_t i = 0; i < t->rows; i++, rng.ctr[1]++)
        for (size_t j = 0; j < t->cols; j += 64) {
            const size_t n = vae_min_size(64, t->cols - j);
            rng.ctr[0] = (uint32_t)(j / 4);
            draws(1, n, rng, row, 64);
            for (size_t c = 0; c < n; c++)
                m->w[vae_place(t, i, j + c)] = (row[c] - f->centre) * f->scale;
        }
}

static void clear(struct vae_model *m)
{
    memset(m->w, 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->stats; i++) memset(m->stat[i], 0, m->params * sizeof *m->w);
}

void vae_init(struct vae_model *m, uint64_t seed, float sd)
{
    clear(m);
    for (size_t i = 0; i < m->layers; i++)
        draw(m, &m->layer[i], seed, &(struct first){NORMAL, 0, sd});
}

/* u - 1/2 and 2 limit are exact, so their product rounds once. */
void vae_init_glorot(struct vae_model *m, uint64_t seed)
{
    clear(m);
    for (size_t i = 0; i < m->layers; i++) {
        const struct vae_layer *l = &m->layer[i];
        const float limit = (float)sqrt(6 / (double)(l->w.rows + vae_fan_out(&m->shape, l)));
        draw(m, l, seed, &(struct first){UNIFORM, 0.5f, 2 * limit});
    }
}

static void fill(float *arena, const struct vae_tensor *t, float x)
{
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < t->cols; j++) arena[vae_place(t, i, j)] = x;
}

/* Padding stays 0. */
void vae_init_second_moment(struct vae_model *m, float v)
{
    for (size_t i = 0; i < m->layers; i++) {
        fill(m->stat[1], &m->layer[i].w, v);
        fill(m->stat[1], &m->layer[i].b, v);
        if (!m->theta.memory || i < vae_decoder_at(&m->shape)) continue;
        fill(m->theta.logvar_stat[1], &m->layer[i].w, v);
        fill(m->theta.logvar_stat[1], &m->layer[i].b, v);
    }
}

/* Clears a thread's cache lines of the arena. */
static void clear_lines(void *arg, size_t thread)
{
    struct vae_model *m = arg;
    const struct share s = vae_share_of(m->params / VAE_LINE, thread, vae_pool_threads(m->pool));
    vae_clear_tiny(VAE_LINE * (s.end - s.first), m->w + VAE_LINE * s.first);
}

void vae_clear_tiny_weights(struct vae_model *m) { vae_pool_run(m->pool, clear_lines, m); }
