#include "ppca.h"
#include <math.h>

static const double LOG_2_PI = 1.8378770664093453;

void ppca_covariance(size_t n, const float x[][PPCA_D], double s[PPCA_D][PPCA_D])
{
    for (size_t a = 0; a < PPCA_D; a++)
        for (size_t b = 0; b < PPCA_D; b++) {
            s[a][b] = 0;
            for (size_t i = 0; i < n; i++) s[a][b] += (double)x[i][a] * (double)x[i][b];
            s[a][b] /= (double)n;
        }
}

/* The data's variance in the direction u, times |u|^2. */
static double variance(const double s[PPCA_D][PPCA_D], const double *u)
{
    double sum = 0;
    for (size_t a = 0; a < PPCA_D; a++)
        for (size_t b = 0; b < PPCA_D; b++) sum += u[a] * s[a][b] * u[b];
    return sum;
}

static double trace(const double s[PPCA_D][PPCA_D])
{
    double sum = 0;
    for (size_t j = 0; j < PPCA_D; j++) sum += s[j][j];
    return sum;
}

static double square(const double *u)
{
    double sum = 0;
    for (size_t j = 0; j < PPCA_D; j++) sum += u[j] * u[j];
    return sum;
}

static void widen(const float *from, double *to)
{
    for (size_t j = 0; j < PPCA_D; j++) to[j] = (double)from[j];
}

/* The model's variance is |w|^2 + e^v along w, and e^v across. */
double ppca_log_p(const struct sv_kernels *k, const double s[PPCA_D][PPCA_D], const float *w,
                  double v)
{
    double u[PPCA_D];
    widen(w, u);
    const double noise = value(k->exp, v), along = square(u) + noise;
    return -0.5 * (PPCA_D * LOG_2_PI + value(k->log, along) + (PPCA_D - 1) * v +
                   (trace(s) - variance(s, u) / along) / noise);
}

/* The best e^v is the mean of all eigenvalues of the covariance but the largest; the best w is the
 * eigenvector of that one, which power iteration finds, scaled so that |w|^2 + e^v is the eigenvalue. */
double ppca_best(const struct sv_kernels *k, const double s[PPCA_D][PPCA_D], double *noise)
{
    double u[PPCA_D];
    float w[PPCA_D];
    for (size_t j = 0; j < PPCA_D; j++) u[j] = 1;
    for (int t = 0; t < 200; t++) {
        double next[PPCA_D] = {0};
        for (size_t a = 0; a < PPCA_D; a++)
            for (size_t b = 0; b < PPCA_D; b++) next[a] += s[a][b] * u[b];
        const double length = sqrt(square(next));
        for (size_t j = 0; j < PPCA_D; j++) u[j] = next[j] / length;
    }
    const double largest = variance(s, u);
    *noise = (trace(s) - largest) / (PPCA_D - 1);
    for (size_t j = 0; j < PPCA_D; j++) w[j] = (float)(u[j] * sqrt(largest - *noise));
    return ppca_log_p(k, s, w, value(k->log, *noise));
}

/* The posterior of x is N(w'x / (|w|^2 + e^v), e^v / (|w|^2 + e^v)). */
double ppca_gap(const struct sv_kernels *k, const double s[PPCA_D][PPCA_D], const float *w,
                double v, const float *a, double b)
{
    double u[PPCA_D], off[PPCA_D];
    widen(w, u);
    widen(a, off);
    const double noise = value(k->exp, v), along = square(u) + noise, posterior = noise / along;
    for (size_t j = 0; j < PPCA_D; j++) off[j] -= u[j] / along;
    const double ratio = value(k->exp, b) / posterior;
    return 0.5 * (variance(s, off) / posterior + ratio - 1 - value(k->log, ratio));
}
