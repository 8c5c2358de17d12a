/* Chapter 3, the Kullback-Leibler divergence: its value, its two directions, and what each one fits. */
#include "figure.h"
#include "lesson.h"
#include <math.h>

enum { GRID = 2401, STEPS = 400 };
static const double LOW = -8, HIGH = 8, STEP = 16.0 / (GRID - 1);
static float x[GRID], log_p[GRID], p[GRID], log_q[3][GRID], q[3][GRID]; /* target, three fits */
static float joint[GRID][2], share[GRID][2];

/* KL(a || b) = integral of a (log a - log b), by the trapezoid rule. Both vanish at the ends. */
static double divergence(const float *log_a, const float *a, const float *log_b)
{
    double sum = 0;
    for (size_t i = 0; i < GRID; i++) sum += (double)a[i] * ((double)log_a[i] - (double)log_b[i]);
    return sum * STEP;
}

static void fill(const struct sv_kernels *k, int fit, double mu, double logvar)
{
    log_normal(k, GRID, x, mu, logvar, log_q[fit]);
    k->exp(GRID, log_q[fit], q[fit]);
}

/* log of the target 0.65 N(-1.5, 0.25) + 0.35 N(1.5, 0.25) at n points, and its slope. */
static void target(const struct sv_kernels *k, size_t n, const float *at, float *log_density,
                   float *slope)
{
    static const double mean[2] = {-1.5, 1.5}, weight[2] = {0.65, 0.35};
    for (size_t j = 0; j < 2; j++) {
        log_normal(k, n, at, mean[j], value(k->log, 0.25), log_density);
        for (size_t i = 0; i < n; i++)
            joint[i][j] = log_density[i] + (float)value(k->log, weight[j]);
    }
    k->logsumexp_grad(&(struct sv_logsumexp_grad){n, 2, joint[0], 2, log_density, share[0], 2});
    for (size_t i = 0; i < n; i++)
        slope[i] = (share[i][0] * (-1.5f - at[i]) + share[i][1] * (1.5f - at[i])) / 0.25f;
}

/* Lowers KL(q || p) of q = N(mu, e^logvar) by its gradient. With z = mu + sigma eps it is E over eps of
 * -log p(z) - logvar / 2 + constant, so the slope of log p at z is all that is needed. */
static void seek(const struct sv_kernels *k, int fit, double mu, double logvar)
{
    static float eps[GRID], weight[GRID], z[GRID], log_pz[GRID], slope[GRID];
    spread(GRID, LOW, HIGH, eps);
    log_normal(k, GRID, eps, 0, 0, weight);
    k->exp(GRID, weight, weight);
    for (int t = 0; t < STEPS; t++) {
        const double sigma = value(k->exp, logvar / 2);
        double by_mu = 0, by_logvar = -0.5;
        for (size_t i = 0; i < GRID; i++) z[i] = (float)(mu + sigma * (double)eps[i]);
        target(k, GRID, z, log_pz, slope);
        for (size_t i = 0; i < GRID; i++) {
            const double share_of_slope = (double)weight[i] * STEP * (double)slope[i];
            by_mu -= share_of_slope;
            by_logvar -= share_of_slope * sigma * (double)eps[i] / 2;
        }
        mu -= 0.05 * by_mu;
        logvar -= 0.05 * by_logvar;
    }
    fill(k, fit, mu, logvar);
    say(fit == 1 ? "left_mu" : "right_mu", 3, mu);
    say(fit == 1 ? "left_sd" : "right_sd", 3, value(k->exp, logvar / 2));
}

/* The least KL(p || q) is that of the Gaussian with p's own mean and variance. */
static void cover(const struct sv_kernels *k)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < GRID; i++) mean += (double)p[i] * (double)x[i] * STEP;
    for (size_t i = 0; i < GRID; i++) square += (double)p[i] * (double)x[i] * (double)x[i] * STEP;
    fill(k, 0, mean, value(k->log, square - mean * mean));
    say("cover_mu", 3, mean), say("cover_sd", 3, sqrt(square - mean * mean));
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    const double log_4 = value(l.k.log, 4);
    static float slope[GRID];
    spread(GRID, LOW, HIGH, x);
    fill(&l.k, 0, 1, 0), fill(&l.k, 1, 0, 0), fill(&l.k, 2, 0, log_4);
    say("closed", 6, kl_normal(&l.k, 1, 0)); /* in closed form */
    say("quadrature", 6, divergence(log_q[0], q[0], log_q[1]));
    say("wide_from_narrow", 4, kl_normal(&l.k, 0, log_4));
    say("narrow_from_wide", 4, divergence(log_q[1], q[1], log_q[2]));

    target(&l.k, GRID, x, log_p, slope);
    l.k.exp(GRID, log_p, p);
    cover(&l.k), seek(&l.k, 1, -2.5, 0), seek(&l.k, 2, 2.5, 0);
    say("cover_p_q", 3, divergence(log_p, p, log_q[0]));
    say("left_p_q", 3, divergence(log_p, p, log_q[1]));
    say("right_p_q", 3, divergence(log_p, p, log_q[2]));
    say("cover_q_p", 3, divergence(log_q[0], q[0], log_p));
    say("left_q_p", 3, divergence(log_q[1], q[1], log_p));
    say("right_q_p", 3, divergence(log_q[2], q[2], log_p));
    say("left_weight", 3, -value(l.k.log, 0.65));
    say("right_weight", 3, -value(l.k.log, 0.35));
    struct figure f;
    figure_begin(&f, 1, "A density with two peaks; the Gaussians that the two directions fit");
    figure_panel(&f, "One target, two directions of KL, three Gaussians",
                 (struct figure_axis){"x", -5, 5}, (struct figure_axis){"density", 0, 0.9});
    figure_curve(&f, "target p", COLOR_TEXT, 0, GRID, x, p);
    figure_curve(&f, "least KL(p‖q): covers", COLOR_SERIES, 0, GRID, x, q[0]);
    figure_curve(&f, "least KL(q‖p), from the left", COLOR_SERIES + 1, 1, GRID, x, q[1]);
    figure_curve(&f, "from the right", COLOR_SERIES + 3, 1, GRID, x, q[2]);
    figure_end(&f, &l, "divergence.svg");
    return 0;
}
