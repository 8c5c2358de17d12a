/* Chapter 8, AEVB: Algorithm 1 written out for a linear model whose best likelihood is known; then digits. */
#include "figure.h"
#include "lesson.h"
#include "ppca.h"
#include <math.h>
#include <vae.h>

enum { D = PPCA_D, N = 500, M = 100, STEPS = 3000, SHOWN = 401 };
static float x[N][D];  /* the data, less their mean */
static double s[D][D]; /* their covariance */
/* q(z|x) = N(theta[ENC ...] x, e^theta[ENC_V]), p(x|z) = N(theta[DEC ...] z, e^theta[DEC_V] I) */
enum { ENC, ENC_V = D, DEC, DEC_V = DEC + D, PARAMETERS };
static float theta[PARAMETERS], gradient[PARAMETERS], first[PARAMETERS], second[PARAMETERS];
static float at[SHOWN], bound[SHOWN], log_p[SHOWN], best[2];
enum { TRAIN = 4000, TEST = 500, ROWS = 5, COLS = 5 };
static float digits[TRAIN + TEST][DIGIT_SIZE], samples[ROWS * COLS][DIGIT_SIZE];

static void make_data(const struct sv_kernels *k)
{
    static const float w[D] = {1.5f, 1, -1, 0.5f, 0};
    static float z[N], column[N];
    draw_normal(k, 9, 0, 0, 1, N, z);
    for (uint32_t j = 0; j < D; j++) {
        draw_normal(k, 9, 1 + j, 0, 0.7, N, column);
        for (size_t i = 0; i < N; i++) column[i] += w[j] * z[i];
        const float mean = (float)sample_mean(N, column);
        for (size_t i = 0; i < N; i++) x[i][j] = column[i] - mean;
    }
    ppca_covariance(N, x, s);
}

/* The gradient of a minibatch's -ELBO, by one draw of z for each x. The step addresses the noise. */
static void estimate(const struct sv_kernels *k, uint64_t step)
{
    static float mu[M], v[M], z[M], eps[M], kl[M], mean[M * D], noise[M * D], ll[M];
    static float by_mean[M * D], by_noise[M * D], by_z[M], by_mu[M], by_v[M];
    const float *batch = x[step * M % N], share = 1.0f / M;
    for (size_t i = 0; i < M; i++) v[i] = theta[ENC_V];
    for (size_t i = 0; i < M * D; i++) noise[i] = theta[DEC_V];
    matrix_product(k->gemm_nn, M, 1, D, batch, D, theta + ENC, 1, mu);
    k->reparam(&(struct sv_reparam){M, 1, 1, mu, v, 1, z, eps, 1, kl, sv_rng_at(10, 0, step), 0});
    matrix_product(k->gemm_nn, M, D, 1, z, 1, theta + DEC, D, mean);
    k->gaussian_ll_grad(&(struct sv_gaussian_ll){M, D, mean, noise, D, -INFINITY, batch, D, ll,
                                                 share, by_mean, by_noise, D});
    matrix_product(k->gemm_nt, M, 1, D, by_mean, D, theta + DEC, D, by_z); /* and back */
    matrix_product(k->gemm_tn, 1, D, M, z, 1, by_mean, D, gradient + DEC);
    k->reparam_grad(&(struct sv_reparam_grad){M, 1, 1, mu, v, 1, by_z, eps, 1, share, NULL, NULL,
                                              by_mu, by_v, 1, 0});
    matrix_product(k->gemm_tn, D, 1, M, batch, D, by_mu, 1, gradient + ENC);
    gradient[DEC_V] = (float)(M * D * sample_mean(M * D, by_noise));
    gradient[ENC_V] = (float)(M * sample_mean(M, by_v));
}

