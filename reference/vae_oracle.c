#include "vae_oracle.h"
#include "oracle_noise.h"
#include <math.h>
#include <stdlib.h>

static size_t outputs(const struct vae_oracle *o)
{
    return o->inputs * (!o->gaussian || o->fixed ? 1 : o->mixture ? 3 : 2);
}

/* --- layers --- */

struct dense {
    size_t in, out;
    bool hidden;
};

/* Layer i, in the order encoder, head, decoder, output. */
static struct dense layer(const struct vae_oracle *o, size_t i)
{
    const size_t head = o->enc.count, first = head + 1, last = first + o->dec.count;
    if (i <= head) {
        const size_t in = i ? o->enc.of[i - 1] : o->inputs;
        return (struct dense){in, i < head ? o->enc.of[i] : 2 * o->latent, i < head};
    }
    if (i > last) return (struct dense){0, outputs(o) - o->inputs, false};
    const size_t in = i > first ? o->dec.of[i - first - 1] : o->latent;
    const size_t out = o->pixel ? o->inputs : outputs(o);
    return (struct dense){in, i < last ? o->dec.of[i - first] : out, i < last};
}

static size_t layers(const struct vae_oracle *o)
{
    return o->enc.count + o->dec.count + 2 + o->pixel;
}

size_t oracle_tensors(const struct vae_oracle *o) { return 2 * layers(o); }

size_t oracle_size(const struct vae_oracle *o, size_t t)
{
    const struct dense d = layer(o, t / 2);
    return t % 2 ? d.out : d.in * d.out;
}

static double *zeros(size_t n)
{
    double *p = calloc(n ? n : 1, sizeof *p);
    if (!p) abort();
    return p;
}

void oracle_create(struct vae_oracle *o)
{
    for (size_t t = 0; t < oracle_tensors(o); t++) {
        o->w[t] = zeros(oracle_size(o, t));
        o->grad[t] = zeros(oracle_size(o, t));
    }
}

