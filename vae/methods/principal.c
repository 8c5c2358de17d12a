#include "principal.h"
#include "../base/memory.h"
#include <math.h>

enum { STEPS = 500, SWEEPS = 50 };

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* Takes from b what is along the unit vectors a[count], and makes b a unit vector; zero if nothing
 * is left. */
static void straighten(size_t n, size_t count, const double *a, double *b)
{
    for (size_t k = 0; k < count; k++, a += n) {
        const double along = dot(n, a, b);
        for (size_t i = 0; i < n; i++) b[i] -= along * a[i];
    }
    const double length = sqrt(dot(n, b, b));
    for (size_t i = 0; i < n; i++) b[i] = length > 1e-150 ? b[i] / length : 0;
}

static void covariance(size_t count, size_t dims, const double *rows, double *mean, double *c)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < dims; j++) mean[j] += rows[i * dims + j] / (double)count;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < dims; j++) {
            const double from = (rows[i * dims + j] - mean[j]) / (double)count;
            for (size_t k = 0; k < dims; k++)
                c[j * dims + k] += from * (rows[i * dims + k] - mean[k]);
        }
}

static void apply(size_t n, const double *c, const double *v, double *to)
{
    for (size_t i = 0; i < n; i++) to[i] = dot(n, c + i * n, v);
}

static void point_up(size_t n, double *v)
{
    size_t most = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(v[i]) > fabs(v[most])) most = i;
    const double sign = v[most] < 0 ? -1 : 1;
    for (size_t i = 0; i < n; i++) v[i] *= sign;
}

/* a, b <- a c - b s, a s + b c; elements are `apart`. */
static void rotate(size_t n, size_t apart, double c, double s, double *a, double *b)
{
    for (size_t i = 0; i < n * apart; i += apart) {
        const double was = a[i];
        a[i] = c * was - s * b[i];
        b[i] = s * was + c * b[i];
    }
}

/* Jacobi's method: turns the k vectors v within their space so that t, what they make of the
 * covariance, becomes diagonal. */
static void diagonalise(size_t k, size_t n, double *t, double *v)
{
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        bool turned = false;
        for (size_t p = 0; p < k; p++)
            for (size_t q = p + 1; q < k; q++) {
                const double off = t[p * k + q], a = t[p * k + p], b = t[q * k + q];
                if (!(fabs(off) > 1e-15 * sqrt(fabs(a * b)))) continue;
                const double slope = (b - a) / (2 * off);
                const double tangent = copysign(1, slope) / (fabs(slope) + sqrt(slope * slope + 1));
                const double c = 1 / sqrt(tangent * tangent + 1), s = tangent * c;
                rotate(k, k, c, s, t + p, t + q);
                rotate(k, 1, c, s, t + p * k, t + q * k);
                rotate(n, 1, c, s, v + p * n, v + q * n);
                turned = true;
            }
        if (!turned) return;
    }
}

static void swap(size_t n, double *a, double *b)
{
    for (size_t i = 0; i < n; i++) {
        const double was = a[i];
        a[i] = b[i];
        b[i] = was;
    }
}

/* The space of the first `wanted` axes, of a covariance other than 0. */
static void find_space(size_t dims, const double *c, size_t wanted, double *axes, double *room)
{
    for (int step = 0; step < STEPS; step++)
        for (size_t i = 0; i < wanted; i++) {
            double *v = axes + i * dims;
            apply(dims, c, v, room);
            for (size_t j = 0; j < dims; j++) v[j] = room[j];
            straighten(dims, i, axes, v);
        }
}

/* room: [dims]; t: [wanted][wanted] */
static void find_axes(size_t dims, const double *c, size_t wanted, struct principal *p,
                      double *room, double *t)
{
    const bool all = wanted == dims;
    for (size_t i = 0; i < wanted; i++) /* else along no axis, nor along one another */
        for (size_t j = 0; j < dims; j++)
            p->axes[i * dims + j] = all      ? i == j
                                    : i == 0 ? 1 + 1 / (double)(j + 2)
                                             : (j / i % 2 ? -1 : 1);
    if (!all && p->whole > 0) find_space(dims, c, wanted, p->axes, room);
    for (size_t i = 0; i < wanted; i++) {
        apply(dims, c, p->axes + i * dims, room);
        for (size_t j = 0; j < wanted; j++) t[i * wanted + j] = dot(dims, p->axes + j * dims, room);
    }
    diagonalise(wanted, dims, t, p->axes);
    for (size_t i = 0; i < wanted; i++) p->variance[i] = fmax(0, t[i * wanted + i]);
}

bool vae_principal(size_t count, size_t dims, const double *rows, size_t wanted,
                   struct principal *p)
{
    double *c = vae_memory_get((dims * (dims + 1) + wanted * wanted) * sizeof *c);
    if (!c) return false;
    double *room = c + dims * dims;
    for (size_t i = 0; i < dims; i++) p->mean[i] = 0;
    covariance(count, dims, rows, p->mean, c);
    p->whole = 0;
    for (size_t i = 0; i < dims; i++) p->whole += c[i * dims + i];
    find_axes(dims, c, wanted, p, room, room + dims);
    for (size_t i = 0; i < wanted; i++) {
        size_t most = i;
        for (size_t j = i + 1; j < wanted; j++)
            if (p->variance[j] > p->variance[most]) most = j;
        if (most != i) {
            swap(1, p->variance + i, p->variance + most);
            swap(dims, p->axes + i * dims, p->axes + most * dims);
        }
        point_up(dims, p->axes + i * dims);
    }
    vae_memory_give(c);
    return true;
}

bool vae_principal_plane(size_t count, size_t dims, const double *rows, double *to, double share[2])
{
    double *mean = vae_memory_get(3 * dims * sizeof *mean), variance[2];
    struct principal p = {.mean = mean, .axes = mean + dims, .variance = variance};
    if (!mean) return false;
    const bool ok = vae_principal(count, dims, rows, 2, &p);
    for (int i = 0; ok && i < 2; i++) share[i] = p.whole > 0 ? variance[i] / p.whole : 0;
    for (size_t i = 0; ok && i < count; i++)
        for (size_t k = 0; k < 2; k++) {
            to[2 * i + k] = 0;
            for (size_t j = 0; j < dims; j++)
                to[2 * i + k] += (rows[i * dims + j] - mean[j]) * p.axes[k * dims + j];
        }
    vae_memory_give(mean);
    return ok;
}
