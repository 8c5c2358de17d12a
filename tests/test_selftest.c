/* The check of the check: kernels broken on purpose, each of which verify_kernel must catch. */
#include "harness/verify.h"
#include "suites.h"
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static struct sv_kernels good; /* generic */

/* --- what goes wrong with memory --- */

static void drops_last_lane(size_t n, const float *x, float *y)
{
    if (n) good.tanh(n - 1, x, y);
}
static void reads_one_past(size_t n, const float *x, float *y)
{
    volatile float past = x[n];
    (void)past;
    good.tanh(n, x, y);
}
static void reads_one_before(size_t n, const float *x, float *y)
{
    volatile float before = x[-1];
    (void)before;
    good.tanh(n, x, y);
}
static void writes_one_past(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    y[n] = 0;
}
static void writes_one_before(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    y[-1] = 0;
}
static void changes_its_input(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    if (n) ((float *)(uintptr_t)x)[n - 1] += 1;
}
static void clears_before_it_reads(size_t n, const float *x, float *y) /* wrong in place only */
{
    memset(y, 0, n * sizeof *y);
    good.tanh(n, x, y);
}
static void writes_into_the_gap(size_t m, size_t n, struct sv_rng rng, float *y, size_t ld)
{
    good.uniform(m, n, rng, y, ld);
    for (size_t i = 0; i + 1 < m; i++)
        if (ld > n) y[i * ld + n] = 0;
}
static void forgets_the_leading_dimension(size_t m, size_t n, struct sv_rng rng, float *y,
                                          size_t ld)
{
    (void)ld;
    good.uniform(m, n, rng, y, n);
}

/* --- what goes wrong with lengths and alignment --- */

static void fails_at_one_length(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    if (n == 31) y[17] = 0;
}
static void fails_unaligned(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    if (n > 3 && (uintptr_t)x % 32) y[3] = nextafterf(y[3], 2);
}

/* --- what goes wrong with values --- */

static void swallows_nan(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) y[i] = fmaxf(x[i], 0);
}
static void three_ulps_off(size_t n, const float *x, float *y)
{
    good.exp(n, x, y);
    for (size_t i = 0; i < n; i++)
        for (int u = 0; u < 3; u++) y[i] = nextafterf(y[i], INFINITY);
}
static void flushes_subnormals(size_t n, const float *x, float *y)
{
    good.exp(n, x, y);
    for (size_t i = 0; i < n; i++)
        if (y[i] < 0x1p-126f) y[i] = 0;
}
static void one_bit_within_bound(size_t n, const float *x, float *y)
{
    good.softplus(n, x, y);
    if (n > 5) y[5] = nextafterf(y[5], 0);
}
static void adds_a_term_twice(size_t m, size_t n, const float *mu, const float *logvar, size_t ld,
                              float *kl)
{
    good.kl(m, n, mu, logvar, ld, kl);
    for (size_t i = 0; n && i < m; i++) {
        float again;
        good.kl(1, 1, mu + i * ld + n - 1, logvar + i * ld + n - 1, ld, &again);
        kl[i] += again;
    }
}
static void sums_in_another_order(size_t m, size_t n, const float *a, size_t lda, float *y)
{
    for (size_t j = 0; j < n; j++) {
        y[j] = 0;
        for (size_t i = m; i-- > 0;) y[j] += a[i * lda + j];
    }
}
static void ignores_the_row(size_t m, size_t n, struct sv_rng rng, float *y, size_t ld)
{
    for (size_t i = 0; i < m; i++) good.normal(1, n, rng, y + i * ld, ld);
}
static void ignores_scale(size_t m, size_t n, const float *l, size_t ldl, const float *x,
                          size_t ldx, float scale, float *ll, float *dl, size_t ldd)
{
    (void)scale;
    good.bernoulli_ll_grad(m, n, l, ldl, x, ldx, 1, ll, dl, ldd);
}

/* --- what goes wrong in a GEMM --- */

