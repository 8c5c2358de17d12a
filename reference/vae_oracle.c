#include "vae_oracle.h"
#include <math.h>
#include <stdlib.h>

enum { ENC_W, ENC_B, HEAD_W, HEAD_B, DEC_W, DEC_B, OUT_W, OUT_B };

static size_t outputs(const struct vae_oracle *o)
{
    return o->gaussian && !o->fixed ? 2 * o->inputs : o->inputs;
}

size_t oracle_size(const struct vae_oracle *o, int t)
{
    const size_t size[ORACLE_TENSORS] = {
        o->inputs * o->hidden, o->hidden, o->hidden * 2 * o->latent, 2 * o->latent,
        o->latent * o->hidden, o->hidden, o->hidden * outputs(o),    outputs(o)};
    return size[t];
}

static double *zeros(size_t n)
{
    double *p = calloc(n ? n : 1, sizeof *p);
    if (!p) abort();
    return p;
}

void oracle_create(struct vae_oracle *o)
{
    for (int t = 0; t < ORACLE_TENSORS; t++) {
        o->w[t] = zeros(oracle_size(o, t));
        o->grad[t] = zeros(oracle_size(o, t));
    }
}

void oracle_destroy(struct vae_oracle *o)
{
    for (int t = 0; t < ORACLE_TENSORS; t++) {
        free(o->w[t]);
        free(o->grad[t]);
    }
}

/* y[rows][out] = x[rows][in] W + b */
static void dense(size_t rows, size_t in, size_t out, const double *x, const double *w,
                  const double *b, double *y)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < out; j++) {
            double sum = b[j];
            for (size_t i = 0; i < in; i++) sum += x[r * in + i] * w[i * out + j];
            y[r * out + j] = sum;
        }
}

/* dW = x^T dy, db = sum dy, dx = dy W^T */
static void dense_back(size_t rows, size_t in, size_t out, const double *x, const double *w,
                       const double *dy, double *dw, double *db, double *dx)
{
    for (size_t j = 0; j < out; j++) db[j] = 0;
    for (size_t i = 0; i < in * out; i++) dw[i] = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < out; j++) db[j] += dy[r * out + j];
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < in; i++) {
            double sum = 0;
            for (size_t j = 0; j < out; j++) {
                dw[i * out + j] += x[r * in + i] * dy[r * out + j];
                sum += dy[r * out + j] * w[i * out + j];
            }
            dx[r * in + i] = sum;
        }
}

static void tanh_all(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = tanh(x[i]);
}

/* dx = dy tanh'(.), given y = tanh(.); in place */
static void tanh_back(const double *y, double *dy, size_t n)
{
    for (size_t i = 0; i < n; i++) dy[i] *= 1 - y[i] * y[i];
}

static double sigmoid(double l) { return 1 / (1 + exp(-l)); }

/* log p(x|z) of all rows, averaged over the samples, and d_out = -d log p / d out */
static double likelihood(const struct vae_oracle *o, size_t rows, const double *x,
                         const double *out, double *d_out)
{
    const size_t n = o->inputs, ld = outputs(o);
    const double share = 1 / (double)o->samples;
    double ll = 0;
    for (size_t r = 0; r < rows * o->samples; r++)
        for (size_t j = 0; j < n; j++) {
            const double t = x[r / o->samples * n + j];
            if (!o->gaussian) {
                const double l = out[r * ld + j];
                ll += share * (t * l - (l > 0 ? l : 0) - log1p(exp(-fabs(l))));
                d_out[r * ld + j] = share * (sigmoid(l) - t);
                continue;
            }
            const double mean = sigmoid(out[r * ld + j]);
            const double given = o->fixed ? o->min_logvar : out[r * ld + n + j];
            const double v = given < o->min_logvar ? o->min_logvar : given;
            const double d = t - mean, d2 = d * d * exp(-v);
            ll -= share / 2 * (log(2 * acos(-1)) + v + d2);
            d_out[r * ld + j] = -share * d * exp(-v) * mean * (1 - mean);
            if (!o->fixed) d_out[r * ld + n + j] = given < o->min_logvar ? 0 : share / 2 * (1 - d2);
        }
    return ll;
}

