#include "model.h"
#include "memory.h"
#include "weights.h"
#include <string.h>

const char *const vae_likelihood_names[] = {"bernoulli", "gaussian", NULL};
const char *const vae_optimizer_names[] = {"sgd", "adagrad", "adam", NULL};

double vae_forward_flops(const struct vae_shape *s)
{
    const double x = (double)vae_inputs(s), h = (double)s->hidden, z = (double)s->latent;
    return 2 * (x * h + h * 2 * z + z * h + h * (double)vae_outputs(s));
}

double vae_step_flops(const struct vae_shape *s)
{
    return 3 * vae_forward_flops(s) - 2 * (double)vae_inputs(s) * (double)s->hidden;
}

/* --- memory --- */

/* Rows that start a cache line apart from each other's set: no row straddles, no two collide. */
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
    m->w_t = take(base, &used, m->transposed_size);
    w->x = take(base, &used, rows * ld->x);
    w->target = m->samples == 1 ? w->x : take(base, &used, r * ld->x);
    w->hidden_e = take(base, &used, rows * ld->hidden);
    w->head = take(base, &used, rows * ld->head);
    w->kl = take(base, &used, rows);
    w->z = take(base, &used, r * ld->z);
    w->eps = take(base, &used, r * ld->z);
    w->hidden_d = take(base, &used, r * ld->hidden);
    w->ll = take(base, &used, r);
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
                        "not enough memory for the model (%zu MB); lower --hidden, --latent, "
                        "--batch or --samples-per-x",
                        bytes >> 20);
    carve(m, m->memory);
    return true;
}

void vae_destroy(struct vae_model *m)
{
    memory_give(m->memory);
    *m = (struct vae_model){0};
}

/* --- layers --- */

struct vae_part vae_part_of(const struct vae_model *m, size_t thread, size_t rows)
{
    const size_t n = pool_threads(m->pool), first = rows * thread / n;
    return (struct vae_part){thread, first, rows * (thread + 1) / n - first};
}

