/* Chapter 6, the bound: ELBO + KL(q || posterior) = log p(x), and the tighter bounds of k weighted draws. */
#include "figure.h"
#include "lesson.h"
#include <math.h>

/* The model: z ~ N(0, 1), x ~ N(1.5 z, 0.25). All is known: x ~ N(0, 2.5), and the posterior is N(0.6 x, 0.1). */
enum { GRID = 201, GROUPS = 10000, MOST = 100, SIZES = 7 };
static const double W = 1.5, NOISE = 0.25, VARIANCE = 2.5, POSTERIOR = 0.1, X = 1.2;
static float mu[GRID], bound[GRID], gap[GRID], sum[GRID];
static float z[GROUPS * MOST], log_w[GROUPS * MOST], mean[GROUPS * MOST], part[GROUPS * MOST];
static float log_k[SIZES], l_k[SIZES], log_px[2];

/* KL does not change where both densities are shifted and scaled alike: the posterior becomes N(0, 1). */
static double kl_posterior(const struct sv_kernels *k, double m, double v)
{
    return kl_normal(k, (m - 0.6 * X) / sqrt(POSTERIOR), v - value(k->log, POSTERIOR));
}

/* E over q = N(m, e^v) of log p(x|z), in closed form, less KL(q || prior). */
static double elbo(const struct sv_kernels *k, double m, double v)
{
    return log_normal_at(k, X, W * m, value(k->log, NOISE)) -
           W * W * value(k->exp, v) / (2 * NOISE) - kl_normal(k, m, v);
}

/* For q's of many means and variances. Those of the variance 0.25 are drawn. */
static void identity(const struct sv_kernels *k, double log_p)
{
    double worst = 0;
    spread(GRID, -0.3, 1.7, mu);
    for (double v = -4; v <= 0; v += 0.25)
        for (size_t i = 0; i < GRID; i++)
            worst = fmax(
                worst, fabs(log_p - elbo(k, (double)mu[i], v) - kl_posterior(k, (double)mu[i], v)));
    for (size_t i = 0; i < GRID; i++) {
        bound[i] = (float)elbo(k, (double)mu[i], value(k->log, 0.25));
        gap[i] = (float)kl_posterior(k, (double)mu[i], value(k->log, 0.25));
        sum[i] = bound[i] + gap[i];
    }
    say("pairs", 0, 17 * GRID), say("worst_e6", 1, 1e6 * worst);
    if (worst > 1e-5) lesson_fail("bound", "the two terms do not add up");
}

/* log w = log p(x|z) + log p(z) - log q(z|x) of draws from q = N(m, e^v). L_k is the mean of the logarithm of the
 * average of k weights: of the first k of each group. */
static void weighted(const struct sv_kernels *k, double m, double v)
{
    static const size_t sizes[SIZES] = {1, 2, 5, 10, 20, 50, 100};
    static float log_sum[GROUPS];
    const size_t n = GROUPS * MOST;
    draw_normal(k, 6, 0, m, value(k->exp, v / 2), n, z);
    for (size_t i = 0; i < n; i++) mean[i] = (float)(W * (double)z[i]);
    for (size_t i = 0; i < n; i++) part[i] = (float)X;
    log_normal_each(k, n, part, mean, value(k->log, NOISE), log_w);
    log_normal(k, n, z, 0, 0, part);
    for (size_t i = 0; i < n; i++) log_w[i] += part[i];
    log_normal(k, n, z, m, v, part);
    for (size_t i = 0; i < n; i++) log_w[i] -= part[i];
    for (size_t s = 0; s < SIZES; s++) {
        const double log_size = value(k->log, (double)sizes[s]);
        k->logsumexp(GROUPS, sizes[s], log_w, MOST, log_sum);
        const double l = sample_mean(GROUPS, log_sum) - log_size;
        log_k[s] = (float)(log_size / value(k->log, 10)), l_k[s] = (float)l;
        if (sizes[s] == 1) say("l_1", 4, l);
        if (sizes[s] == 10) say("l_10", 4, l);
        if (sizes[s] == 100) say("l_100", 4, l);
        if (sizes[s] == 1) say("l_1_error", 4, sqrt(sample_variance(GROUPS, log_sum) / GROUPS));
        if (sizes[s] == 100) say("l_100_error", 4, sqrt(sample_variance(GROUPS, log_sum) / GROUPS));
    }
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    const struct sv_kernels *k = &l.k;
    const double log_variance = value(k->log, VARIANCE),
                 log_p = log_normal_at(k, X, 0, log_variance);
    const double log_v = value(k->log, POSTERIOR), rough = value(k->log, 0.25);
    say("x", 1, X), say("log_p", 5, log_p);
    say("exact_bound", 5, elbo(k, 0.6 * X, log_v)), say("rough_bound", 4, elbo(k, 1.1, rough));
    say("rough_gap", 4, kl_posterior(k, 1.1, rough));
    identity(k, log_p), weighted(k, 1.1, rough);
    /* Two errors. The evidence of a set is a product, so its logarithm is a sum of logarithms. */
    const double first = log_normal_at(k, -1, 0, log_variance),
                 second = log_normal_at(k, 2, 0, log_variance);
    say("set", 4, log_p + first + second);
    say("log_of_sum", 4,
        value(k->log, value(k->exp, log_p) + value(k->exp, first) + value(k->exp, second)));
    /* At z = mu the expectation over q has no spread: here it comes out above log p(x). */
    const double at_mu =
        log_normal_at(k, X, W * 0.6 * X, value(k->log, NOISE)) - kl_normal(k, 0.6 * X, log_v);
    say("at_mu", 4, at_mu), say("too_high", 4, at_mu - log_p);

    struct figure f;
    const float ends[2] = {0, 2};
    log_px[0] = log_px[1] = (float)log_p;
    figure_begin(&f, 2, "ELBO and KL add up to log p(x); importance-weighted bounds rise to it");
    figure_panel(&f, "What q loses in the bound is its KL",
                 (struct figure_axis){"mean of q", -0.3, 1.7}, (struct figure_axis){"nats", -6, 6});
    figure_curve(&f, "bound", COLOR_SERIES, 0, GRID, mu, bound);
    figure_curve(&f, "KL(q‖posterior)", COLOR_SERIES + 1, 0, GRID, mu, gap);
    figure_curve(&f, "sum: log p(x)", COLOR_TEXT, 1, GRID, mu, sum);
    figure_panel(&f, "More draws, a tighter bound", (struct figure_axis){"log₁₀ of draws k", 0, 2},
                 (struct figure_axis){"nats", -3.2, -1.4});
    figure_curve(&f, "log p(x)", COLOR_TEXT, 1, 2, ends, log_px);
    figure_curve(&f, NULL, COLOR_SERIES, 0, SIZES, log_k, l_k);
    figure_dots(&f, "Lₖ", COLOR_SERIES, SIZES, log_k, l_k);
    figure_end(&f, &l, "bound.svg");
    return 0;
}
