#include "density.h"
#include <math.h>
#include <string.h>

enum { BANDWIDTHS = 10 };
static const double log_2pi = 1.8378770664093454836;

/* exp and log by our own kernels: those of libm may differ in their last bits. */
static double own_log(const struct sv_choice *k, double x)
{
    const float f = (float)x;
    float y;
    sv_for(k, 1, 1, 0)->log(1, &f, &y);
    return (double)y;
}
static double own_exp(const struct sv_choice *k, double x)
{
    const float f = (float)x;
    float y;
    sv_for(k, 1, 1, 0)->exp(1, &f, &y);
    return (double)y;
}

/* The mean of n draws, and their covariance (n - 1 in the denominator), d x d. */
static void moments(size_t n, size_t d, const float *z, double *mean, double *covariance)
{
    memset(mean, 0, d * sizeof *mean);
    memset(covariance, 0, d * d * sizeof *covariance);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) mean[j] += (double)z[i * d + j] / (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b <= a; b++)
                covariance[a * d + b] += ((double)z[i * d + a] - mean[a]) *
                                         ((double)z[i * d + b] - mean[b]) / (double)(n - 1);
}

/* Replaces the lower triangle of a by L with a = L L^T. False if a is singular: a pivot has lost all
 * but 1e-10 of the diagonal. */
static bool cholesky(size_t d, double *a)
{
    for (size_t j = 0; j < d; j++) {
        const double whole = a[j * d + j];
        for (size_t c = 0; c < j; c++) a[j * d + j] -= a[j * d + c] * a[j * d + c];
        if (!(a[j * d + j] > 1e-10 * whole)) return false;
        a[j * d + j] = sqrt(a[j * d + j]);
        for (size_t i = j + 1; i < d; i++) {
            for (size_t c = 0; c < j; c++) a[i * d + j] -= a[i * d + c] * a[j * d + c];
            a[i * d + j] /= a[j * d + j];
        }
    }
    return true;
}

/* y = L^-1 z */
static void whiten(size_t d, const double *l, const float *z, double *y)
{
    for (size_t i = 0; i < d; i++) {
        y[i] = (double)z[i];
        for (size_t j = 0; j < i; j++) y[i] -= l[i * d + j] * y[j];
        y[i] /= l[i * d + i];
    }
}

/* --- the kernel density, of whitened draws --- */

/* Centres are draws first, first + every ..., below `end`. */
struct centres {
    size_t d, first, end, every;
    const double *y;
};

/* log of the mean of N(y_i, h^2 I) at `at`, without its factor (2 pi)^(-d/2). */
static double log_mean(const struct sv_choice *k, const struct centres *c, double h,
                       const double *at, float *terms)
{
    size_t n = 0;
    float sum;
    for (size_t i = c->first; i < c->end; i += c->every) {
        double square = 0;
        for (size_t j = 0; j < c->d; j++)
            square += (at[j] - c->y[i * c->d + j]) * (at[j] - c->y[i * c->d + j]);
        terms[n++] = (float)(-square / (2 * h * h));
    }
    sv_for(k, 1, n, 0)->logsumexp(1, n, terms, n, &sum);
    return (double)sum - own_log(k, (double)n) - (double)c->d * own_log(k, h);
}

static double bandwidth(const struct sv_choice *k, size_t n, size_t d, int i)
{
    return own_exp(k, (double)(i - 5) / 2 - own_log(k, (double)n) / (double)(d + 4));
}

static int best_bandwidth(const struct sv_choice *k, size_t fitted, size_t d, const double *y,
                          float *terms)
{
    const struct centres even = {d, 0, fitted, 2, y};
    double most = -INFINITY;
    int best = 5;
    for (int i = 0; i < BANDWIDTHS; i++) {
        double score = 0;
        for (size_t s = 1; s < fitted; s += 2)
            score += log_mean(k, &even, bandwidth(k, (fitted + 1) / 2, d, i), y + s * d, terms);
        if (score > most) {
            most = score;
            best = i;
        }
    }
    return best;
}

static bool kernels(const struct sv_choice *k, size_t d, size_t fitted, size_t count,
                    const float *z, double *log_density, double *room)
{
    double *l = room + d, *y = l + d * d, log_det = 0;
    float *terms = (void *)(y + (fitted + count) * d);
    moments(fitted, d, z, room, l);
    if (!cholesky(d, l)) return false;
    for (size_t j = 0; j < d; j++) log_det += own_log(k, l[j * d + j]);
    for (size_t i = 0; i < fitted + count; i++) whiten(d, l, z + i * d, y + i * d);
    const struct centres all = {d, 0, fitted, 1, y};
    const double h = bandwidth(k, fitted, d, best_bandwidth(k, fitted, d, y, terms));
    for (size_t i = 0; i < count; i++)
        log_density[i] =
            log_mean(k, &all, h, y + (fitted + i) * d, terms) - log_det - (double)d / 2 * log_2pi;
    return true;
}

/* --- the normal density --- */

/* room: mean and variance of each dimension. */
static bool normal(const struct sv_choice *k, size_t d, size_t fitted, size_t count, const float *z,
                   double *log_density, double *room)
{
    double constant = (double)d * log_2pi;
    for (size_t j = 0; j < d; j++) {
        double *mean = room + 2 * j, *variance = mean + 1;
        *mean = *variance = 0;
        for (size_t i = 0; i < fitted; i++) *mean += (double)z[i * d + j] / (double)fitted;
        for (size_t i = 0; i < fitted; i++) {
            const double off = (double)z[i * d + j] - *mean;
            *variance += off * off / (double)(fitted - 1);
        }
        if (!(*variance > 0)) return false;
        constant += own_log(k, *variance);
    }
    for (size_t i = 0; i < count; i++) {
        double square = 0;
        for (size_t j = 0; j < d; j++) {
            const double off = (double)z[(fitted + i) * d + j] - room[2 * j];
            square += off * off / room[2 * j + 1];
        }
        log_density[i] = -(square + constant) / 2;
    }
    return true;
}

size_t vae_density_room(enum vae_density_kind kind, size_t fitted, size_t count, size_t latent)
{
    if (kind == DENSITY_NORMAL) return 2 * latent;
    return latent + latent * latent + (fitted + count) * latent + fitted;
}

bool vae_density(const struct sv_choice *k, enum vae_density_kind kind, size_t latent,
                 size_t fitted, size_t count, const float *z, double *log_density, double *room)
{
    return kind == DENSITY_NORMAL ? normal(k, latent, fitted, count, z, log_density, room)
                                  : kernels(k, latent, fitted, count, z, log_density, room);
}