static void ignores_accumulate(const struct sv_gemm *g)
{
    struct sv_gemm wrong = *g;
    wrong.accumulate = false;
    good.gemm_nn(&wrong);
}
static void misses_the_last_k(const struct sv_gemm *g)
{
    struct sv_gemm wrong = *g;
    if (g->k > 16) wrong.k--;
    good.gemm_nn(&wrong);
}
static void splits_k(const struct sv_gemm *g) /* two partial sums: within bound, other bits */
{
    struct sv_gemm half = *g;
    good.gemm_nn(g);
    if (g->epilogue != SV_EPI_NONE || g->accumulate || g->k < 2 || g->m * g->n == 0) return;
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            float part[2] = {0, 0};
            for (size_t p = 0; p < g->k; p++)
                part[p % 2] = fmaf(half.a[i * g->lda + p], half.b[p * g->ldb + j], part[p % 2]);
            g->c[i * g->ldc + j] = part[0] + part[1];
        }
}
static void forgets_the_bias(const struct sv_gemm *g)
{
    struct sv_gemm wrong = *g;
    if (g->epilogue == SV_EPI_BIAS) wrong.epilogue = SV_EPI_NONE;
    good.gemm_nn(&wrong);
}

/* --- what goes wrong with the machine --- */

#if defined(__x86_64__)
static void sets_flush_to_zero(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    _mm_setcsr(_mm_getcsr() | 0x8000);
}
#endif

#define BREAK(field, function)                                                                     \
    {                                                                                              \
#function, SV_KERNEL_##field, offsetof(struct sv_kernels, field), (void (*)(void))function \
    }
static const struct {
    const char *name;
    size_t id, field;
    void (*function)(void);
} broken[] = {
    BREAK(tanh, drops_last_lane),
    BREAK(tanh, reads_one_past),
    BREAK(tanh, reads_one_before),
    BREAK(tanh, writes_one_past),
    BREAK(tanh, writes_one_before),
    BREAK(tanh, changes_its_input),
    BREAK(tanh, clears_before_it_reads),
    BREAK(uniform, writes_into_the_gap),
    BREAK(uniform, forgets_the_leading_dimension),
    BREAK(tanh, fails_at_one_length),
    BREAK(tanh, fails_unaligned),
    BREAK(relu, swallows_nan),
    BREAK(exp, three_ulps_off),
    BREAK(exp, flushes_subnormals),
    BREAK(softplus, one_bit_within_bound),
    BREAK(kl, adds_a_term_twice),
    BREAK(colsum, sums_in_another_order),
    BREAK(normal, ignores_the_row),
    BREAK(bernoulli_ll_grad, ignores_scale),
    BREAK(gemm_nn, ignores_accumulate),
    BREAK(gemm_nn, misses_the_last_k),
    BREAK(gemm_nn, splits_k),
    BREAK(gemm_nn, forgets_the_bias),
#if defined(__x86_64__)
    BREAK(tanh, sets_flush_to_zero),
#endif
};
enum { BROKEN = sizeof broken / sizeof *broken };

START_TEST(test_broken_kernel_is_caught)
{
    struct sv_kernels table;
    ck_assert_int_eq(sv_dispatch("generic", &good), SV_OK);
    table = good;
    table.isa = broken[_i].name;
    memcpy((char *)&table + broken[_i].field, &broken[_i].function, sizeof broken[_i].function);
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .first_failure = true, .seed = verify_seed()};
    const struct verdict v = verify_kernel_forked(broken[_i].id, &table, &options);
    ck_assert_msg(v.failures > 0, "%s went unnoticed", broken[_i].name);
}
END_TEST

START_TEST(test_good_kernel_passes)
{
    ck_assert_int_eq(sv_dispatch("generic", &good), SV_OK);
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = verify_seed(), .log = stderr};
    ck_assert_uint_eq(verify_kernel_forked(SV_KERNEL_tanh, &good, &options).failures, 0);
}
END_TEST

Suite *suite_selftest(void)
{
    Suite *s = suite_create("selftest");
    TCase *t = tcase_create("broken");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_broken_kernel_is_caught, 0, BROKEN);
    tcase_add_test(t, test_good_kernel_passes);
    suite_add_tcase(s, t);
    return s;
}