/* z = mu + sigma eps for each sample; returns the KL of all rows */
static double sample(const struct vae_oracle *o, size_t rows, const double *head, const double *eps,
                     double *z)
{
    const size_t n = o->latent;
    double kl = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            const double mu = head[i * 2 * n + j], logvar = head[i * 2 * n + n + j];
            kl += (mu * mu + exp(logvar) - 1 - logvar) / 2;
            for (size_t r = i * o->samples; r < (i + 1) * o->samples; r++)
                z[r * n + j] = mu + exp(logvar / 2) * eps[r * n + j];
        }
    return kl;
}

static void sample_back(const struct vae_oracle *o, size_t rows, const double *head,
                        const double *eps, const double *dz, double *d_head)
{
    const size_t n = o->latent;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            const double mu = head[i * 2 * n + j], logvar = head[i * 2 * n + n + j];
            double d_mu = mu, d_logvar = (exp(logvar) - 1) / 2;
            for (size_t r = i * o->samples; r < (i + 1) * o->samples; r++) {
                d_mu += dz[r * n + j];
                d_logvar += dz[r * n + j] * eps[r * n + j] * exp(logvar / 2) / 2;
            }
            d_head[i * 2 * n + j] = d_mu;
            d_head[i * 2 * n + n + j] = d_logvar;
        }
}

struct oracle_bound oracle_gradient(const struct vae_oracle *o, size_t rows, const double *x,
                                    struct sv_rng rng)
{
    const size_t in = o->inputs, h = o->hidden, z = o->latent, out = outputs(o);
    const size_t many = rows * o->samples;
    double *const *w = o->w, *const *g = o->grad;
    double *hidden_e = zeros(rows * h), *head = zeros(rows * 2 * z), *eps = zeros(many * z);
    double *latent = zeros(many * z), *hidden_d = zeros(many * h), *y = zeros(many * out);
    double *d_y = zeros(many * out), *d_hidden_d = zeros(many * h), *d_z = zeros(many * z);
    double *d_head = zeros(rows * 2 * z), *d_hidden_e = zeros(rows * h), *d_x = zeros(rows * in);
    struct oracle_bound bound;

    dense(rows, in, h, x, w[ENC_W], w[ENC_B], hidden_e);
    tanh_all(hidden_e, rows * h);
    dense(rows, h, 2 * z, hidden_e, w[HEAD_W], w[HEAD_B], head);
    ref64_kernels.normal(many, z, rng, eps, z);
    bound.kl = sample(o, rows, head, eps, latent);
    dense(many, z, h, latent, w[DEC_W], w[DEC_B], hidden_d);
    tanh_all(hidden_d, many * h);
    dense(many, h, out, hidden_d, w[OUT_W], w[OUT_B], y);
    bound.recon = likelihood(o, rows, x, y, d_y);

    dense_back(many, h, out, hidden_d, w[OUT_W], d_y, g[OUT_W], g[OUT_B], d_hidden_d);
    tanh_back(hidden_d, d_hidden_d, many * h);
    dense_back(many, z, h, latent, w[DEC_W], d_hidden_d, g[DEC_W], g[DEC_B], d_z);
    sample_back(o, rows, head, eps, d_z, d_head);
    dense_back(rows, h, 2 * z, hidden_e, w[HEAD_W], d_head, g[HEAD_W], g[HEAD_B], d_hidden_e);
    tanh_back(hidden_e, d_hidden_e, rows * h);
    dense_back(rows, in, h, x, w[ENC_W], d_hidden_e, g[ENC_W], g[ENC_B], d_x);

    double *const used[] = {hidden_e, head,       eps, latent, hidden_d,   y,
                            d_y,      d_hidden_d, d_z, d_head, d_hidden_e, d_x};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) free(used[i]);
    return bound;
}
