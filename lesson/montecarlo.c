/* Chapter 7, Monte Carlo: how an average of draws errs, and two gradients of it, one noisier than the other. */
#include "figure.h"
#include "lesson.h"
#include <math.h>

enum { TRIES = 400, MOST = 10000, SIZES = 7, DRAWS = 1000000, BINS = 60 };
static float z[MOST], log_n[SIZES], log_error[SIZES], line[SIZES];
static float eps[DRAWS], score[DRAWS], reparam[DRAWS];
static float middle[2][BINS], height[2][BINS];

/* The root mean square error of the mean of n draws of z^2, z ~ N(1, 1), whose expectation is 2. */
static double error(const struct sv_kernels *k, uint32_t stream, size_t n)
{
    double sum = 0;
    for (uint32_t t = 0; t < TRIES; t++) {
        double mean = 0;
        k->normal(1, n, sv_rng_at(7 + t, stream, 0), z, n);
        for (size_t i = 0; i < n; i++) mean += (1 + (double)z[i]) * (1 + (double)z[i]);
        mean /= (double)n;
        sum += (mean - 2) * (mean - 2) / TRIES;
    }
    return sqrt(sum);
}

/* The slope of the straight line through the points, by least squares. */
static double fitted_slope(size_t n, const float *x, const float *y)
{
    const double mx = sample_mean(n, x), my = sample_mean(n, y);
    double xy = 0, xx = 0;
    for (size_t i = 0; i < n; i++) {
        xy += ((double)x[i] - mx) * ((double)y[i] - my);
        xx += ((double)x[i] - mx) * ((double)x[i] - mx);
    }
    return xy / xx;
}

static void errors(const struct sv_kernels *k)
{
    static const size_t sizes[SIZES] = {10, 30, 100, 300, 1000, 3000, 10000};
    const double log_10 = value(k->log, 10);
    for (uint32_t i = 0; i < SIZES; i++) {
        const double e = error(k, i, sizes[i]);
        log_n[i] = (float)(value(k->log, (double)sizes[i]) / log_10);
        log_error[i] = (float)(value(k->log, e) / log_10);
        line[i] = (float)(value(k->log, sqrt(6 / (double)sizes[i])) / log_10);
        if (sizes[i] == 100) say("error_100", 4, e), say("theory_100", 4, sqrt(6.0 / 100));
        if (sizes[i] == 10000) say("error_10000", 4, e), say("theory_10000", 4, sqrt(6.0 / 10000));
    }
    say("tries", 0, TRIES), say("slope", 3, fitted_slope(SIZES, log_n, log_error));
}

/* An estimator's mean and variance with their standard errors; that of the variance by the fourth moment. */
static double judge(const char *const name[4], const float *g)
{
    const double mean = sample_mean(DRAWS, g), variance = sample_variance(DRAWS, g);
    double fourth = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        const double square = ((double)g[i] - mean) * ((double)g[i] - mean);
        fourth += square * square / DRAWS;
    }
    say(name[0], 4, mean), say(name[1], 4, sqrt(variance / DRAWS));
    say(name[2], 3, variance), say(name[3], 3, sqrt((fourth - variance * variance) / DRAWS));
    return variance;
}

/* d/dmu E z^2 for z ~ N(mu, 1) at mu = 1: it is 2 mu = 2. */
static void gradients(const struct sv_kernels *k)
{
    static const char *const of_score[] = {"score_mean", "score_mean_error", "score_variance",
                                           "score_variance_error"};
    static const char *const of_reparam[] = {"reparam_mean", "reparam_mean_error",
                                             "reparam_variance", "reparam_variance_error"};
    k->normal(1, DRAWS, sv_rng_at(8, 0, 0), eps, DRAWS);
    for (size_t i = 0; i < DRAWS; i++) {
        const float at = 1 + eps[i];
        score[i] = at * at * (at - 1); /* f(z) times d/dmu log N(z; mu, 1) */
        reparam[i] = 2 * at;           /* d/dmu of f(mu + eps) */
    }
    say("draws", 0, DRAWS);
    const double noisy = judge(of_score, score), calm = judge(of_reparam, reparam);
    say("ratio", 2, noisy / calm);
    size_t near = 0,
           far = 0; /* estimates that say almost nothing, and those that say far too much */
    for (size_t i = 0; i < DRAWS; i++) near += fabsf(score[i])<0.2f, far += fabsf(score[i])> 10;
    say("near_percent", 1, 100.0 * (double)near / DRAWS);
    say("far_percent", 1, 100.0 * (double)far / DRAWS);
    histogram(DRAWS, score, -10, 14, BINS, middle[0], height[0]);
    histogram(DRAWS, reparam, -10, 14, BINS, middle[1], height[1]);
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    struct figure f;
    errors(&l.k), gradients(&l.k);
    figure_begin(&f, 2, "Error against the number of draws; two estimators' distributions");
    figure_panel(&f, "The error falls as 1/√n", (struct figure_axis){"log₁₀ of draws n", 1, 4},
                 (struct figure_axis){"log₁₀ of the error", -2, 0});
    figure_curve(&f, "theory: √(6/n)", COLOR_TEXT, 1, SIZES, log_n, line);
    figure_dots(&f, "measured", COLOR_SERIES, SIZES, log_n, log_error);
    figure_panel(&f, "One draw's gradient; the truth is 2",
                 (struct figure_axis){"estimate", -10, 14},
                 (struct figure_axis){"density", 0, 1.2});
    figure_bars(&f, "reparameterised", COLOR_GRID, BINS, middle[1], height[1]);
    figure_curve(&f, "score function", COLOR_SERIES + 3, 0, BINS, middle[0], height[0]);
    figure_end(&f, &l, "montecarlo.svg");
    return 0;
}
