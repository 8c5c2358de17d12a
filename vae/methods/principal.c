#include "principal.h"
#include "../base/memory.h"
#include <math.h>

enum { STEPS = 500 };

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* Takes from b what is along the unit vector a, if there is one, and makes b a unit vector; zero if
 * nothing is left. */
static void straighten(size_t n, const double *a, double *b)
{
    const double along = a ? dot(n, a, b) : 0;
    for (size_t i = 0; a && i < n; i++) b[i] -= along * a[i];
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

/* Turns both vectors within their plane to the eigenvectors of c there, the larger first. */
static void turn(size_t n, const double *c, double *v, double *w, double *room)
{
    apply(n, c, v, room);
    const double vv = dot(n, v, room), vw = dot(n, w, room);
    apply(n, c, w, room);
    const double angle = atan2(2 * vw, vv - dot(n, w, room)) / 2;
    const double cosine = cos(angle), sine = sin(angle);
    for (size_t i = 0; i < n; i++) {
        const double a = v[i], b = w[i];
        v[i] = cosine * a + sine * b;
        w[i] = cosine * b - sine * a;
    }
}

static void point_up(size_t n, double *v)
{
    size_t most = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(v[i]) > fabs(v[most])) most = i;
    const double sign = v[most] < 0 ? -1 : 1;
    for (size_t i = 0; i < n; i++) v[i] *= sign;
}

bool vae_principal_two(size_t count, size_t dims, const double *rows, double *to,
                       struct principal *p)
{
    double *mean = vae_memory_get(dims * (dims + 4) * sizeof *mean);
    if (!mean) return false;
    double *v[2] = {mean + dims, mean + 2 * dims}, *room = v[1] + dims, *c = room + dims;
    double variance = 0;
    covariance(count, dims, rows, mean, c);
    for (size_t i = 0; i < dims; i++) {
        variance += c[i * dims + i];
        v[0][i] = 1 + 1 / (double)(i + 2); /* along no axis, nor along one another */
        v[1][i] = i % 2 ? -1 : 1;
    }
    for (int step = 0; step < STEPS && variance > 0; step++)
        for (int i = 0; i < 2; i++) {
            apply(dims, c, v[i], room);
            for (size_t j = 0; j < dims; j++) v[i][j] = room[j];
            straighten(dims, i ? v[0] : NULL, v[i]);
        }
    turn(dims, c, v[0], v[1], room);
    for (int i = 0; i < 2; i++) {
        point_up(dims, v[i]);
        apply(dims, c, v[i], room);
        p->share[i] = variance > 0 ? fmax(0, dot(dims, v[i], room)) / variance : 0;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 2; k++) {
            to[2 * i + k] = 0;
            for (size_t j = 0; j < dims; j++)
                to[2 * i + k] += (rows[i * dims + j] - mean[j]) * v[k][j];
        }
    vae_memory_give(mean);
    return true;
}
