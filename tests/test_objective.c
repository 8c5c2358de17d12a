/* The terms of the objective in double: the kernels' gradients are their derivatives, by central
 * differences, and two ways to compute the same number agree. */
#include "../reference/ref.h"
#include "../reference/verify/data.h"
#include "../reference/verify/verify.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>

enum { M = 4, N = 5, MOST_DRAWS = 3, ROWS = M * MOST_DRAWS };

static const double H = 1e-5; /* step of central differences */

static const struct objective {
    size_t samples;
    double beta;
    bool weighted;
    enum sv_noise noise;
} objectives[] = {{1, 1, false, SV_NOISE_NORMAL},   {3, 1, false, SV_NOISE_NORMAL},
                  {1, 0.3, false, SV_NOISE_NORMAL}, {2, 0, true, SV_NOISE_NORMAL},
                  {3, 0.3, true, SV_NOISE_NORMAL},  {1, 1, false, SV_NOISE_LAPLACE},
                  {3, 0.3, true, SV_NOISE_LAPLACE}, {2, 1, false, SV_NOISE_LOGISTIC},
                  {3, 0.3, true, SV_NOISE_LOGISTIC}};
enum { OBJECTIVES = sizeof objectives / sizeof *objectives };

/* An encoder's output, the draws from it, their gradients and their row weights. */
struct draws {
    double mu[M * N], logvar[M * N], eps[ROWS * N], z[ROWS * N], dz[ROWS * N], c[ROWS];
};

static void fill(struct source *s, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (double)source_normal(s);
}

static void draw(struct draws *d, size_t samples)
{
    for (size_t r = 0; r < M * samples; r++)
        for (size_t j = 0; j < N; j++) {
            const size_t i = r / samples * N + j;
            d->z[r * N + j] = d->mu[i] + exp(d->logvar[i] / 2) * d->eps[r * N + j];
        }
}

static struct draws random_draws(size_t samples)
{
    struct source s = {verify_seed()};
    struct draws d = {.mu = {0}};
    fill(&s, d.mu, M * N);
    fill(&s, d.logvar, M * N);
    fill(&s, d.eps, ROWS * N);
    fill(&s, d.dz, ROWS * N);
    fill(&s, d.c, ROWS);
    draw(&d, samples);
    return d;
}

static void log_ratio(const struct draws *d, size_t samples, enum sv_noise noise, double *y)
{
    ref64_kernels.log_ratio(&(struct sv64_log_ratio){.m = M,
                                                     .n = N,
                                                     .samples = samples,
                                                     .logvar = d->logvar,
                                                     .ld = N,
                                                     .z = d->z,
                                                     .eps = d->eps,
                                                     .ldz = N,
                                                     .y = y,
                                                     .noise = noise});
}

static void must_be_close(double got, double want, const char *what, size_t i)
{
    ck_assert_msg(fabs(got - want) <= 1e-7 * (1 + fabs(want)), "%s[%zu]: %.12g, not %.12g", what, i,
                  got, want);
}

/* log p(z) - log q(z|x) from its two terms. */
START_TEST(test_log_ratio)
{
    const size_t samples = 1 + (size_t)_i;
    const struct draws d = random_draws(samples);
    double y[ROWS], prior[ROWS], posterior[ROWS] = {0};
    log_ratio(&d, samples, SV_NOISE_NORMAL, y);
    ref64_kernels.normal_ll(M * samples, N, d.z, N, prior);
    for (size_t r = 0; r < M * samples; r++)
        ref64_kernels.gaussian_ll(&(struct sv64_gaussian_ll){.m = 1,
                                                             .n = N,
                                                             .mean = d.mu + r / samples * N,
                                                             .logvar = d.logvar + r / samples * N,
                                                             .min_logvar = -(double)INFINITY,
                                                             .x = d.z + r * N,
                                                             .ll = posterior + r});
    for (size_t r = 0; r < M * samples; r++)
        must_be_close(y[r], prior[r] - posterior[r], "log ratio", r);
}
END_TEST