/* y = f(x W + b), `rows` of them */
static struct sv_gemm layer_gemm(const struct vae_model *m, size_t thread, size_t rows, int weight,
                                 enum sv_epilogue f, const float *x, size_t ldx, float *y,
                                 size_t ldy)
{
    const struct vae_tensor *w = &m->tensor[weight], *b = &m->tensor[weight + 1];
    return (struct sv_gemm){.m = rows,
                            .n = w->cols,
                            .k = w->rows,
                            .a = x,
                            .lda = ldx,
                            .b = m->w + w->offset,
                            .b_packed = true,
                            .c = y,
                            .ldc = ldy,
                            .epilogue = f,
                            .bias = m->w + b->offset,
                            .scratch = m->work.scratch + thread * m->work.scratch_size};
}
static void layer(struct vae_model *m, size_t thread, size_t rows, int weight, enum sv_epilogue f,
                  const float *x, size_t ldx, float *y, size_t ldy)
{
    const struct sv_gemm g = layer_gemm(m, thread, rows, weight, f, x, ldx, y, ldy);
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

/* dx = (dy W^T) f'(x), f' chosen by the epilogue; x, the output of the layer before, and dx with ldx */
static void layer_back(struct vae_model *m, size_t thread, size_t rows, int weight, const float *dy,
                       size_t lddy, enum sv_epilogue slope, const float *x, float *dx, size_t ldx)
{
    const struct vae_tensor *w = &m->tensor[weight];
    const struct sv_gemm g = {.m = rows,
                              .n = w->rows,
                              .k = w->cols,
                              .a = dy,
                              .lda = lddy,
                              .b = m->w_t + w->transposed,
                              .b_packed = true,
                              .c = dx,
                              .ldc = ldx,
                              .epilogue = slope,
                              .y = x,
                              .ldy = ldx,
                              .scratch = m->work.scratch + thread * m->work.scratch_size};
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

/* --- the likelihood: log p(x|z) per row, and the gradient of -log p / samples --- */

/* Of rows r0 ... r0 + r - 1. */
static void bernoulli_output(struct vae_model *m, size_t thread, size_t r0, size_t r)
{
    const struct vae_work *w = &m->work;
    struct sv_gemm g =
        layer_gemm(m, thread, r, OUT_W, SV_EPI_BERNOULLI, w->hidden_d + r0 * m->ld.hidden,
                   m->ld.hidden, w->d_out + r0 * m->ld.out, m->ld.out);
    g.y = w->target + r0 * m->ld.x;
    g.ldy = m->ld.x;
    g.scale = 1 / (float)m->samples;
    g.row_sum = w->ll + r0;
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

/* out = [sigmoid(a) | logvar] with [a | logvar] = hidden W + b; d_out likewise. A row at a time: it
 * stays in L1. */
static void gaussian_output(struct vae_model *m, size_t thread, size_t r0, size_t r)
{
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape), ld = m->ld.out;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    layer(m, thread, r, OUT_W, SV_EPI_BIAS, w->hidden_d + r0 * m->ld.hidden, m->ld.hidden,
          w->out + r0 * ld, ld);
    clock_phase(m->clock ? m->clock + thread : NULL, PHASE_OUT);
    for (size_t i = r0; i < r0 + r; i++) {
        float *mean = w->out + i * ld, *d_mean = w->d_out + i * ld;
        row->sigmoid(x, mean, mean);
        row->gaussian_ll_grad(1, x, mean, mean + x, ld, w->target + i * m->ld.x, m->ld.x,
                              1 / (float)m->samples, w->ll + i, d_mean, d_mean + x, ld);
        row->sigmoid_grad(x, mean, d_mean, d_mean);
    }
    clock_phase(m->clock ? m->clock + thread : NULL, PHASE_LIKELIHOOD);
}

/* --- one minibatch --- */

static void repeat_targets(struct vae_model *m, size_t r0, size_t r)
{
    if (m->samples == 1) return;
    for (size_t i = r0; i < r0 + r; i++)
        memcpy(m->work.target + i * m->ld.x, m->work.x + i / m->samples * m->ld.x,
               vae_inputs(&m->shape) * sizeof(float));
}

void vae_forward(struct vae_model *m, struct vae_part p, struct sv_rng rng)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    struct vae_clock *clock = m->clock ? m->clock + p.thread : NULL;
    const size_t z = m->shape.latent, r = p.rows * m->samples, r0 = p.first * m->samples;
    float *hidden_e = w->hidden_e + p.first * ld->hidden, *head = w->head + p.first * ld->head;
    if (p.rows == 0) return;
    layer(m, p.thread, p.rows, ENC_W, SV_EPI_TANH, w->x + p.first * ld->x, ld->x, hidden_e,
          ld->hidden);
    clock_phase(clock, PHASE_ENC);
    layer(m, p.thread, p.rows, HEAD_W, SV_EPI_BIAS, hidden_e, ld->hidden, head, ld->head);
    clock_phase(clock, PHASE_HEAD);
    rng.ctr[1] += (uint32_t)r0;
    sv_for(&m->k, r, z, 0)
        ->reparam(&(struct sv_reparam){.m = p.rows,
                                       .n = z,
                                       .samples = m->samples,
                                       .mu = head,
                                       .logvar = head + z,
                                       .ld = ld->head,
                                       .z = w->z + r0 * ld->z,
                                       .eps = w->eps + r0 * ld->z,
                                       .ldz = ld->z,
                                       .kl = w->kl + p.first,
                                       .rng = rng});
    clock_phase(clock, PHASE_REPARAM);
    layer(m, p.thread, r, DEC_W, SV_EPI_TANH, w->z + r0 * ld->z, ld->z,
          w->hidden_d + r0 * ld->hidden, ld->hidden);
    clock_phase(clock, PHASE_DEC);
    repeat_targets(m, r0, r);
    if (m->shape.likelihood == VAE_GAUSSIAN) {
        gaussian_output(m, p.thread, r0, r);
    } else {
        bernoulli_output(m, p.thread, r0, r);
        clock_phase(clock, PHASE_OUT);
    }
}

void vae_backward(struct vae_model *m, struct vae_part p)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    struct vae_clock *clock = m->clock ? m->clock + p.thread : NULL;
    const size_t z = m->shape.latent, r = p.rows * m->samples, r0 = p.first * m->samples;
    float *d_hidden_d = w->d_hidden_d + r0 * ld->hidden, *d_z = w->d_z + r0 * ld->z;
    float *d_head = w->d_head + p.first * ld->head, *head = w->head + p.first * ld->head;
    if (p.rows == 0) return;
    layer_back(m, p.thread, r, OUT_W, w->d_out + r0 * ld->out, ld->out, SV_EPI_TANH_GRAD,
               w->hidden_d + r0 * ld->hidden, d_hidden_d, ld->hidden);
    clock_phase(clock, PHASE_OUT_DX);
    layer_back(m, p.thread, r, DEC_W, d_hidden_d, ld->hidden, SV_EPI_NONE, NULL, d_z, ld->z);
    clock_phase(clock, PHASE_DEC_DX);
    sv_for(&m->k, r, z, 0)
        ->reparam_grad(&(struct sv_reparam_grad){.m = p.rows,
                                                 .n = z,
                                                 .samples = m->samples,
                                                 .mu = head,
                                                 .logvar = head + z,
                                                 .ld = ld->head,
                                                 .dz = d_z,
                                                 .eps = w->eps + r0 * ld->z,
                                                 .ldz = ld->z,
                                                 .dmu = d_head,
                                                 .dlogvar = d_head + z,
                                                 .ldg = ld->head});
    clock_phase(clock, PHASE_REPARAM_GRAD);
    layer_back(m, p.thread, p.rows, HEAD_W, d_head, ld->head, SV_EPI_TANH_GRAD,
               w->hidden_e + p.first * ld->hidden, w->d_hidden_e + p.first * ld->hidden,
               ld->hidden);
    clock_phase(clock, PHASE_HEAD_DX);
}

