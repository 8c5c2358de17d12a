/* Chapter 1, the Gaussian: its density, draws from it, and how well a sample's mean and variance are known. */
#include "figure.h"
#include "lesson.h"
#include <math.h>

enum { GRID = 1201, DRAWS = 100000, BINS = 60 };
static float x[GRID], log_density[3][GRID], density[3][GRID];
static float z[DRAWS], middle[BINS], height[BINS];

/* The area under N(0, 1) within `sigmas` of 0, by the trapezoid rule. */
static double area_within(int sigmas)
{
    const int one = (GRID - 1) / 12, first = 6 * one - sigmas * one, last = 6 * one + sigmas * one;
    double sum = ((double)density[0][first] + (double)density[0][last]) / 2;
    for (int i = first + 1; i < last; i++) sum += (double)density[0][i];
    return sum / one;
}

static void draw_figure(const struct lesson *l)
{
    struct figure f;
    figure_begin(&f, 2, "Densities of three Gaussians with a histogram, and their logarithms");
    figure_panel(&f, "Density, and a histogram of draws", (struct figure_axis){"x", -6, 6},
                 (struct figure_axis){"density p(x)", 0, 0.85});
    figure_bars(&f, "draws of N(1, 4)", COLOR_GRID, BINS, middle, height);
    figure_curve(&f, "N(0, 1)", COLOR_SERIES, 0, GRID, x, density[0]);
    figure_curve(&f, "N(1, 4)", COLOR_SERIES + 1, 0, GRID, x, density[1]);
    figure_curve(&f, "N(−2, 0.25)", COLOR_SERIES + 2, 0, GRID, x, density[2]);
    figure_panel(&f, "Log density: parabolas", (struct figure_axis){"x", -6, 6},
                 (struct figure_axis){"log p(x), nats", -10, 0});
    for (int i = 0; i < 3; i++)
        figure_curve(&f, NULL, COLOR_SERIES + i, 0, GRID, x, log_density[i]);
    figure_end(&f, l, "gaussian.svg");
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    const double log_4 = value(l.k.log, 4);

    /* log N(x; mu, sigma^2) = -(log 2 pi + log sigma^2 + (x - mu)^2 / sigma^2) / 2 */
    spread(GRID, -6, 6, x);
    log_normal(&l.k, GRID, x, 0, 0, log_density[0]);
    log_normal(&l.k, GRID, x, 1, log_4, log_density[1]);
    log_normal(&l.k, GRID, x, -2, -log_4, log_density[2]);
    for (int i = 0; i < 3; i++) l.k.exp(GRID, log_density[i], density[i]);
    say("peak", 4, (double)density[0][600]);
    say("log_peak", 4, (double)log_density[0][600]);
    say("narrow_peak", 4, (double)density[2][400]);
    say("area", 6, area_within(6));
    say("within_one", 4, area_within(1));
    say("within_two", 4, area_within(2));

    /* z = mu + sigma eps, of standard normal draws eps */
    draw_normal(&l.k, 1, 0, 1, 2, DRAWS, z);
    const double variance = sample_variance(DRAWS, z);
    size_t inside = 0;
    for (size_t i = 0; i < DRAWS; i++) inside += z[i] >= -1 && z[i] <= 3;
    say("draws", 0, DRAWS);
    say("first", 4, (double)z[0]);
    say("second", 4, (double)z[1]);
    say("mean", 4, sample_mean(DRAWS, z));
    say("mean_error", 4, sqrt(variance / DRAWS));
    say("variance", 4, variance);
    say("variance_error", 4, variance * sqrt(2.0 / (DRAWS - 1)));
    say("drawn_within_one", 4, (double)inside / DRAWS);
    histogram(DRAWS, z, -6, 6, BINS, middle, height);
    draw_figure(&l);
    return 0;
}