void oracle_destroy(struct vae_oracle *o)
{
    for (size_t t = 0; t < oracle_tensors(o); t++) {
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

static double sigmoid(double l) { return 1 / (1 + exp(-l)); }

static double activated(enum oracle_activation a, double x)
{
    switch (a) {
    case ORACLE_TANH: return tanh(x);
    case ORACLE_RELU: return x > 0 ? x : 0;
    case ORACLE_SOFTPLUS: return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
    default: return sigmoid(x);
    }
}

/* f'(x) in terms of y = f(x) */
static double slope(enum oracle_activation a, double y)
{
    switch (a) {
    case ORACLE_TANH: return 1 - y * y;
    case ORACLE_RELU: return y > 0;
    case ORACLE_SOFTPLUS: return 1 - exp(-y);
    default: return y * (1 - y);
    }
}

/* The log-variance of pixel j, given the output of its row. */
static double logvar_of(const struct vae_oracle *o, const double *out, size_t j)
{
    const double v = o->fixed ? o->min_logvar : out[o->inputs + j];
    return v < o->min_logvar ? o->min_logvar : v;
}

/* log(pi + (1 - pi) e^g), pi = sigmoid(u), and e^g's share of it */
static double mixed(double u, double g, double *share)
{
    const double pi = sigmoid(u), gaussian = sigmoid(-u) * exp(g);
    *share = gaussian / (pi + gaussian);
    return log(pi + gaussian);
}

/* ll[r] = log p(x|z_r), and d_out = -d ll / d out */
static void likelihood(const struct vae_oracle *o, size_t rows, const double *x, const double *out,
                       double *ll, double *d_out)
{
    const size_t n = o->inputs, ld = outputs(o);
    for (size_t r = 0; r < rows * o->samples; r++)
        for (size_t j = 0; j < n; j++) {
            const double t = x[r / o->samples * n + j];
            if (!o->gaussian) {
                const double l = out[r * ld + j];
                ll[r] += t * l - (l > 0 ? l : 0) - log1p(exp(-fabs(l)));
                d_out[r * ld + j] = sigmoid(l) - t;
                continue;
            }
            const double mean = sigmoid(out[r * ld + j]);
            const double v = logvar_of(o, out + r * ld, j);
            const double d = t - mean, d2 = d * d * exp(-v);
            const double g = -(log(2 * acos(-1)) + v + d2) / 2;
            double share = 1; /* of the Gaussian in p(x|z) */
            ll[r] += o->mixture ? mixed(out[r * ld + 2 * n + j], g, &share) : g;
            d_out[r * ld + j] = -share * d * exp(-v) * mean * (1 - mean);
            if (!o->fixed)
                d_out[r * ld + n + j] =
                    out[r * ld + n + j] < o->min_logvar ? 0 : share * (1 - d2) / 2;
            if (o->mixture)
                d_out[r * ld + 2 * n + j] = sigmoid(out[r * ld + 2 * n + j]) - (1 - share);
        }
}

/* z = mu + sigma eps for each draw, and ratio[r] = log N(z; 0, 1) - log q(z|x); returns the KL of all
 * rows. */
static double sample(const struct vae_oracle *o, size_t rows, const double *head, const double *eps,
                     double *z, double *ratio)
{
    const size_t n = o->latent;
    double kl = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            const double mu = head[i * 2 * n + j], logvar = head[i * 2 * n + n + j];
            kl += (mu * mu + oracle_variance(o->posterior) * exp(logvar) - logvar) / 2 +
                  oracle_kappa(o->posterior);
            for (size_t r = i * o->samples; r < (i + 1) * o->samples; r++) {
                const double e = eps[r * n + j], at = mu + exp(logvar / 2) * e;
                z[r * n + j] = at;
                ratio[r] += (oracle_surprise(o->posterior, e) + logvar - at * at) / 2;
            }
        }
    return kl;
}

/* Each draw's share of its data point's importance weights, and the sum of the logs of their means. */
static double importance(const struct vae_oracle *o, size_t rows, const double *ll,
                         const double *ratio, double *share)
{
    const size_t k = o->samples;
    double log_means = 0;
    for (size_t first = 0; first < rows * k; first += k) {
        double most = -INFINITY, sum = 0;
        for (size_t r = first; r < first + k; r++) most = fmax(most, ll[r] + ratio[r]);
        for (size_t r = first; r < first + k; r++) sum += share[r] = exp(ll[r] + ratio[r] - most);
        for (size_t r = first; r < first + k; r++) share[r] /= sum;
        log_means += most + log(sum / (double)k);
    }
    return log_means;
}

/* What each draw counts in the objective: a[r] of its log-likelihood, c[r] of its log-ratio. */
static void weigh(const struct vae_oracle *o, size_t rows, const double *ll, const double *ratio,
                  double *a, double *c, struct oracle_bound *bound)
{
    const size_t draws = rows * o->samples;
    const double share = 1 / (double)o->samples;
    if (o->iwae) bound->log_mean = importance(o, rows, ll, ratio, c);
    for (size_t r = 0; r < draws; r++) {
        if (!o->iwae) c[r] = o->row_weight ? o->row_weight[r] : 0;
        a[r] = o->iwae ? c[r] : share;
        bound->recon += share * ll[r];
        bound->log_ratio += c[r] * ratio[r];
    }
}

static void sample_back(const struct vae_oracle *o, size_t rows, const double *head,
                        const double *eps, const double *dz, const double *c, double *d_head)
{
    const size_t n = o->latent;
    const double beta = o->iwae ? 0 : o->beta;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            const double mu = head[i * 2 * n + j], logvar = head[i * 2 * n + n + j];
            double d_mu = beta * mu;
            double d_logvar = beta * (oracle_variance(o->posterior) * exp(logvar) - 1) / 2;
            for (size_t r = i * o->samples; r < (i + 1) * o->samples; r++) {
                const double e = eps[r * n + j], sd = exp(logvar / 2);
                const double g = dz[r * n + j] + c[r] * (mu + sd * e);
                d_mu += g;
                d_logvar += (g * e * sd - c[r]) / 2;
            }
            d_head[i * 2 * n + j] = d_mu;
            d_head[i * 2 * n + n + j] = d_logvar;
        }
}

/* --- a minibatch --- */

/* Layer i's input and output, and the gradients with respect to x and the pre-activation. */
struct pass {
    size_t rows;
    struct dense d;
    const double *x;
    double *y, *dx, *dy;
};

/* y of layers first ... end - 1, from x. */
static void forward(const struct vae_oracle *o, struct pass *p, size_t first, size_t end,
                    const double *x)
{
    for (size_t i = first; i < end; i++) {
        const struct dense d = p[i].d;
        p[i].x = i == first ? x : p[i - 1].y;
        dense(p[i].rows, d.in, d.out, p[i].x, o->w[2 * i], o->w[2 * i + 1], p[i].y);
        for (size_t j = 0; d.hidden && j < p[i].rows * d.out; j++)
            p[i].y[j] = activated(o->activation, p[i].y[j]);
    }
}

/* dW, db, dX of layers end - 1 ... first, given dY of the last. */
static void backward(const struct vae_oracle *o, struct pass *p, size_t first, size_t end)
{
    for (size_t i = end; i-- > first;) {
        const struct dense d = p[i].d;
        dense_back(p[i].rows, d.in, d.out, p[i].x, o->w[2 * i], p[i].dy, o->grad[2 * i],
                   o->grad[2 * i + 1], p[i].dx);
        for (size_t j = 0; i > first && j < p[i].rows * d.in; j++)
            p[i - 1].dy[j] = p[i].dx[j] * slope(o->activation, p[i].x[j]);
    }
}