/* beta KL - sum_r c_r log_ratio_r + sum_r dz_r z_r */
static double loss(const struct objective *o, struct draws *d)
{
    double kl[M], ratio[ROWS], sum = 0;
    draw(d, o->samples);
    ref64_kernels.kl(&(struct sv64_kl){
        .m = M, .n = N, .mu = d->mu, .logvar = d->logvar, .ld = N, .kl = kl, .noise = o->noise});
    log_ratio(d, o->samples, o->noise, ratio);
    for (size_t i = 0; i < M; i++) sum += o->beta * kl[i];
    for (size_t r = 0; o->weighted && r < M * o->samples; r++) sum -= d->c[r] * ratio[r];
    for (size_t e = 0; e < M * o->samples * N; e++) sum += d->dz[e] * d->z[e];
    return sum;
}

static double central(const struct objective *o, struct draws *d, double *x)
{
    const double at = *x;
    *x = at + H;
    const double up = loss(o, d);
    *x = at - H;
    const double down = loss(o, d);
    *x = at;
    return (up - down) / (2 * H);
}

START_TEST(test_reparam_grad)
{
    const struct objective *o = &objectives[_i];
    struct draws d = random_draws(o->samples);
    double dmu[M * N], dlogvar[M * N];
    ref64_kernels.reparam_grad(&(struct sv64_reparam_grad){.m = M,
                                                           .n = N,
                                                           .samples = o->samples,
                                                           .mu = d.mu,
                                                           .logvar = d.logvar,
                                                           .ld = N,
                                                           .dz = d.dz,
                                                           .eps = d.eps,
                                                           .ldz = N,
                                                           .beta = o->beta,
                                                           .c = o->weighted ? d.c : NULL,
                                                           .z = o->weighted ? d.z : NULL,
                                                           .dmu = dmu,
                                                           .dlogvar = dlogvar,
                                                           .ldg = N,
                                                           .noise = o->noise});
    for (size_t i = 0; i < M * N; i++) {
        must_be_close(dmu[i], central(o, &d, &d.mu[i]), "dmu", i);
        must_be_close(dlogvar[i], central(o, &d, &d.logvar[i]), "dlogvar", i);
    }
}
END_TEST

/* _i: noise. The least KL to N(0, 1), at sigma^2 = 1 / v, and the mean of log p(z) - log q(z|x), which
 * is -KL, over many draws; their variance is v. */
START_TEST(test_noise)
{
    enum { DRAWS = 200000 };
    static const double least[] = {0, 0.07236, 0.01436}, v[] = {1, 2, 3.289868};
    const double mu = 0.4, logvar = -0.7, zero = 0, best = -log(v[_i]);
    double *z = calloc(3 * DRAWS, sizeof *z), *eps = z + DRAWS, *y = eps + DRAWS;
    double kl, sum = 0, squares = 0, spread = 0;
    struct sv64_kl at = {.m = 1,
                         .n = 1,
                         .mu = &zero,
                         .logvar = &best,
                         .ld = 1,
                         .kl = &kl,
                         .noise = (enum sv_noise)_i};
    ref64_kernels.kl(&at);
    ck_assert_double_eq_tol(kl, least[_i], 1e-5);
    ref64_kernels.reparam(&(struct sv64_reparam){.m = 1,
                                                 .n = 1,
                                                 .samples = DRAWS,
                                                 .mu = &mu,
                                                 .logvar = &logvar,
                                                 .ld = 1,
                                                 .z = z,
                                                 .eps = eps,
                                                 .ldz = 1,
                                                 .kl = &kl,
                                                 .rng = sv_rng_at(verify_seed(), 1, 2),
                                                 .noise = (enum sv_noise)_i});
    ref64_kernels.log_ratio(&(struct sv64_log_ratio){.m = 1,
                                                     .n = 1,
                                                     .samples = DRAWS,
                                                     .logvar = &logvar,
                                                     .ld = 1,
                                                     .z = z,
                                                     .eps = eps,
                                                     .ldz = 1,
                                                     .y = y,
                                                     .noise = (enum sv_noise)_i});
    for (size_t i = 0; i < DRAWS; i++) {
        sum += y[i] / (double)DRAWS;
        spread += y[i] * y[i] / (double)DRAWS;
        squares += eps[i] * eps[i] / (double)DRAWS;
    }
    ck_assert_double_eq_tol(sum, -kl, 4.5 * sqrt(spread / (double)DRAWS));
    ck_assert_double_eq_tol(squares, v[_i], 0.05 * v[_i]);
    free(z);
}
END_TEST

