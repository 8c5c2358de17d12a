/* Chapter 4, likelihood: one function of data and parameter, read two ways; its maximum; why we add logarithms. */
#include "figure.h"
#include "lesson.h"
#include <math.h>

enum { GRID = 1001, TOSSES = 10, POINTS = 6, MANY = 2000 };
static const float toss[TOSSES] = {1, 1, 1, 0, 1, 0, 1, 1, 0, 1};
static const float y[POINTS] = {1.2f, 2.9f, 2.1f, 3.4f, 1.6f, 2.6f};
static float logit[GRID], theta[GRID], log_l[GRID], like[GRID];
static float mu[GRID], log_mu[3][GRID], logvar[GRID], log_var[GRID];

/* log p(x | l) = sum_j x_j l - softplus(l): of tosses whose head has probability sigmoid(l). Its slope in l. */
static double bernoulli(const struct sv_kernels *k, size_t n, const float *x, double l,
                        double *slope)
{
    float logits[TOSSES], by_logit[TOSSES], log_p;
    for (size_t j = 0; j < n; j++) logits[j] = (float)l;
    k->bernoulli_ll_grad(&(struct sv_bernoulli_ll){1, n, logits, n, x, n, &log_p, -1, by_logit, n});
    *slope = 0;
    for (size_t j = 0; j < n; j++) *slope += (double)by_logit[j];
    return (double)log_p;
}

/* The probabilities of all 2^10 outcomes, for one logit. */
static double sum_over_data(const struct sv_kernels *k, double l)
{
    double sum = 0, slope;
    for (unsigned outcome = 0; outcome < 1u << TOSSES; outcome++) {
        float x[TOSSES];
        for (unsigned j = 0; j < TOSSES; j++) x[j] = (float)(outcome >> j & 1);
        sum += value(k->exp, bernoulli(k, TOSSES, x, l, &slope));
    }
    return sum;
}

static void coin(const struct sv_kernels *k)
{
    double l = 0, slope, area = 0;
    say("sum_over_data", 5, sum_over_data(k, 0.5));
    for (size_t i = 0; i < GRID;
         i++) { /* of theta, from 0 to 1: the logit is log theta / (1 - theta) */
        theta[i] = ((float)i + 0.5f) / GRID;
        logit[i] = (float)(value(k->log, (double)theta[i]) - value(k->log1p, -(double)theta[i]));
        log_l[i] = (float)bernoulli(k, TOSSES, toss, (double)logit[i], &slope);
    }
    k->exp(GRID, log_l, like);
    for (size_t i = 0; i < GRID; i++) area += (double)like[i] / GRID;
    say("area_over_theta_e6", 1, 1e6 * area);
    say("at_half", 4, bernoulli(k, TOSSES, toss, 0, &slope)), say("slope_at_half", 4, slope);
    for (int t = 0; t < 100; t++, l += 0.2 * slope) bernoulli(k, TOSSES, toss, l, &slope);
    say("best_logit", 4, l), say("best_theta", 4, value(k->sigmoid, l));
    say("at_best", 4, bernoulli(k, TOSSES, toss, l, &slope));
}

/* sum_i log N(y_i; mean, e^v) */
static float gaussian(const struct sv_kernels *k, double mean, double v)
{
    float each[POINTS];
    log_normal(k, POINTS, y, mean, v, each);
    return (float)(POINTS * sample_mean(POINTS, each));
}

static void points(const struct sv_kernels *k)
{
    const double mean = sample_mean(POINTS, y);
    const double mean_square = sample_variance(POINTS, y) * (POINTS - 1) / POINTS;
    size_t best_mu = 0, best_var = 0;
    spread(GRID, 0, 5, mu), spread(GRID, -3, 2, logvar);
    for (size_t i = 0; i < GRID; i++) {
        for (int j = 0; j < 3; j++) /* a third of the best variance, the best, three times it */
            log_mu[j][i] =
                gaussian(k, (double)mu[i], value(k->log, mean_square) + (j - 1) * value(k->log, 3));
        log_var[i] = gaussian(k, mean, (double)logvar[i]);
        if (log_mu[1][i] > log_mu[1][best_mu]) best_mu = i;
        if (log_var[i] > log_var[best_var]) best_var = i;
    }
    say("points_mean", 3, mean), say("best_mu", 3, (double)mu[best_mu]);
    say("log_mean_square", 2, value(k->log, mean_square));
    say("best_logvar", 2, (double)logvar[best_var]);
    say("divided_by_n", 4, mean_square), say("divided_by_n_less_1", 4, sample_variance(POINTS, y));
}

/* The densities of many draws, multiplied in double precision, and their logarithms added. */
static void multiply(const struct sv_kernels *k)
{
    static float z[MANY], log_p[MANY], p[MANY];
    double product = 1, sum = 0;
    int last = 0;
    draw_normal(k, 4, 0, 0, 1, MANY, z);
    log_normal(k, MANY, z, 0, 0, log_p);
    k->exp(MANY, log_p, p);
    for (int i = 0; i < MANY; i++) {
        product *= (double)p[i];
        sum += (double)log_p[i];
        if (product > 0) last = i + 1;
    }
    say("many", 0, MANY), say("factors_until_zero", 0, last + 1), say("sum_of_logs", 2, sum);
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    struct figure f;
    coin(&l.k), points(&l.k), multiply(&l.k);
    figure_begin(&f, 2, "Log-likelihoods of a coin's bias and of a Gaussian's parameters");
    figure_panel(&f, "Seven heads in ten tosses", (struct figure_axis){"θ", 0, 1},
                 (struct figure_axis){"log-likelihood, nats", -20, -4});
    figure_curve(&f, "of θ, the probability of heads", COLOR_SERIES, 0, GRID, theta, log_l);
    figure_panel(&f, "Six points and a Gaussian", (struct figure_axis){"µ", 0, 5},
                 (struct figure_axis){"log-likelihood, nats", -30, -5});
    figure_curve(&f, "σ² too small", COLOR_SERIES + 1, 1, GRID, mu, log_mu[0]);
    figure_curve(&f, "the best", COLOR_SERIES + 2, 0, GRID, mu, log_mu[1]);
    figure_curve(&f, "too large", COLOR_SERIES + 4, 2, GRID, mu, log_mu[2]);
    figure_end(&f, &l, "likelihood.svg");
    return 0;
}