/* Room for layers first ... end - 1, of the network's, for that many rows. */
static void take(const struct vae_oracle *o, struct pass *p, size_t first, size_t end, size_t rows)
{
    for (size_t i = first; i < end; i++) {
        const struct dense d = layer(o, i);
        p[i] = (struct pass){.rows = rows, .d = d, .y = zeros(rows * d.out)};
        p[i].dy = zeros(rows * d.out);
        p[i].dx = zeros(rows * d.in);
    }
}

static void give(struct pass *p, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        free(p[i].y);
        free(p[i].dy);
        free(p[i].dx);
    }
}

/* Element i of rows of ld, whose first n columns are another matrix than the rest. */
static double *noise_at(double *mean, double *noise, size_t n, size_t ld, size_t i)
{
    const size_t row = i / ld, c = i % ld;
    return c < n ? mean + row * n + c : noise + row * (ld - n) + c - n;
}

/* A row of the decoder's output layer beside the noise's, or the reverse. */
static void join(const struct vae_oracle *o, size_t rows, const struct pass *out, double *whole)
{
    const size_t n = o->inputs, ld = outputs(o);
    for (size_t i = 0; i < rows * ld; i++)
        whole[i] = *(o->pixel ? noise_at(out[0].y, out[1].y, n, ld, i) : &out->y[i]);
}

static void part(const struct vae_oracle *o, size_t rows, const double *whole, struct pass *out)
{
    const size_t n = o->inputs, ld = outputs(o);
    for (size_t i = 0; i < rows * ld; i++)
        *(o->pixel ? noise_at(out[0].dy, out[1].dy, n, ld, i) : &out->dy[i]) = whole[i];
}

struct oracle_bound oracle_gradient(const struct vae_oracle *o, size_t rows, const double *x,
                                    struct sv_rng rng)
{
    const size_t n = layers(o), head = o->enc.count, z = o->latent, many = rows * o->samples;
    const size_t out = head + 1 + o->dec.count;
    struct pass p[ORACLE_LAYERS];
    struct oracle_bound bound = {0};
    double *whole = zeros(many * outputs(o)), *d_whole = zeros(many * outputs(o));
    double *eps = zeros(many * z), *latent = zeros(many * z), *ll = zeros(many);
    double *ratio = zeros(many), *a = zeros(many), *c = zeros(many);
    take(o, p, 0, head + 1, rows);
    take(o, p, head + 1, n, many);

    forward(o, p, 0, head + 1, x);
    oracle_draw(o->posterior, many, z, rng, eps);
    bound.kl = sample(o, rows, p[head].y, eps, latent, ratio);
    forward(o, p, head + 1, out + 1, latent);
    forward(o, p, out + 1, n, NULL);
    join(o, many, &p[out], whole);
    likelihood(o, rows, x, whole, ll, d_whole);
    weigh(o, rows, ll, ratio, a, c, &bound);
    for (size_t i = 0; i < many * outputs(o); i++) d_whole[i] *= a[i / outputs(o)];

    part(o, many, d_whole, &p[out]);
    backward(o, p, out + 1, n);
    backward(o, p, head + 1, out + 1);
    sample_back(o, rows, p[head].y, eps, p[head + 1].dx, c, p[head].dy);
    backward(o, p, 0, head + 1);

    give(p, 0, n);
    free(whole), free(d_whole);
    free(eps), free(latent), free(ll), free(ratio), free(a), free(c);
    return bound;
}

double oracle_posterior(const struct vae_oracle *o, size_t rows, const double *x, const double *z)
{
    const size_t head = o->enc.count, n = o->latent;
    struct pass p[ORACLE_LAYERS];
    double loss = 0;
    take(o, p, 0, head + 1, rows);
    forward(o, p, 0, head + 1, x);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            const double logvar = p[head].y[i * 2 * n + n + j];
            const double off = z[i * n + j] - p[head].y[i * 2 * n + j];
            loss += (log(2 * acos(-1)) + logvar + off * off * exp(-logvar)) / 2;
            p[head].dy[i * 2 * n + j] = -off * exp(-logvar);
            p[head].dy[i * 2 * n + n + j] = (1 - off * off * exp(-logvar)) / 2;
        }
    backward(o, p, 0, head + 1);
    give(p, 0, head + 1);
    return loss;
}

void oracle_decode(const struct vae_oracle *o, size_t rows, const double *z, double *mean,
                   double *logvar)
{
    const size_t first = o->enc.count + 1, last = first + o->dec.count, n = layers(o);
    const size_t x = o->inputs;
    struct pass p[ORACLE_LAYERS];
    double *whole = zeros(rows * outputs(o));
    take(o, p, first, n, rows);
    forward(o, p, first, last + 1, z);
    forward(o, p, last + 1, n, NULL);
    join(o, rows, &p[last], whole);
    for (size_t i = 0; i < rows * x; i++) {
        const double *out = whole + i / x * outputs(o);
        mean[i] = sigmoid(out[i % x]);
        if (o->gaussian) logvar[i] = logvar_of(o, out, i % x);
    }
    give(p, first, n);
    free(whole);
}