START_TEST(test_logsumexp_grad)
{
    struct source s = {verify_seed()};
    double x[N], y, w[N], sum = 0, side[2];
    fill(&s, x, N);
    ref64_kernels.logsumexp_grad(
        &(struct sv64_logsumexp_grad){.m = 1, .n = N, .x = x, .y = &y, .w = w});
    for (size_t j = 0; j < N; j++) {
        const double at = x[j];
        for (int up = 0; up < 2; up++) {
            x[j] = at + (up ? H : -H);
            ref64_kernels.logsumexp(1, N, x, N, &side[up]);
        }
        x[j] = at;
        must_be_close(w[j], (side[1] - side[0]) / (2 * H), "weight", j);
        sum += w[j];
    }
    must_be_close(sum, 1, "sum", 0);
}
END_TEST

/* Rows of one pixel, x on a grid: the mixture's density at x. */
enum { GRID = 4096 };
static void mixture_on(double first, double step, double mean, double logvar, double u, double *p)
{
    static double x[GRID], means[GRID], ll[GRID];
    for (size_t i = 0; i < GRID; i++) {
        x[i] = first + ((double)i + 0.5) * step;
        means[i] = mean;
    }
    ref64_kernels.mixture_ll(&(struct sv64_mixture_ll){.m = GRID,
                                                       .n = 1,
                                                       .mean = means,
                                                       .ld = 1,
                                                       .logvar = &logvar,
                                                       .unif = &u,
                                                       .min_logvar = -9,
                                                       .x = x,
                                                       .ldx = 1,
                                                       .ll = ll});
    for (size_t i = 0; i < GRID; i++) p[i] = exp(ll[i]);
}

/* On [0, 1] a narrow Gaussian and the uniform together have all probability; without the uniform's share
 * the density is the Gaussian's. */
START_TEST(test_mixture_density)
{
    double p[GRID], sum = 0;
    mixture_on(0, 1 / (double)GRID, 0.4, -8, 0.7, p);
    for (size_t i = 0; i < GRID; i++) sum += p[i] / (double)GRID;
    ck_assert_double_eq_tol(sum, 1, 1e-9);
    mixture_on(0.4, 1e-9, 0.4, -8, -800, p);
    ck_assert_double_eq_tol(p[0], exp(4) / sqrt(2 * acos(-1)), 1e-9);
}
END_TEST

/* _i: mean, logvar or unif. */
START_TEST(test_mixture_grad)
{
    struct source s = {verify_seed()};
    double at[3][N], grad[3][N], x[N], ll, side[2];
    struct sv64_mixture_ll g = {.m = 1,
                                .n = N,
                                .mean = at[0],
                                .logvar = at[1],
                                .unif = at[2],
                                .min_logvar = -(double)INFINITY,
                                .x = x,
                                .ll = &ll,
                                .scale = 1,
                                .dmean = grad[0],
                                .dlogvar = grad[1],
                                .dunif = grad[2]};
    for (int i = 0; i < 3; i++) fill(&s, at[i], N);
    fill(&s, x, N);
    ref64_kernels.mixture_ll_grad(&g);
    for (size_t j = 0; j < N; j++) {
        const double here = at[_i][j];
        for (int up = 0; up < 2; up++) {
            at[_i][j] = here + (up ? H : -H);
            ref64_kernels.mixture_ll(&g);
            side[up] = -ll;
        }
        at[_i][j] = here;
        must_be_close(grad[_i][j], (side[1] - side[0]) / (2 * H), "gradient", j);
    }
}
END_TEST

Suite *suite_objective(void)
{
    Suite *s = suite_create("objective");
    TCase *t = tcase_create("objective");
    tcase_set_tags(t, "training");
    tcase_add_loop_test(t, test_log_ratio, 0, MOST_DRAWS);
    tcase_add_loop_test(t, test_reparam_grad, 0, OBJECTIVES);
    tcase_add_loop_test(t, test_noise, 0, SV_NOISES);
    tcase_add_test(t, test_logsumexp_grad);
    tcase_add_test(t, test_mixture_density);
    tcase_add_loop_test(t, test_mixture_grad, 0, 3);
    suite_add_tcase(s, t);
    return s;
}
