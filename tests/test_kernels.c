/* Verifies each kernel of the scalar reference and of each table that this machine supports. */
#include "../kernels/choice.h"
#include "../reference/verify/must.h"
#include "../reference/verify/verify.h"
#include "each.h"
#include "suites.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Test number i: kernel i % SV_KERNEL_COUNT of table i / SV_KERNEL_COUNT, the reference first. */
START_TEST(test_kernel)
{
    const size_t id = (size_t)_i % SV_KERNEL_COUNT, table = (size_t)_i / SV_KERNEL_COUNT;
    const struct sv_kernels k = table ? *sv_candidate(table - 1) : ref_kernels;
    const char *name = sv_kernel_names[id];
    if (table && (!sv_candidate_supported(table - 1) || !asked_isa(k.isa))) return;
    if (!sv_has(&k, id) || !asked_kernel(name)) return;
    struct verify_options options = asked_options();
    options.compare_bits = table > 0;
    const struct verdict v = verify_kernel_forked(id, &k, &options);
    const char *variant = k.variant ? k.variant : "-";
    ck_assert_msg(v.failures == 0, "%s [%s %s]: %zu failed", name, k.isa, variant, v.failures);
    ck_assert_msg(v.calls > 0, "%s [%s %s]: no case ran", name, k.isa, variant);
    if (getenv("SV_WORST"))
        printf("%-18s %-8s %-5s %6zu calls, worst %.3f of its bound: %s\n", name, k.isa, variant,
               v.calls, v.worst, v.where);
}
END_TEST

/* No element lies between 0 and the smallest normal number. */
static bool no_denormal(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0 && fabsf(x[i]) < FLT_MIN) return false;
    return true;
}

static bool below(const float *x, size_t n, float limit)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(x[i]) < limit)) return false;
    return true;
}

/* Without a gradient, weights under a prior and Adam's averages decay to a few multiples of 2^-103
 * and no further, so no denormals arise to slow the divider. */
START_TEST(test_decay_stops_short)
{
    enum { N = 37, SGD_STEPS = 6000, ADAGRAD_STEPS = 2000, ADAM_STEPS = 120000 };
    const struct sv_kernels k = *sv_candidate((size_t)_i);
    if (!sv_candidate_supported((size_t)_i) || !k.adagrad) return;
    float w[N], s[N], m[N], v[N];
    const float zero[N] = {0};
    for (int i = 0; i < N; i++) w[i] = 1e-3f * (float)(i - 18);
    for (int step = 0; step < SGD_STEPS; step++) {
        k.sgd(N, w, zero, 0.1f, 0.2f);
        each_msg(no_denormal(w, N), "%s: sgd's w is denormal at step %d", k.isa, step);
    }
    ck_assert_msg(below(w, N, 0x1p-96f), "%s: sgd leaves too much of w", k.isa);
    for (int i = 0; i < N; i++) w[i] = 1e-3f * (float)(i - 18), s[i] = 1e-10f * (float)(i + 1);
    for (int step = 0; step < ADAGRAD_STEPS; step++) {
        k.adagrad(N, w, zero, s, 0.01f, 1e-10f, 1.0f / 600);
        each_msg(no_denormal(w, N), "%s: adagrad's w is denormal at step %d", k.isa, step);
    }
    ck_assert_msg(below(w, N, 0x1p-100f), "%s: adagrad leaves too much of w", k.isa);
    const struct sv_optim adam = {.lr = 1e-3f, .eps = 1e-8f, .beta1 = 0.9f, .beta2 = 0.999f};
    for (int i = 0; i < N; i++) m[i] = 1e-3f * (float)(i - 18), v[i] = 1e-6f * (float)(i + 1);
    for (int step = 0; step < ADAM_STEPS; step++) {
        k.adam(N, w, zero, m, v, &adam);
        each_msg(no_denormal(m, N) && no_denormal(v, N) && no_denormal(w, N),
                 "%s: Adam's w, m or v is denormal at step %d", k.isa, step);
    }
    ck_assert_msg(below(m, N, 0x1p-100f) && below(v, N, 0x1p-93f),
                  "%s: Adam leaves too much of m or v", k.isa);
}
END_TEST

/* The gradients of draws that explain little: no importance weight takes the products that follow
 * through denormals, and none that counts is lost. */
START_TEST(test_weighted_rows_hold_no_denormals)
{
    enum { M = 120, N = 37 };
    static float weight[M], x[M * N], y[M * N];
    const struct sv_kernels k = *sv_candidate((size_t)_i);
    if (!sv_candidate_supported((size_t)_i) || !k.scale_rows) return;
    for (int i = 0; i < M; i++) weight[i] = expf(-(float)i);
    for (int i = 0; i < M * N; i++) x[i] = (i % 2 ? 1 : -1) * expf(-(float)(i % N));
    k.scale_rows(M, N, weight, x, N, y, N);
    ck_assert_msg(no_denormal(y, (size_t)M * N), "%s: a weighted row holds denormals", k.isa);
    for (int i = 0; i < M * N; i++)
        each(fabsf(y[i] - weight[i / N] * x[i]) < 0x1p-103f + 0x1p-22f * fabsf(y[i]));
}
END_TEST

/* Each column of logits 0 is a factor of 2: without a logarithm now and then, 16 * 128 of them
 * overflow. */
START_TEST(test_many_even_pixels)
{
    enum { N = 5000 };
    static const float zeros[N], ones[N];
    static float d[N];
    const struct sv_kernels k = *sv_candidate((size_t)_i);
    if (!sv_candidate_supported((size_t)_i) || !k.gemm_nn) return;
    float *scratch = must_calloc(1, sv_gemm_scratch(1, N, 0) + 1), sum = 0;
    const struct sv_gemm g = {.m = 1,
                              .n = N,
                              .a = zeros,
                              .lda = 1,
                              .b = zeros,
                              .ldb = N,
                              .c = d,
                              .ldc = N,
                              .epilogue = SV_EPI_BERNOULLI,
                              .bias = zeros,
                              .y = ones,
                              .ldy = N,
                              .scale = 1,
                              .row_sum = &sum,
                              .scratch = scratch};
    k.gemm_nn(&g);
    free(scratch);
    ck_assert_double_eq_tol((double)sum, -N * 0.69314718055994531, 1e-2);
    if (!k.bernoulli_ll) return;
    const struct sv_bernoulli_ll p = {
        .m = 1, .n = N, .logits = zeros, .ldl = N, .x = ones, .ldx = N, .ll = &d[0]};
    k.bernoulli_ll(&p);
    ck_assert_msg(!memcmp(&d[0], &sum, sizeof sum), "%s: %a, fused %a", k.isa, (double)d[0],
                  (double)sum);
}
END_TEST

Suite *suite_kernels(void)
{
    size_t tables = 0;
    while (sv_candidate(tables)) tables++;
    Suite *s = suite_create("kernels");
    TCase *t = tcase_create("equivalence");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "kernels");
    tcase_add_loop_test(t, test_kernel, 0, (int)(SV_KERNEL_COUNT * (tables + 1)));
    tcase_add_loop_test(t, test_decay_stops_short, 0, (int)tables);
    tcase_add_loop_test(t, test_weighted_rows_hold_no_denormals, 0, (int)tables);
    tcase_add_loop_test(t, test_many_even_pixels, 0, (int)tables);
    suite_add_tcase(s, t);
    return s;
}
