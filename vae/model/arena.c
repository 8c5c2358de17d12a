/* A model's memory: one arena of parameters, statistics, activations and scratch. */
#include "../base/memory.h"
#include "weights.h"
#include <math.h>

/* Rows start on cache lines, an odd number of lines apart: those of a tile do not collide in one set. */
static size_t lead(size_t cols) { return ((cols + 15) / 16 | 1) * 16; }

/* Hands out pieces of the arena, whole cache lines; with base NULL it only counts. */
static float *take(float *base, size_t *used, size_t count)
{
    float *p = base ? base + *used : NULL;
    *used += (count + 15) / 16 * 16;
    return p;
}

/* The largest scratch of the step's GEMMs, in floats; a bias's gradient fits too. */
static size_t scratch_size(const struct vae_model *m)
{
    const size_t r = m->max_rows * m->samples, x = vae_inputs(&m->shape), h = m->shape.hidden;
    const size_t z2 = 2 * m->shape.latent, out = vae_outputs(&m->shape), z = m->shape.latent;
    const size_t gemms[][3] = {{r, h, x},   {r, z2, h}, {r, h, z},  {r, out, h},
                               {r, h, out}, {r, z, h},  {r, h, z2}, {h, out, r},
                               {z, h, r},   {h, z2, r}, {x, h, r}};
    size_t most = 0;
    for (size_t i = 0; i < sizeof gemms / sizeof *gemms; i++) {
        const size_t s = sv_gemm_scratch(gemms[i][0], gemms[i][1], gemms[i][2]) / sizeof(float);
        if (s > most) most = s;
        if (gemms[i][1] > most) most = gemms[i][1];
    }
    return (most + 15) / 16 * 16;
}

static size_t carve(struct vae_model *m, float *base)
{
    const size_t rows = m->max_rows, r = rows * m->samples;
    const struct vae_ld *ld = &m->ld;
    struct vae_work *w = &m->work;
    size_t used = 0;
    m->w = take(base, &used, m->params);
    for (size_t i = 0; i < m->stats; i++) m->stat[i] = take(base, &used, m->params);
    w->x = take(base, &used, rows * ld->x);
    w->target = m->samples == 1 ? w->x : take(base, &used, r * ld->x);
    w->hidden_e = take(base, &used, rows * ld->hidden);
    w->head = take(base, &used, rows * ld->head);
    w->kl = take(base, &used, rows);
    w->z = take(base, &used, r * ld->z);
    w->eps = take(base, &used, r * ld->z);
    w->hidden_d = take(base, &used, r * ld->hidden);
    w->ll = take(base, &used, r * vae_groups(&m->shape));
    w->d_out = take(base, &used, r * ld->out);
    w->out = take(base, &used, r * ld->out);
    w->d_hidden_d = take(base, &used, r * ld->hidden);
    w->d_z = take(base, &used, r * ld->z);
    w->d_head = take(base, &used, rows * ld->head);
    w->d_hidden_e = take(base, &used, rows * ld->hidden);
    w->scratch_size = scratch_size(m);
    w->scratch = take(base, &used, pool_threads(m->pool) * w->scratch_size);
    return used;
}

/* 2 log sigma by our own kernel: a libm's may round differently. */
static float min_logvar(const struct sv_choice *k, const struct vae_shape *s)
{
    float log_sigma;
    switch (s->variance) {
    case VARIANCE_LIMITED: return s->variance_at;
    case VARIANCE_FIXED:
        sv_for(k, 1, 1, 0)->log(1, &s->variance_at, &log_sigma);
        return 2 * log_sigma;
    default: return -INFINITY;
    }
}

bool vae_create(struct vae_model *m, const struct sv_choice *k, const struct vae_shape *shape,
                enum vae_optimizer optimizer, size_t max_rows, size_t samples, struct pool *pool,
                struct vae_error *e)
{
    *m = (struct vae_model){.k = *k,
                            .shape = *shape,
                            .optimizer = optimizer,
                            .max_rows = max_rows,
                            .samples = samples,
                            .pool = pool,
                            .stats = (size_t)optimizer,
                            .min_logvar = min_logvar(k, shape),
                            .ld = {.x = lead(vae_inputs(shape)),
                                   .hidden = lead(shape->hidden),
                                   .head = lead(2 * shape->latent),
                                   .z = lead(shape->latent),
                                   .out = lead(vae_outputs(shape))}};
    weights_lay_out(m);
    const size_t bytes = carve(m, NULL) * sizeof(float);
    m->memory = memory_get(bytes);
    if (!m->memory)
        return vae_fail(e,
                        "not enough memory for the model (%zu MB); take fewer hidden or "
                        "latent units, a smaller minibatch or fewer draws",
                        bytes >> 20);
    carve(m, m->memory);
    return true;
}

void vae_destroy(struct vae_model *m)
{
    memory_give(m->memory);
    *m = (struct vae_model){0};
}
