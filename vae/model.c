#include "model.h"
#include "memory.h"
#include "split.h"
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

static size_t likelihood_groups(const struct vae_model *m)
{
    if (m->shape.likelihood == VAE_GAUSSIAN) return 1;
    return (vae_panels(vae_outputs(&m->shape)) + VAE_GROUP - 1) / VAE_GROUP;
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
    w->ll = take(base, &used, r * likelihood_groups(m));
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

/* --- layers: what one thread does of them --- */

/* The part of a range that is a thread's where work goes by rows. */
static struct vae_range part_of(const struct vae_model *m, size_t thread, struct vae_range range)
{
    const size_t n = pool_threads(m->pool), first = range.rows * thread / n;
    return (struct vae_range){range.first + first, range.rows * (thread + 1) / n - first};
}

/* Rows of z that belong to a range. */
static struct vae_range draws(const struct vae_model *m, struct vae_range range)
{
    return (struct vae_range){range.first * m->samples, range.rows * m->samples};
}

/* split() of these rows of a matrix with that many columns. */
static size_t blocks_of(const struct vae_model *m, size_t thread, struct vae_range range,
                        size_t cols, size_t unit, struct block b[SPLIT_MOST])
{
    const size_t n = split(range.rows, vae_panels(cols), unit, thread, pool_threads(m->pool), b);
    for (size_t i = 0; i < n; i++) b[i].row += range.first;
    return n;
}

static float *scratch(const struct vae_model *m, size_t thread)
{
    return m->work.scratch + thread * m->work.scratch_size;
}

static struct vae_clock *clock_of(const struct vae_model *m, size_t thread)
{
    return m->clock ? m->clock + thread : NULL;
}

/* All threads meet: what they wrote is read next. */
static void meet(struct vae_model *m, size_t thread)
{
    pool_barrier(m->pool, thread);
    clock_phase(clock_of(m, thread), PHASE_WAIT);
}

static size_t min(size_t a, size_t b) { return a < b ? a : b; }

/* A block of Y = f(X W + b). */
static struct sv_gemm layer_gemm(const struct vae_model *m, size_t thread, struct block b,
                                 int weight, enum sv_epilogue f, const float *x, size_t ldx,
                                 float *y, size_t ldy)
{
    const struct vae_tensor *w = &m->tensor[weight], *bias = &m->tensor[weight + 1];
    const size_t j = 16 * b.panel;
    return (struct sv_gemm){.m = b.rows,
                            .n = min(16 * b.panels, w->cols - j),
                            .k = w->rows,
                            .a = x + b.row * ldx,
                            .lda = ldx,
                            .b = m->w + vae_place(w, 0, j),
                            .ldb = w->rows,
                            .b_packed = true,
                            .c = y + b.row * ldy + j,
                            .ldc = ldy,
                            .epilogue = f,
                            .bias = m->w + bias->offset + j,
                            .scratch = scratch(m, thread)};
}

/* The whole width of the layer for some rows. */
static void layer_rows(struct vae_model *m, size_t thread, struct vae_range p, int weight,
                       enum sv_epilogue f, const float *x, size_t ldx, float *y, size_t ldy)
{
    if (p.rows == 0) return;
    const struct block b = {p.first, p.rows, 0, vae_panels(m->tensor[weight].cols)};
    const struct sv_gemm g = layer_gemm(m, thread, b, weight, f, x, ldx, y, ldy);
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

/* The thread's columns of the layer. */
static void layer(struct vae_model *m, size_t thread, struct vae_range range, int weight,
                  enum sv_epilogue f, const float *x, size_t ldx, float *y, size_t ldy)
{
    struct block b[SPLIT_MOST];
    const size_t n = blocks_of(m, thread, range, m->tensor[weight].cols, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++) {
        const struct sv_gemm g = layer_gemm(m, thread, b[i], weight, f, x, ldx, y, ldy);
        sv_for_gemm(&m->k, &g)->gemm_nn(&g);
    }
}

/* A block of dX = (dY W^T) f'(X), f' chosen by the epilogue; X is what the layer before gave. */
static void block_back(struct vae_model *m, size_t thread, struct block b, int weight,
                       const float *dy, size_t lddy, enum sv_epilogue slope, const float *x,
                       float *dx, size_t ldx)
{
    const struct vae_tensor *w = &m->tensor[weight];
    const size_t j = 16 * b.panel;
    const struct sv_gemm g = {.m = b.rows,
                              .n = min(16 * b.panels, w->rows - j),
                              .k = w->cols,
                              .a = dy + b.row * lddy,
                              .lda = lddy,
                              .b = m->w + vae_place(w, j, 0),
                              .ldb = w->rows,
                              .b_packed = true,
                              .c = dx + b.row * ldx + j,
                              .ldc = ldx,
                              .epilogue = slope,
                              .y = x ? x + b.row * ldx + j : NULL,
                              .ldy = ldx,
                              .scratch = scratch(m, thread)};
    sv_for_gemm(&m->k, &g)->gemm_nt(&g);
}

/* The thread's columns of dX. */
static void layer_back(struct vae_model *m, size_t thread, struct vae_range range, int weight,
                       const float *dy, size_t lddy, const float *x, float *dx, size_t ldx)
{
    struct block b[SPLIT_MOST];
    const size_t n = blocks_of(m, thread, range, m->tensor[weight].rows, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++)
        block_back(m, thread, b[i], weight, dy, lddy, SV_EPI_TANH_GRAD, x, dx, ldx);
}

/* --- the likelihood: log p(x|z) per row, and the gradient of -log p / samples --- */

/* Panels panel ... panel + panels - 1 of one group, for some rows. */
static void bernoulli_block(struct vae_model *m, size_t thread, struct block b)
{
    const struct vae_work *w = &m->work;
    struct sv_gemm g = layer_gemm(m, thread, b, OUT_W, SV_EPI_BERNOULLI, w->hidden_d, m->ld.hidden,
                                  w->d_out, m->ld.out);
    g.y = w->target + b.row * m->ld.x + 16 * b.panel;
    g.ldy = m->ld.x;
    g.scale = 1 / (float)m->samples;
    g.row_sum = w->ll + b.panel / VAE_GROUP * m->max_rows * m->samples + b.row;
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

static void bernoulli_output(struct vae_model *m, size_t thread, struct vae_range r)
{
    struct block blocks[SPLIT_MOST];
    const size_t n = blocks_of(m, thread, r, vae_outputs(&m->shape), VAE_GROUP, blocks);
    for (size_t i = 0; i < n; i++) {
        struct block b = blocks[i];
        for (const size_t end = b.panel + b.panels; b.panel < end; b.panel += VAE_GROUP) {
            b.panels = min(VAE_GROUP, end - b.panel);
            bernoulli_block(m, thread, b);
        }
    }
    clock_phase(clock_of(m, thread), PHASE_OUT);
}

/* out = [sigmoid(a) | logvar] with [a | logvar] = hidden W + b; d_out likewise. A row at a time: it
 * stays in L1. */
static void gaussian_output(struct vae_model *m, size_t thread, struct vae_range r)
{
    const struct vae_work *w = &m->work;
    const size_t x = vae_inputs(&m->shape), ld = m->ld.out;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    const struct vae_range p = part_of(m, thread, r);
    layer(m, thread, r, OUT_W, SV_EPI_BIAS, w->hidden_d, m->ld.hidden, w->out, ld);
    clock_phase(clock_of(m, thread), PHASE_OUT);
    meet(m, thread);
    for (size_t i = p.first; i < p.first + p.rows; i++) {
        float *mean = w->out + i * ld, *d_mean = w->d_out + i * ld;
        row->sigmoid(x, mean, mean);
        row->gaussian_ll_grad(1, x, mean, mean + x, ld, w->target + i * m->ld.x, m->ld.x,
                              1 / (float)m->samples, w->ll + i, d_mean, d_mean + x, ld);
        row->sigmoid_grad(x, mean, d_mean, d_mean);
    }
    clock_phase(clock_of(m, thread), PHASE_LIKELIHOOD);
}

/* --- one minibatch --- */

/* The thread's rows of z, from the encoder's head. */
static void draw(struct vae_model *m, size_t thread, struct vae_range p, struct sv_rng rng)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    const size_t z = m->shape.latent, x = vae_inputs(&m->shape), samples = m->samples;
    float *head = w->head + p.first * ld->head;
    rng.ctr[1] += (uint32_t)(p.first * samples);
    sv_for(&m->k, p.rows * samples, z, 0)
        ->reparam(&(struct sv_reparam){.m = p.rows,
                                       .n = z,
                                       .samples = samples,
                                       .mu = head,
                                       .logvar = head + z,
                                       .ld = ld->head,
                                       .z = w->z + p.first * samples * ld->z,
                                       .eps = w->eps + p.first * samples * ld->z,
                                       .ldz = ld->z,
                                       .kl = w->kl + p.first,
                                       .rng = rng});
    for (size_t r = p.first * samples; samples > 1 && r < (p.first + p.rows) * samples; r++)
        memcpy(w->target + r * ld->x, w->x + r / samples * ld->x, x * sizeof(float));
    clock_phase(clock_of(m, thread), PHASE_REPARAM);
}

void vae_forward(struct vae_model *m, size_t thread, struct vae_range range, struct sv_rng rng)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    const struct vae_range p = part_of(m, thread, range), r = draws(m, range);
    layer(m, thread, range, ENC_W, SV_EPI_TANH, w->x, ld->x, w->hidden_e, ld->hidden);
    clock_phase(clock_of(m, thread), PHASE_ENC);
    meet(m, thread);
    layer_rows(m, thread, p, HEAD_W, SV_EPI_BIAS, w->hidden_e, ld->hidden, w->head, ld->head);
    clock_phase(clock_of(m, thread), PHASE_HEAD);
    draw(m, thread, p, rng);
    meet(m, thread);
    layer(m, thread, r, DEC_W, SV_EPI_TANH, w->z, ld->z, w->hidden_d, ld->hidden);
    clock_phase(clock_of(m, thread), PHASE_DEC);
    meet(m, thread);
    if (m->shape.likelihood == VAE_GAUSSIAN)
        gaussian_output(m, thread, r);
    else
        bernoulli_output(m, thread, r);
    meet(m, thread);
}

void vae_backward(struct vae_model *m, size_t thread, struct vae_range range)
{
    const struct vae_work *w = &m->work;
    const struct vae_ld *ld = &m->ld;
    const struct vae_range p = part_of(m, thread, range), r = draws(m, range), own = draws(m, p);
    const size_t z = m->shape.latent;
    const struct block mine = {own.first, own.rows, 0, vae_panels(z)};
    const float *head = w->head + p.first * ld->head;
    float *d_head = w->d_head + p.first * ld->head;
    layer_back(m, thread, r, OUT_W, w->d_out, ld->out, w->hidden_d, w->d_hidden_d, ld->hidden);
    clock_phase(clock_of(m, thread), PHASE_OUT_DX);
    meet(m, thread);
    block_back(m, thread, mine, DEC_W, w->d_hidden_d, ld->hidden, SV_EPI_NONE, NULL, w->d_z, ld->z);
    clock_phase(clock_of(m, thread), PHASE_DEC_DX);
    sv_for(&m->k, own.rows, z, 0)
        ->reparam_grad(&(struct sv_reparam_grad){.m = p.rows,
                                                 .n = z,
                                                 .samples = m->samples,
                                                 .mu = head,
                                                 .logvar = head + z,
                                                 .ld = ld->head,
                                                 .dz = w->d_z + mine.row * ld->z,
                                                 .eps = w->eps + mine.row * ld->z,
                                                 .ldz = ld->z,
                                                 .dmu = d_head,
                                                 .dlogvar = d_head + z,
                                                 .ldg = ld->head});
    clock_phase(clock_of(m, thread), PHASE_REPARAM_GRAD);
    meet(m, thread);
    layer_back(m, thread, range, HEAD_W, w->d_head, ld->head, w->hidden_e, w->d_hidden_e,
               ld->hidden);
    clock_phase(clock_of(m, thread), PHASE_HEAD_DX);
    meet(m, thread);
}

void vae_add_bound(const struct vae_model *m, size_t rows, struct vae_bound *bound)
{
    const struct vae_work *w = &m->work;
    for (size_t i = 0; i < rows; i++) bound->kl += (double)w->kl[i];
    for (size_t g = 0; g < likelihood_groups(m); g++)
        for (size_t i = 0; i < rows * m->samples; i++)
            bound->recon += (double)w->ll[g * m->max_rows * m->samples + i] / (double)m->samples;
    bound->count += rows;
}

/* --- for pictures --- */

void vae_decode(struct vae_model *m, size_t rows, const float *z)
{
    const size_t x = vae_inputs(&m->shape), ld = m->ld.out;
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    float *y = m->work.out;
    const struct vae_range all = {0, rows};
    layer_rows(m, 0, all, DEC_W, SV_EPI_TANH, z, m->shape.latent, m->work.hidden_d, m->ld.hidden);
    layer_rows(m, 0, all, OUT_W, SV_EPI_BIAS, m->work.hidden_d, m->ld.hidden, y, ld);
    for (size_t i = 0; i < rows; i++) { /* rows close up */
        memmove(y + i * x, y + i * ld, x * sizeof *y);
        row->sigmoid(x, y + i * x, y + i * x);
    }
}

void vae_encode_mean(struct vae_model *m, size_t rows, float *z)
{
    const size_t latent = m->shape.latent;
    const struct vae_range all = {0, rows};
    layer_rows(m, 0, all, ENC_W, SV_EPI_TANH, m->work.x, m->ld.x, m->work.hidden_e, m->ld.hidden);
    layer_rows(m, 0, all, HEAD_W, SV_EPI_BIAS, m->work.hidden_e, m->ld.hidden, m->work.head,
               m->ld.head);
    for (size_t i = 0; i < rows; i++)
        memcpy(z + i * latent, m->work.head + i * m->ld.head, latent * sizeof *z);
}