/* Algorithm 1 with Adam, whose step size falls to 0. The bound of all data is exact: log p(x) less q's gap. */
static void train_linear(const struct sv_kernels *k)
{
    double power_1 = 1, power_2 = 1, noise;
    best[0] = best[1] = (float)ppca_best(k, s, &noise);
    for (size_t j = 0; j < D; j++) theta[ENC + j] = 0.1f, theta[DEC + j] = 0.5f;
    for (int t = 0; t <= STEPS; t++) {
        const double dec_v = (double)theta[DEC_V], enc_v = (double)theta[ENC_V];
        const double likelihood = ppca_log_p(k, s, theta + DEC, dec_v);
        const double elbo = likelihood - ppca_gap(k, s, theta + DEC, dec_v, theta + ENC, enc_v);
        if (t == 0) say("first_bound", 4, elbo), say("first_log_p", 4, likelihood);
        if (t == STEPS) {
            say("steps", 0, STEPS), say("bound", 4, elbo), say("log_p", 4, likelihood);
            say("best", 4, (double)best[0]), say("short_by", 4, (double)best[0] - elbo);
            say("noise", 4, value(k->exp, dec_v)), say("best_noise", 4, noise);
            break;
        }
        if (t < SHOWN) at[t] = (float)t, bound[t] = (float)elbo, log_p[t] = (float)likelihood;
        estimate(k, (uint64_t)t);
        power_1 *= 0.9, power_2 *= 0.999;
        const double lr = 0.02 * (1 - (double)t / STEPS) * sqrt(1 - power_2) / (1 - power_1);
        const struct sv_optim adam = {(float)lr, 1e-8f, 0, 0.9f, 0.999f};
        k->adam(PARAMETERS, theta, gradient, first, second, &adam);
    }
}

/* The same algorithm by the library, with hidden layers and Bernoulli pixels. */
static void train_digits(const struct lesson *l)
{
    struct vae_net *net = vae_net_create();
    struct vae_net_bound known, unseen;
    const struct vae_net_rows train = {.f32 = digits[0], .n = TRAIN, .d = DIGIT_SIZE};
    const struct vae_net_rows test = {.f32 = digits[TRAIN], .n = TEST, .d = DIGIT_SIZE};
    lesson_digits(0, TRAIN + TEST, digits[0]);
    if (vae_net_set(net, "isa", l->k.isa) || vae_net_set(net, "threads", "1") ||
        vae_net_set(net, "latent", "8") || vae_net_set(net, "hidden", "50") ||
        vae_net_set(net, "optimizer", "adam") || vae_net_set(net, "batch", "5") ||
        vae_net_set(net, "init", "glorot") || vae_net_set(net, "lr", "5e-3") ||
        vae_net_train(net, &train, 30000, NULL, NULL) || vae_net_bound(net, &train, &known, NULL) ||
        vae_net_bound(net, &test, &unseen, NULL) || vae_net_sample(net, ROWS * COLS, 3, samples[0]))
        lesson_fail("digits", vae_net_message(net));
    say("digits", 0, TRAIN), say("seen", 0, (double)vae_net_seen(net));
    say("train_bound", 2, known.elbo), say("test_bound", 2, unseen.elbo);
    say("test_recon", 2, unseen.recon), say("test_kl", 2, unseen.kl);
    vae_net_destroy(net);
}

int main(int argc, char **argv)
{
    const struct lesson l = lesson_begin(argc, argv);
    const float ends[2] = {0, SHOWN - 1};
    struct figure f;
    make_data(&l.k), train_linear(&l.k), train_digits(&l);
    figure_begin(&f, 1, "The bound of a linear model during training, rising to its maximum");
    figure_panel(&f, "Algorithm 1 on a linear model", (struct figure_axis){"step", 0, SHOWN - 1},
                 (struct figure_axis){"nats per x", -9, -6});
    figure_curve(&f, "the best log p(x) there is", COLOR_TEXT, 1, 2, ends, best);
    figure_curve(&f, "log p(x)", COLOR_SERIES + 1, 0, SHOWN, at, log_p);
    figure_curve(&f, "bound", COLOR_SERIES, 0, SHOWN, at, bound);
    figure_end(&f, &l, "aevb.svg");
    figure_begin(&f, 2, "Digits of the training set; images drawn by the trained model");
    figure_pictures(&f, "Training digits", ROWS, COLS, DIGIT_SIDE, digits[0]);
    figure_pictures(&f, "Means of p(x|z), z from the prior", ROWS, COLS, DIGIT_SIDE, samples[0]);
    figure_end(&f, &l, "digits.svg");
    return 0;
}
