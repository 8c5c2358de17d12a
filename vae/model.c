#include "model.h"
#include "streams.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const vae_likelihood_names[] = {"bernoulli", "gaussian", NULL};
const char *const vae_optimizer_names[] = {"sgd", "adagrad", "adam", NULL};

double vae_step_flops(const struct vae_shape *s)
{
    const double x = (double)vae_inputs(s), h = (double)s->hidden, z = (double)s->latent;
    const double forward = x * h + h * 2 * z + z * h + h * (double)vae_outputs(s);
    return 2 * (3 * forward - x * h);
}

/* --- memory --- */

static void lay_out(struct vae_model *m)
{
    const struct vae_shape *s = &m->shape;
    const size_t x = vae_inputs(s), h = s->hidden, z = s->latent, out = vae_outputs(s);
    const size_t size[VAE_TENSORS][2] = {
        [ENC_W] = {x, h}, [ENC_B] = {1, h}, [HEAD_W] = {h, 2 * z}, [HEAD_B] = {1, 2 * z},
        [DEC_W] = {z, h}, [DEC_B] = {1, h}, [OUT_W] = {h, out},    [OUT_B] = {1, out},
    };
    for (int t = 0; t < VAE_TENSORS; t++) {
        m->tensor[t] = (struct vae_tensor){size[t][0], size[t][1], m->params};
        m->params += (size[t][0] * size[t][1] + 15) / 16 * 16;
    }
}

/* Hands out pieces of the arena; with base NULL it only counts. */
static float *take(float *base, size_t *used, size_t count)
{
    float *p = base ? base + *used : NULL;
    *used += (count + 15) / 16 * 16;
    return p;
}

/* The largest scratch of the step's GEMMs, in floats. */
static size_t scratch_size(const struct vae_model *m)
{
    const size_t r = m->max_rows * m->samples, x = vae_inputs(&m->shape), h = m->shape.hidden;
    const size_t z2 = 2 * m->shape.latent, out = vae_outputs(&m->shape);
    const size_t z = m->shape.latent;
    const size_t gemms[][3] = {{r, h, x},   {r, z2, h}, {r, h, z},  {r, out, h},
                               {r, h, out}, {r, z, h},  {r, h, z2}, {h, out, r},
                               {z, h, r},   {h, z2, r}, {x, h, r}};
    size_t most = 0;
    for (size_t i = 0; i < sizeof gemms / sizeof *gemms; i++) {
        const size_t s = sv_gemm_scratch(gemms[i][0], gemms[i][1], gemms[i][2]);
        if (s > most) most = s;
    }
    return most / sizeof(float);
}

static size_t carve(struct vae_model *m, float *base)
{
    const size_t rows = m->max_rows, r = rows * m->samples, h = m->shape.hidden;
    const size_t x = vae_inputs(&m->shape), z = m->shape.latent, out = vae_outputs(&m->shape);
    struct vae_work *w = &m->work;
    size_t used = 0;
    m->w = take(base, &used, m->params);
    m->grad = take(base, &used, m->params);
    for (size_t i = 0; i < m->stats; i++) m->stat[i] = take(base, &used, m->params);
    w->x = take(base, &used, rows * x);
    w->target = m->samples == 1 ? w->x : take(base, &used, r * x);
    w->hidden_e = take(base, &used, rows * h);
    w->head = take(base, &used, rows * 2 * z);
    w->kl = take(base, &used, rows);
    w->z = take(base, &used, r * z);
    w->eps = take(base, &used, r * z);
    w->hidden_d = take(base, &used, r * h);
    w->ll = take(base, &used, r);
    w->d_out = take(base, &used, r * out);
    w->out = take(base, &used, r * out);
    w->d_hidden_d = take(base, &used, r * h);
    w->d_z = take(base, &used, r * z);
    w->d_head = take(base, &used, rows * 2 * z);
    w->d_hidden_e = take(base, &used, rows * h);
    w->scratch = take(base, &used, scratch_size(m));
    return used;
}

bool vae_create(struct vae_model *m, const struct sv_choice *k, const struct vae_shape *shape,
                enum vae_optimizer optimizer, size_t max_rows, size_t samples, struct vae_error *e)
{
    *m = (struct vae_model){.k = *k,
                            .shape = *shape,
                            .optimizer = optimizer,
                            .max_rows = max_rows,
                            .samples = samples,
                            .stats = (size_t)optimizer};
    lay_out(m);
    const size_t bytes = carve(m, NULL) * sizeof(float);
    m->memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!m->memory)
        return vae_fail(e,
                        "not enough memory for the model (%zu MB); lower --hidden, --latent, "
                        "--batch or --samples-per-x",
                        bytes >> 20);
    memset(m->memory, 0, bytes);
    carve(m, m->memory);
    return true;
}

void vae_destroy(struct vae_model *m)
{
    free(m->memory);
    *m = (struct vae_model){0};
}

