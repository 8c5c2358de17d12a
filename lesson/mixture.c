/* Chapter 2, mixtures: two Gaussians fitted by EM, and the VAE's p(x) as a mixture of infinitely many. */
#include "figure.h"
#include "lesson.h"
#include <math.h>

enum { N = 1000, STEPS = 12, GRID = 481, CODES = 801, BINS = 40 };
static float x[N], log_joint[N][2], log_p[N], share[N][2]; /* EM: data, a component in a column */
static float z[CODES], f[CODES], log_pz[CODES], log_pxz[GRID][CODES], log_px[GRID]; /* the VAE */
static float grid[GRID], part[2][GRID], both[GRID], vae[GRID], thin[GRID];
static float middle[BINS], height[BINS];
static double w[2] = {0.5, 0.5}, mu[2] = {-0.5, 0.5}, var[2] = {1, 1}; /* the components */

/* x: of each pair of draws a and b one, a in four of ten cases. Their sum is another thing. */
static void make_data(const struct sv_kernels *k)
{
    static float a[N], b[N], u[N], sum[N];
    draw_normal(k, 2, 0, -2, 0.6, N, a);
    draw_normal(k, 2, 1, 1.5, 1, N, b);
    k->uniform(1, N, sv_rng_at(2, 2, 0), u, N);
    for (size_t i = 0; i < N; i++) x[i] = u[i] < 0.4f ? a[i] : b[i];
    for (size_t i = 0; i < N; i++) sum[i] = a[i] + b[i];
    say("mixture_variance", 2, sample_variance(N, x));
    say("sum_variance", 2, sample_variance(N, sum));
}

/* E: log p(x_i) is the logsumexp over j of log (w_j N(x_i; mu_j, var_j)), whose derivative is the share of
 * component j, its responsibility for x_i. Returns the mean of log p(x_i). */
static double expectation(const struct sv_kernels *k)
{
    for (size_t j = 0; j < 2; j++) {
        log_normal(k, N, x, mu[j], value(k->log, var[j]), log_p);
        for (size_t i = 0; i < N; i++) log_joint[i][j] = log_p[i] + (float)value(k->log, w[j]);
    }
    k->logsumexp_grad(&(struct sv_logsumexp_grad){N, 2, log_joint[0], 2, log_p, share[0], 2});
    return sample_mean(N, log_p);
}

/* M: each component takes the mean and variance of the data, each x_i counted by its share. */
static void maximisation(void)
{
    for (size_t j = 0; j < 2; j++) {
        double r = 0, rx = 0, rxx = 0;
        for (size_t i = 0; i < N; i++) r += (double)share[i][j];
        for (size_t i = 0; i < N; i++) rx += (double)share[i][j] * (double)x[i];
        mu[j] = rx / r;
        for (size_t i = 0; i < N; i++)
            rxx += (double)share[i][j] * ((double)x[i] - mu[j]) * ((double)x[i] - mu[j]);
        var[j] = rxx / r;
        w[j] = r / N;
    }
}

static void fit(const struct sv_kernels *k)
{
    double before = -INFINITY, rises = -1;
    for (int t = 0; t <= STEPS; t++, maximisation()) {
        const double now = expectation(k);
        rises += now > before;
        before = now;
        if (t == 0) say("em_start", 4, now);
        if (t == 1) say("em_first", 4, now);
        if (t == 3) say("em_third", 4, now);
    }
    say("em_end", 4, before), say("em_steps", 0, STEPS), say("em_rises", 0, rises);
    say("weight", 3, w[0]), say("mu_left", 3, mu[0]), say("sd_left", 3, sqrt(var[0]));
    say("mu_right", 3, mu[1]), say("sd_right", 3, sqrt(var[1]));
    for (size_t j = 0; j < 2; j++) {
        log_normal(k, GRID, grid, mu[j], value(k->log, var[j]), part[j]);
        k->exp(GRID, part[j], part[j]);
        for (size_t i = 0; i < GRID; i++) both[i] += part[j][i] *= (float)w[j];
    }
}

/* p(x) = integral p(z) p(x|z) dz on a grid of z: a mixture of N(x; f(z), 0.3^2), weighted by the prior. */
static void integrate(const struct sv_kernels *k)
{
    const double log_dz = value(k->log, 12.0 / (CODES - 1)), log_variance = value(k->log, 0.09);
    double area = 0;
    spread(CODES, -6, 6, z);
    log_normal(k, CODES, z, 0, 0, log_pz);
    k->tanh(CODES, z, f);
    for (size_t j = 0; j < CODES; j++) f[j] = 2.5f * f[j] + z[j] / 2; /* the decoder */
    for (size_t i = 0; i < GRID; i++) {
        for (size_t j = 0; j < CODES; j++) log_pxz[i][j] = grid[i];
        log_normal_each(k, CODES, log_pxz[i], f, log_variance, log_pxz[i]);
        for (size_t j = 0; j < CODES; j++) log_pxz[i][j] += log_pz[j] + (float)log_dz;
    }
    k->logsumexp(GRID, CODES, log_pxz[0], CODES, log_px);
    k->exp(GRID, log_px, vae);
    for (size_t i = 0; i < GRID; i++) area += (double)vae[i] * 12 / (GRID - 1);
    say("codes", 0, CODES), say("vae_area", 5, area), say("vae_at_0", 4, (double)vae[GRID / 2]);
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    struct figure fig;
    spread(GRID, -6, 6, grid);
    make_data(&l.k), fit(&l.k), integrate(&l.k);
    histogram(N, x, -5, 5, BINS, middle, height);
    figure_begin(&fig, 2, "A mixture of two Gaussians fitted by EM; the density of a small VAE");
    figure_panel(&fig, "Two components, fitted by EM", (struct figure_axis){"x", -5, 5},
                 (struct figure_axis){"density", 0, 0.4});
    figure_bars(&fig, "data", COLOR_GRID, BINS, middle, height);
    figure_curve(&fig, "left", COLOR_SERIES, 1, GRID, grid, part[0]);
    figure_curve(&fig, "right", COLOR_SERIES + 1, 1, GRID, grid, part[1]);
    figure_curve(&fig, "mixture", COLOR_SERIES + 3, 0, GRID, grid, both);
    figure_panel(&fig, "A VAE: one component for each z", (struct figure_axis){"x", -5, 5},
                 (struct figure_axis){"density", 0, 0.4});
    for (size_t c = 200; c <= 600; c += 25) { /* every 25th, as heavy as 25 */
        log_normal(&l.k, GRID, grid, (double)f[c], value(l.k.log, 0.09), thin);
        for (size_t i = 0; i < GRID; i++) thin[i] += log_pz[c] + (float)value(l.k.log, 25 * 0.015);
        l.k.exp(GRID, thin, thin);
        figure_curve(&fig, c == 200 ? "z = −3 … 3" : NULL, COLOR_SERIES, 0, GRID, grid, thin);
    }
    figure_curve(&fig, "p(x)", COLOR_SERIES + 3, 0, GRID, grid, vae);
    figure_end(&fig, &l, "mixture.svg");
    return 0;
}
