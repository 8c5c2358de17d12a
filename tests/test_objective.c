/* The terms of the objective in double: the kernels' gradients are their derivatives, by central
 * differences, and two ways to compute the same number agree. */
#include "../reference/ref.h"
#include "../reference/verify/data.h"
#include "../reference/verify/verify.h"
#include "suites.h"
#include <math.h>

enum { M = 4, N = 5, MOST_DRAWS = 3, ROWS = M * MOST_DRAWS };

static const double H = 1e-5; /* step of central differences */

static const struct objective {
    size_t samples;
    double beta;
    bool weighted;
} objectives[] = {{1, 1, false}, {3, 1, false}, {1, 0.3, false}, {2, 0, true}, {3, 0.3, true}};
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

static void log_ratio(const struct draws *d, size_t samples, double *y)
{
    ref64_kernels.log_ratio(&(struct sv64_log_ratio){.m = M,
                                                     .n = N,
                                                     .samples = samples,
                                                     .logvar = d->logvar,
                                                     .ld = N,
                                                     .z = d->z,
                                                     .eps = d->eps,
                                                     .ldz = N,
                                                     .y = y});
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
    log_ratio(&d, samples, y);
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
    ref64_kernels.kl(
        &(struct sv64_kl){.m = M, .n = N, .mu = d->mu, .logvar = d->logvar, .ld = N, .kl = kl});
    log_ratio(d, o->samples, ratio);
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
                                                           .ldg = N});
    for (size_t i = 0; i < M * N; i++) {
        must_be_close(dmu[i], central(o, &d, &d.mu[i]), "dmu", i);
        must_be_close(dlogvar[i], central(o, &d, &d.logvar[i]), "dlogvar", i);
    }
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

Suite *suite_objective(void)
{
    Suite *s = suite_create("objective");
    TCase *t = tcase_create("objective");
    tcase_set_tags(t, "training");
    tcase_add_loop_test(t, test_log_ratio, 0, MOST_DRAWS);
    tcase_add_loop_test(t, test_reparam_grad, 0, OBJECTIVES);
    tcase_add_test(t, test_logsumexp_grad);
    suite_add_tcase(s, t);
    return s;
}