void vae_init(struct vae_model *m, uint64_t seed)
{
    memset(m->w, 0, m->params * sizeof *m->w);
    for (size_t i = 0; i < m->stats; i++) memset(m->stat[i], 0, m->params * sizeof *m->w);
    for (int t = 0; t < VAE_TENSORS; t++) {
        const struct vae_tensor *s = &m->tensor[t];
        if (t % 2) continue; /* a bias */
        float *w = m->w + s->offset;
        const struct sv_rng rng = sv_rng_at(seed, STREAM_INIT, (uint32_t)t);
        sv_for(&m->k, s->rows, s->cols, 0)->normal(s->rows, s->cols, rng, w, s->cols);
        for (size_t i = 0; i < s->rows * s->cols; i++) w[i] *= 0.01f;
    }
}

/* --- layers --- */

/* y = f(x W + b) */
static struct sv_gemm layer_gemm(const struct vae_model *m, size_t rows, int weight,
                                 enum sv_epilogue f, const float *x, float *y)
{
    const struct vae_tensor *w = &m->tensor[weight], *b = &m->tensor[weight + 1];
    return (struct sv_gemm){.m = rows,
                            .n = w->cols,
                            .k = w->rows,
                            .a = x,
                            .lda = w->rows,
                            .b = m->w + w->offset,
                            .ldb = w->cols,
                            .c = y,
                            .ldc = w->cols,
                            .epilogue = f,
                            .bias = m->w + b->offset,
                            .scratch = m->work.scratch};
}
static void layer(struct vae_model *m, size_t rows, int weight, enum sv_epilogue f, const float *x,
                  float *y)
{
    const struct sv_gemm g = layer_gemm(m, rows, weight, f, x, y);
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

/* dW = x^T dy, db = column sums of dy; and, where dx is given, dx = (dy W^T) f'(y of the layer
 * before), f' chosen by the epilogue. */
static void layer_back(struct vae_model *m, size_t rows, int weight, const float *x,
                       const float *dy, enum sv_epilogue slope, float *dx)
{
    const struct vae_tensor *w = &m->tensor[weight], *b = &m->tensor[weight + 1];
    struct sv_gemm g = {.m = w->rows,
                        .n = w->cols,
                        .k = rows,
                        .a = x,
                        .lda = w->rows,
                        .b = dy,
                        .ldb = w->cols,
                        .c = m->grad + w->offset,
                        .ldc = w->cols,
                        .scratch = m->work.scratch};
    sv_for_gemm(&m->k, &g)->gemm_tn(&g);
    sv_for(&m->k, rows, w->cols, 0)->colsum(rows, w->cols, dy, w->cols, m->grad + b->offset);
    if (!dx) return;
    g = (struct sv_gemm){.m = rows,
                         .n = w->rows,
                         .k = w->cols,
                         .a = dy,
                         .lda = w->cols,
                         .b = m->w + w->offset,
                         .ldb = w->cols,
                         .c = dx,
                         .ldc = w->rows,
                         .epilogue = slope,
                         .y = x,
                         .ldy = w->rows,
                         .scratch = m->work.scratch};
    sv_for_gemm(&m->k, &g)->gemm_nt(&g);
}

/* --- the likelihood: log p(x|z) per row, and the gradient of -log p / samples --- */

static void bernoulli_output(struct vae_model *m, size_t r)
{
    const struct vae_work *w = &m->work;
    struct sv_gemm g = layer_gemm(m, r, OUT_W, SV_EPI_BERNOULLI, w->hidden_d, w->d_out);
    g.y = w->target;
    g.ldy = vae_inputs(&m->shape);
    g.scale = 1 / (float)m->samples;
    g.row_sum = w->ll;
    sv_for_gemm(&m->k, &g)->gemm_nn(&g);
}

/* out = [sigmoid(a) | logvar] with [a | logvar] = hidden W + b; d_out likewise */
static void gaussian_output(struct vae_model *m, size_t r)
{
    const size_t x = vae_inputs(&m->shape);
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    float *mean = m->work.out, *d_mean = m->work.d_out;
    layer(m, r, OUT_W, SV_EPI_BIAS, m->work.hidden_d, m->work.out);
    for (size_t i = 0; i < r; i++) row->sigmoid(x, mean + i * 2 * x, mean + i * 2 * x);
    sv_for(&m->k, r, x, 0)
        ->gaussian_ll_grad(r, x, mean, mean + x, 2 * x, m->work.target, x, 1 / (float)m->samples,
                           m->work.ll, d_mean, d_mean + x, 2 * x);
    for (size_t i = 0; i < r; i++) {
        float *d = d_mean + i * 2 * x;
        row->sigmoid_grad(x, mean + i * 2 * x, d, d);
    }
}

/* --- one minibatch --- */

static void repeat_targets(struct vae_model *m, size_t rows)
{
    const size_t x = vae_inputs(&m->shape);
    if (m->samples == 1) return;
    for (size_t r = 0; r < rows * m->samples; r++)
        memcpy(m->work.target + r * x, m->work.x + r / m->samples * x, x * sizeof(float));
}

void vae_forward(struct vae_model *m, size_t rows, struct sv_rng rng, struct vae_bound *bound)
{
    struct vae_work *w = &m->work;
    const size_t z = m->shape.latent, r = rows * m->samples;
    layer(m, rows, ENC_W, SV_EPI_TANH, w->x, w->hidden_e);
    layer(m, rows, HEAD_W, SV_EPI_BIAS, w->hidden_e, w->head);
    sv_for(&m->k, r, z, 0)
        ->reparam(&(struct sv_reparam){.m = rows,
                                       .n = z,
                                       .samples = m->samples,
                                       .mu = w->head,
                                       .logvar = w->head + z,
                                       .ld = 2 * z,
                                       .z = w->z,
                                       .eps = w->eps,
                                       .ldz = z,
                                       .kl = w->kl,
                                       .rng = rng});
    layer(m, r, DEC_W, SV_EPI_TANH, w->z, w->hidden_d);
    repeat_targets(m, rows);
    if (m->shape.likelihood == VAE_BERNOULLI)
        bernoulli_output(m, r);
    else
        gaussian_output(m, r);
    for (size_t i = 0; i < rows; i++) bound->kl += (double)w->kl[i];
    for (size_t i = 0; i < r; i++) bound->recon += (double)w->ll[i] / (double)m->samples;
    bound->count += rows;
}

void vae_backward(struct vae_model *m, size_t rows)
{
    struct vae_work *w = &m->work;
    const size_t z = m->shape.latent, r = rows * m->samples;
    layer_back(m, r, OUT_W, w->hidden_d, w->d_out, SV_EPI_TANH_GRAD, w->d_hidden_d);
    layer_back(m, r, DEC_W, w->z, w->d_hidden_d, SV_EPI_NONE, w->d_z);
    sv_for(&m->k, r, z, 0)
        ->reparam_grad(&(struct sv_reparam_grad){.m = rows,
                                                 .n = z,
                                                 .samples = m->samples,
                                                 .mu = w->head,
                                                 .logvar = w->head + z,
                                                 .ld = 2 * z,
                                                 .dz = w->d_z,
                                                 .eps = w->eps,
                                                 .ldz = z,
                                                 .dmu = w->d_head,
                                                 .dlogvar = w->d_head + z,
                                                 .ldg = 2 * z});
    layer_back(m, rows, HEAD_W, w->hidden_e, w->d_head, SV_EPI_TANH_GRAD, w->d_hidden_e);
    layer_back(m, rows, ENC_W, w->x, w->d_hidden_e, SV_EPI_NONE, NULL);
}

/* b^t by squaring: pow may round differently from one libm to the next. */
static double power(double b, uint64_t t)
{
    double p = 1;
    for (; t; t >>= 1, b *= b)
        if (t & 1) p *= b;
    return p;
}

void vae_update(struct vae_model *m, const struct vae_step *step)
{
    const struct sv_kernels *k = sv_for(&m->k, 1, m->params, 0);
    switch (m->optimizer) {
    case VAE_SGD: k->sgd(m->params, m->w, m->grad, step->lr, step->decay); break;
    case VAE_ADAGRAD:
        k->adagrad(m->params, m->w, m->grad, m->stat[0], step->lr, 1e-10f, step->decay);
        break;
    case VAE_ADAM: {
        const double root = sqrt(1 - power(0.999, step->count));
        const double alpha = (double)step->lr * root / (1 - power(0.9, step->count));
        const struct sv_optim p = {(float)alpha, (float)(1e-8 * root), step->decay, 0.9f, 0.999f};
        k->adam(m->params, m->w, m->grad, m->stat[0], m->stat[1], &p);
    }
    }
}

void vae_decode(struct vae_model *m, size_t rows, const float *z)
{
    const size_t x = vae_inputs(&m->shape), out = vae_outputs(&m->shape);
    const struct sv_kernels *row = sv_for(&m->k, 1, x, 0);
    float *y = m->work.out;
    layer(m, rows, DEC_W, SV_EPI_TANH, z, m->work.hidden_d);
    layer(m, rows, OUT_W, SV_EPI_BIAS, m->work.hidden_d, y);
    for (size_t i = 0; i < rows; i++) {
        memmove(y + i * x, y + i * out, x * sizeof *y); /* closes the gap of a Gaussian's logvar */
        row->sigmoid(x, y + i * x, y + i * x);
    }
}

void vae_encode_mean(struct vae_model *m, size_t rows, float *z)
{
    const size_t latent = m->shape.latent;
    layer(m, rows, ENC_W, SV_EPI_TANH, m->work.x, m->work.hidden_e);
    layer(m, rows, HEAD_W, SV_EPI_BIAS, m->work.hidden_e, m->work.head);
    for (size_t i = 0; i < rows; i++)
        memcpy(z + i * latent, m->work.head + i * 2 * latent, latent * sizeof *z);
}