void vae_add_bound(const struct vae_model *m, size_t rows, struct vae_bound *bound)
{
    const struct vae_work *w = &m->work;
    for (size_t i = 0; i < rows; i++) bound->kl += (double)w->kl[i];
    for (size_t i = 0; i < rows * m->samples; i++)
        bound->recon += (double)w->ll[i] / (double)m->samples;
    bound->count += rows;
}

/* --- for pictures --- */

void vae_decode(struct vae_model *m, size_t rows, const float *z)
{
    const size_t x = vae_inputs(&m->shape), ld = m->ld.out;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    float *y = m->work.out;
    layer(m, 0, rows, DEC_W, SV_EPI_TANH, z, m->shape.latent, m->work.hidden_d, m->ld.hidden);
    layer(m, 0, rows, OUT_W, SV_EPI_BIAS, m->work.hidden_d, m->ld.hidden, y, ld);
    for (size_t i = 0; i < rows; i++) { /* rows close up */
        memmove(y + i * x, y + i * ld, x * sizeof *y);
        row->sigmoid(x, y + i * x, y + i * x);
    }
}

void vae_encode_mean(struct vae_model *m, size_t rows, float *z)
{
    const size_t latent = m->shape.latent;
    layer(m, 0, rows, ENC_W, SV_EPI_TANH, m->work.x, m->ld.x, m->work.hidden_e, m->ld.hidden);
    layer(m, 0, rows, HEAD_W, SV_EPI_BIAS, m->work.hidden_e, m->ld.hidden, m->work.head,
          m->ld.head);
    for (size_t i = 0; i < rows; i++)
        memcpy(z + i * latent, m->work.head + i * m->ld.head, latent * sizeof *z);
}
