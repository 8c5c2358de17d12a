/* Chapter 5, inference: one x, its posterior p(z|x), and a Gaussian q(z|x) that climbs its bound to meet it. */
#include "figure.h"
#include "lesson.h"
#include <math.h>

/* The model: z ~ N(0, 1), x ~ N(softplus(3 z), 0.5^2). This x is data: a number that we were given. */
enum { GRID = 1601, STEPS = 100, SHOWN = 4 };
static const double X = 0.6, STEP = 16.0 / (GRID - 1);
static const int shown[SHOWN] = {0, 6, 14, STEPS};
static float eps[GRID], weight[GRID]; /* a grid for eps, and N(eps; 0, 1) there */
static float z[GRID], grid[GRID], log_joint[GRID], slope[GRID], log_q[GRID];
static float posterior[GRID], q[SHOWN][GRID], steps[STEPS + 1], bound[STEPS + 1], log_px[2];

/* log p(x, z) = log p(z) + log p(x|z) at each z, and its slope in z: back through the decoder. */
static void joint(const struct sv_kernels *k, const float *at, float *log_p, float *by_z)
{
    static float data[GRID], mean[GRID], by_mean[GRID], log_pz[GRID];
    for (size_t i = 0; i < GRID; i++) data[i] = (float)X;
    for (size_t i = 0; i < GRID; i++) mean[i] = 3 * at[i];
    k->softplus(GRID, mean, mean);
    log_normal_slope(k, GRID, data, mean, value(k->log, 0.25), log_p, by_mean);
    k->softplus_grad(GRID, mean, by_mean, by_z);
    log_normal(k, GRID, at, 0, 0, log_pz);
    for (size_t i = 0; i < GRID; i++) {
        log_p[i] += log_pz[i];
        by_z[i] = 3 * by_z[i] - at[i];
    }
}

/* The sum of the joint density over all z: the evidence. Leaves the posterior's logarithm in log_joint. */
static double evidence(const struct sv_kernels *k)
{
    float log_sum;
    joint(k, grid, log_joint, slope);
    k->logsumexp(1, GRID, log_joint, GRID, &log_sum);
    const double log_p = (double)log_sum + value(k->log, STEP);
    for (size_t i = 0; i < GRID; i++) log_joint[i] -= (float)log_p;
    k->exp(GRID, log_joint, posterior);
    return log_p;
}

/* E over q of log p(x, z), plus q's entropy; its gradient by z = mu + sigma eps. */
static double elbo(const struct sv_kernels *k, double mu, double logvar, double gradient[2])
{
    static float log_p[GRID];
    const double sigma = value(k->exp, logvar / 2), log_2_pi_e = 2.8378770664093453;
    double mean = 0;
    for (size_t i = 0; i < GRID; i++) z[i] = (float)(mu + sigma * (double)eps[i]);
    joint(k, z, log_p, slope);
    gradient[0] = 0, gradient[1] = 0.5;
    for (size_t i = 0; i < GRID; i++) {
        const double by_z = (double)weight[i] * STEP * (double)slope[i];
        mean += (double)weight[i] * STEP * (double)log_p[i];
        gradient[0] += by_z;
        gradient[1] += by_z * sigma * (double)eps[i] / 2;
    }
    return mean + (logvar + log_2_pi_e) / 2;
}

/* KL(q || p(z|x)), from the posterior itself. */
static double gap(const struct sv_kernels *k, double mu, double logvar, float *density)
{
    double sum = 0;
    log_normal(k, GRID, grid, mu, logvar, log_q);
    k->exp(GRID, log_q, density);
    for (size_t i = 0; i < GRID; i++)
        sum += (double)density[i] * ((double)log_q[i] - (double)log_joint[i]) * STEP;
    return sum;
}

static void draw_figure(const struct lesson *l)
{
    static const char *const names[SHOWN] = {"q at the start", "after 6 steps", "after 14",
                                             "in the end"};
    const float ends[2] = {0, STEPS};
    struct figure f;
    figure_begin(&f, 2, "q(z|x) on its way to the posterior; its bound on the way to log p(x)");
    figure_panel(&f, "q(z|x) approaches p(z|x)", (struct figure_axis){"z", -4, 4},
                 (struct figure_axis){"density", 0, 1.2});
    figure_curve(&f, "posterior p(z|x)", COLOR_TEXT, 0, GRID, grid, posterior);
    for (int i = 0; i < SHOWN; i++)
        figure_curve(&f, names[i], COLOR_SERIES + i, i < 3, GRID, grid, q[i]);
    figure_panel(&f, "The bound rises towards log p(x)", (struct figure_axis){"step", 0, STEPS},
                 (struct figure_axis){"nats", -4.5, 0});
    figure_curve(&f, "log p(x)", COLOR_TEXT, 1, 2, ends, log_px);
    figure_curve(&f, "bound (ELBO)", COLOR_SERIES, 0, STEPS + 1, steps, bound);
    figure_end(&f, l, "inference.svg");
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    double mu = -2, logvar = -2, gradient[2], worst = 0, kl = 0;
    int next = 0;
    spread(GRID, -8, 8, eps), spread(GRID, -8, 8, grid);
    log_normal(&l.k, GRID, eps, 0, 0, weight);
    l.k.exp(GRID, weight, weight);
    const double log_p = evidence(&l.k);
    log_px[0] = log_px[1] = (float)log_p;
    say("x", 1, X), say("log_p", 5, log_p), say("steps", 0, STEPS);
    for (int t = 0; t <= STEPS; t++) {
        const double b = elbo(&l.k, mu, logvar, gradient);
        kl = gap(&l.k, mu, logvar, q[next]);
        worst = fmax(worst, fabs(log_p - b - kl));
        steps[t] = (float)t, bound[t] = (float)b;
        if (t == 0) say("first_bound", 4, b), say("first_gap", 4, kl);
        if (t == shown[next]) next++;
        if (t == STEPS) break;
        mu += 0.05 * gradient[0], logvar += 0.05 * gradient[1];
    }
    say("last_bound", 4, (double)bound[STEPS]), say("last_gap", 4, kl);
    say("last_mu", 3, mu), say("last_sd", 3, value(l.k.exp, logvar / 2));
    say("worst_e6", 1, 1e6 * worst);
    if (worst > 1e-5) lesson_fail("inference", "the gap is not the divergence");
    draw_figure(&l);
    return 0;
}
