/* A model's memory: one arena of parameters, statistics, activations and scratch. */
#include "../base/memory.h"
#include "relay.h"
#include <math.h>
#include <string.h>

/* Leading dimension: rows start on cache lines, an odd number of lines apart, so that the rows of a
 * microtile do not collide in one cache set. */
static size_t lead(size_t cols) { return ((cols + VAE_LINE - 1) / VAE_LINE | 1) * VAE_LINE; }

/* Takes whole cache lines from the arena; with base NULL it only counts. */
static float *take(float *base, size_t *used, size_t count)
{
    float *p = base ? base + *used : NULL;
    *used += (count + VAE_LINE - 1) / VAE_LINE * VAE_LINE;
    return p;
}

/* The largest scratch of a layer's three products, in floats; its bias's gradient fits too. */
static size_t layer_scratch(const struct vae_model *m, size_t layer)
{
    const struct vae_tensor *w = &m->layer[layer].w;
    const size_t r = m->max_rows * m->samples;
    const size_t gemms[][3] = {
        {r, w->cols, w->rows}, {w->rows, w->cols, r}, {r, layer ? w->rows : 0, w->cols}};
    size_t most = w->cols;
    for (size_t i = 0; i < sizeof gemms / sizeof *gemms; i++) {
        const size_t s = sv_gemm_scratch(gemms[i][0], gemms[i][1], gemms[i][2]) / sizeof(float);
        if (s > most) most = s;
    }
    return (most + VAE_LINE - 1) / VAE_LINE * VAE_LINE;
}

static size_t scratch_size(const struct vae_model *m)
{
    size_t most = 0;
    for (size_t i = 0; i < m->layers; i++) {
        const size_t s = layer_scratch(m, i);
        if (s > most) most = s;
    }
    return most;
}

/* Takes room for Y, or dY, of layers first ... end - 1. */
static void take_hidden(struct vae_model *m, float *base, size_t *used, size_t first, size_t end,
                        size_t rows, bool gradient)
{
    for (size_t i = first; i < end; i++) {
        const size_t ld = lead(m->layer[i].w.cols);
        struct vae_view *v = gradient ? &m->layer[i].dy : &m->layer[i].y;
        *v = (struct vae_view){take(base, used, rows * ld), ld};
    }
}

/* A layer's output is the next one's input. */
static void link_layers(struct vae_model *m)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    struct vae_layer *l = m->layer, *head = l + vae_head_at(&m->shape),
                     *out = l + vae_out_at(&m->shape);
    head->y = (struct vae_view){w->head, ld->head};
    head->dy = (struct vae_view){w->d_head, ld->head};
    out->y = (struct vae_view){w->out, ld->out};
    out->dy = (struct vae_view){w->d_out, ld->out};
    for (size_t i = 1; l + i <= out; i++) {
        l[i].x = l[i - 1].y;
        l[i].dx = l[i - 1].dy;
    }
    if (m->shape.density != DENSITY_HEAD)
        out[1].dy = (struct vae_view){w->d_out + vae_inputs(&m->shape), ld->out};
    l[0].x = (struct vae_view){w->x, ld->x};
    head[1].x = (struct vae_view){w->z, ld->z};
    head[1].dx = (struct vae_view){w->d_z, ld->z};
}

static size_t carve(struct vae_model *m, float *base)
{
    const size_t rows = m->max_rows, r = rows * m->samples;
    const size_t head = vae_head_at(&m->shape), dec = vae_decoder_at(&m->shape);
    const size_t out = vae_out_at(&m->shape);
    const struct vae_ld *ld = &m->ld;
    struct vae_work *w = &m->work;
    size_t used = 0;
    m->w = take(base, &used, m->params);
    for (size_t i = 0; i < m->stats; i++) m->stat[i] = take(base, &used, m->params);
    w->x = take(base, &used, rows * ld->x);
    w->target = m->samples == 1 ? w->x : take(base, &used, r * ld->x);
    take_hidden(m, base, &used, 0, head, rows, false);
    w->head = take(base, &used, rows * ld->head);
    w->kl = take(base, &used, rows);
    w->z = take(base, &used, r * ld->z);
    w->eps = take(base, &used, r * ld->z);
    take_hidden(m, base, &used, dec, out, r, false);
    w->ll = take(base, &used, r * vae_groups(&m->shape));
    w->d_out = take(base, &used, r * ld->out);
    w->out = take(base, &used, r * ld->out);
    take_hidden(m, base, &used, dec, out, r, true);
    w->d_z = take(base, &used, r * ld->z);
    w->d_head = take(base, &used, rows * ld->head);
    w->log_w = take(base, &used, r);
    w->weight = take(base, &used, r);
    w->log_mean = take(base, &used, rows);
    take_hidden(m, base, &used, 0, head, rows, true);
    w->ones = take(base, &used, r);
    w->scratch_size = scratch_size(m);
    w->scratch = take(base, &used, vae_pool_threads(m->pool) * w->scratch_size);
    link_layers(m);
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
                                   .head = lead(2 * shape->latent),
                                   .z = lead(shape->latent),
                                   .out = lead(vae_outputs(shape))}};
    m->layers = vae_layers(shape, m->layer);
    const struct vae_tensor *last = &m->layer[m->layers - 1].b;
    m->params = last->offset + sv_packed_size(1, last->cols);
    const size_t bytes = carve(m, NULL) * sizeof(float);
    m->memory = vae_memory_get(bytes);
    if (!m->memory)
        return vae_fail(e,
                        "not enough memory for the model (%zu MB); take fewer hidden or "
                        "latent units, a smaller minibatch or fewer draws",
                        bytes >> 20);
    carve(m, m->memory);
    for (size_t i = 0; i < max_rows * samples; i++) m->work.ones[i] = 1;
    return true;
}

bool vae_copy(struct vae_model *copy, const struct vae_model *m, size_t max_rows, size_t samples,
              struct vae_error *e)
{
    if (!vae_create(copy, &m->k, &m->shape, VAE_SGD, max_rows, samples, m->pool, e)) return false;
    memcpy(copy->w, m->w, m->params * sizeof *m->w);
    return true;
}

bool vae_add_chains(struct vae_model *m, size_t chains, struct vae_error *e)
{
    m->chain = vae_memory_get(chains * m->shape.latent * sizeof *m->chain);
    m->chains = chains;
    return m->chain || vae_fail(e, "not enough memory for the chains of %zu images", chains);
}

void vae_destroy(struct vae_model *m)
{
    vae_relay_destroy(m);
    vae_memory_give(m->chain);
    vae_memory_give(m->theta.memory);
    vae_memory_give(m->memory);
    *m = (struct vae_model){0};
}
