#include "broken.h"
#include "../reference/verify/verify.h"
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static struct sv_kernels good; /* generic */

/* --- memory errors --- */

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
/* Writes 8 elements past the end, if that is still on the page. */
static void writes_past_where_it_may(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    if ((uintptr_t)(y + n) % 4096 && (uintptr_t)(y + n) % 4096 < 4000) y[n + 8] = 0;
}
static void leaves_one_row(const struct sv_gemm *g)
{
    struct sv_gemm part = *g;
    if (g->m > 4 && g->epilogue != SV_EPI_BERNOULLI) part.m--;
    good.gemm_nn(&part);
}
static void changes_its_input(const struct sv_kl *p)
{
    good.kl(p);
    if (p->m && p->n) ((float *)(uintptr_t)p->mu)[p->n - 1] += 1;
}
static void takes_another_leading_dimension(const struct sv_kl *p)
{
    struct sv_kl wrong = *p;
    wrong.ld = p->ldg;
    good.kl_grad(&wrong);
}
static void clears_before_it_reads(size_t n, const float *x, float *y) /* wrong only in place */
{
    memset(y, 0, n * sizeof *y);
    good.tanh(n, x, y);
}
static void writes_into_the_gap(size_t m, size_t n, struct sv_rng rng, float *y, size_t ld)
{
    good.uniform(m, n, rng, y, ld);
    for (size_t i = 0; i + 1 < m; i++)
        if (n && ld > n) y[i * ld + n] = 0;
}
static void forgets_the_leading_dimension(size_t m, size_t n, struct sv_rng rng, float *y,
                                          size_t ld)
{
    (void)ld;
    good.uniform(m, n, rng, y, n);
}

/* --- errors at some lengths and alignments --- */

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

/* --- wrong values --- */

static void swallows_nan(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) y[i] = fmaxf(x[i], 0);
}
static void loses_the_sign_of_zero(size_t n, const float *x, float *y)
{
    good.relu(n, x, y);
    for (size_t i = 0; i < n; i++)
        if (x[i] == 0) y[i] = x[i];
}
static void takes_no_maximum_out(size_t m, size_t n, const float *x, size_t ldx, float *y)
{
    for (size_t i = 0; i < m; i++) {
        float sum = 0;
        for (size_t j = 0; j < n; j++) sum += expf(x[i * ldx + j]);
        y[i] = logf(sum); // cppcheck-suppress invalidFunctionArg
    }
}
static void takes_weights_from_the_sum(
    const struct sv_logsumexp_grad *p) /* the rounding error of y enters every weight */
{
    good.logsumexp_grad(p);
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++)
            p->w[i * p->ldw + j] = expf(p->x[i * p->ldx + j] - p->y[i]);
}
static void scales_by_the_first_row(size_t m, size_t n, const float *s, const float *x, size_t ldx,
                                    float *y, size_t ldy)
{
    for (size_t i = 0; i < m; i++) good.scale_rows(1, n, s, x + i * ldx, ldx, y + i * ldy, ldy);
}
static void rounds_a_sum_of_integers(size_t m, size_t n, const float *a, size_t lda, float *y)
{
    good.colsum(m, n, a, lda, y);
    for (size_t j = 0; j < n; j++)
        if (fabsf(y[j]) == 3) y[j] = nextafterf(y[j], 0);
}
static void forgets_eps(size_t n, float *w, const float *g, float *s, float lr, float eps,
                        float decay)
{
    (void)eps;
    good.adagrad(n, w, g, s, lr, 0, decay);
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
static void adds_a_term_twice(const struct sv_kl *p)
{
    good.kl(p);
    for (size_t i = 0; p->n && i < p->m; i++) {
        const size_t last = i * p->ld + p->n - 1;
        float again = 0;
        good.kl(&(struct sv_kl){
            .m = 1, .n = 1, .mu = p->mu + last, .logvar = p->logvar + last, .kl = &again});
        p->kl[i] += again;
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
static void ignores_beta(const struct sv_reparam_grad *p)
{
    struct sv_reparam_grad wrong = *p;
    wrong.beta = 1;
    good.reparam_grad(&wrong);
}
static void ignores_row_weights(const struct sv_reparam_grad *p)
{
    struct sv_reparam_grad wrong = *p;
    wrong.c = NULL;
    good.reparam_grad(&wrong);
}
static void takes_the_first_draw_alone(const struct sv_log_ratio *p)
{
    good.log_ratio(p);
    for (size_t r = 0; r < p->m * p->samples; r++) p->y[r] = p->y[r / p->samples * p->samples];
}
static void forgets_the_constant(size_t m, size_t n, const float *z, size_t ldz, float *ll)
{
    good.normal_ll(m, n, z, ldz, ll);
    for (size_t i = 0; i < m; i++) ll[i] += 0.9189385f * (float)n;
}
static void moves_by_the_old_momentum(const struct sv_leapfrog *q)
{
    for (size_t i = 0; i < q->m; i++)
        for (size_t j = 0; j < q->n; j++) {
            float *z = q->z + i * q->ldz + j, *p = q->p + i * q->ldz + j;
            const float force = q->dz[i * q->ldd + j] + *z;
            *z += q->e[i] * *p;
            *p -= q->a[i] * force;
        }
}
static void ignores_scale(const struct sv_bernoulli_ll *p)
{
    struct sv_bernoulli_ll wrong = *p;
    wrong.scale = 1;
    good.bernoulli_ll_grad(&wrong);
}
static void ignores_the_limit(const struct sv_gaussian_ll *p)
{
    struct sv_gaussian_ll wrong = *p;
    if (p->logvar) wrong.min_logvar = -INFINITY;
    good.gaussian_ll(&wrong);
}
static void pulls_below_the_limit(const struct sv_gaussian_ll *p)
{
    good.gaussian_ll_grad(p);
    for (size_t i = 0; p->logvar && i < p->m * p->n; i++) {
        float *d = p->dlogvar + i / p->n * p->ldg + i % p->n;
        if (*d == 0) *d = 0x1p-20f * p->scale;
    }
}
static void steps_where_variance_is_fixed(const struct sv_gaussian_ll *p)
{
    good.gaussian_ll_grad(p);
    if (!p->logvar && p->m && p->n) p->dlogvar[p->n - 1] = 0;
}
static void forgets_the_gaussians_share(const struct sv_mixture_ll *p)
{
    good.mixture_ll_grad(p);
    for (size_t i = 0; i < p->m * p->n; i++) { /* that of a share of 1 */
        const size_t r = i / p->n, c = i % p->n;
        float v = -fmaxf(p->min_logvar, p->logvar[c]), precision;
        good.exp(1, &v, &precision);
        p->dmean[r * p->ldg + c] =
            p->scale * (p->mean[r * p->ld + c] - p->x[r * p->ldx + c]) * precision;
    }
}
static void normalises_by_the_first_share(const struct sv_mixture_ll *p)
{
    good.mixture_ll(p);
    float one, other;
    for (size_t i = 0; p->n > 1 && i < p->m; i++) {
        good.softplus(1, p->unif, &one);
        good.softplus(1, p->unif + 1, &other);
        p->ll[i] += other - one;
    }
}

/* --- errors of a GEMM --- */

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
static void splits_k(const struct sv_gemm *g) /* two partial sums: within bound, bits differ */
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

/* --- errors of machine state --- */

#if defined(__x86_64__)
static void sets_flush_to_zero(size_t n, const float *x, float *y)
{
    good.tanh(n, x, y);
    _mm_setcsr(_mm_getcsr() | 0x8000);
}
#elif defined(__aarch64__)
static void sets_flush_to_zero(size_t n, const float *x, float *y)
{
    uint64_t fpcr;
    good.tanh(n, x, y);
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    __asm__ volatile("msr fpcr, %0" ::"r"(fpcr | 1 << 24)); /* FZ */
}
#endif

/* Each row: the reason that must be found, and by which comparison. ORACLE: the table is not
 * compared with generic, so the oracle must find the error, as it must for generic itself. */
enum { ORACLE = false, GENERIC = true };

#define BREAK(reason, against, field, function)                                                    \
    {                                                                                              \
#function, reason, against, SV_KERNEL_##field, offsetof(struct sv_kernels, field),         \
            (void (*)(void))function                                                               \
    }
static const struct {
    const char *name;
    unsigned reason;
    bool compare_bits;
    size_t id, field;
    void (*function)(void);
} rows[] = {
    BREAK(UNWRITTEN, ORACLE, tanh, drops_last_lane),
    BREAK(UNWRITTEN, ORACLE, gemm_nn, leaves_one_row),
    BREAK(CRASHED, ORACLE, tanh, reads_one_past),
    BREAK(CRASHED, ORACLE, tanh, reads_one_before),
    BREAK(CRASHED, ORACLE, tanh, writes_one_past),
    BREAK(CRASHED, ORACLE, tanh, writes_one_before),
    BREAK(WROTE_OUTSIDE, ORACLE, tanh, writes_past_where_it_may),
    BREAK(CHANGED_INPUT, ORACLE, kl, changes_its_input),
    BREAK(WRONG_BITS, GENERIC, tanh, clears_before_it_reads),
    BREAK(WROTE_GAP, ORACLE, uniform, writes_into_the_gap),
    BREAK(WROTE_GAP, ORACLE, uniform, forgets_the_leading_dimension),
    BREAK(CRASHED, ORACLE, kl_grad, takes_another_leading_dimension),
    BREAK(WRONG_VALUE, ORACLE, tanh, fails_at_one_length),
    BREAK(WRONG_BITS, GENERIC, tanh, fails_unaligned),
    BREAK(WRONG_VALUE, ORACLE, relu, swallows_nan),
    BREAK(WRONG_VALUE, ORACLE, relu, loses_the_sign_of_zero),
    BREAK(WRONG_VALUE, ORACLE, exp, three_ulps_off),
    BREAK(WRONG_VALUE, ORACLE, exp, flushes_subnormals),
    BREAK(WRONG_VALUE, ORACLE, logsumexp, takes_no_maximum_out),
    BREAK(WRONG_VALUE, ORACLE, logsumexp_grad, takes_weights_from_the_sum),
    BREAK(WRONG_VALUE, ORACLE, scale_rows, scales_by_the_first_row),
    BREAK(WRONG_BITS, GENERIC, softplus, one_bit_within_bound),
    BREAK(WRONG_VALUE, ORACLE, kl, adds_a_term_twice),
    BREAK(WRONG_BITS, GENERIC, colsum, sums_in_another_order),
    BREAK(WRONG_VALUE, ORACLE, colsum, rounds_a_sum_of_integers),
    BREAK(WRONG_VALUE, ORACLE, normal, ignores_the_row),
    BREAK(WRONG_VALUE, ORACLE, adagrad, forgets_eps),
    BREAK(WRONG_VALUE, ORACLE, reparam_grad, ignores_beta),
    BREAK(WRONG_VALUE, ORACLE, reparam_grad, ignores_row_weights),
    BREAK(WRONG_VALUE, ORACLE, log_ratio, takes_the_first_draw_alone),
    BREAK(WRONG_VALUE, ORACLE, normal_ll, forgets_the_constant),
    BREAK(WRONG_VALUE, ORACLE, leapfrog, moves_by_the_old_momentum),
    BREAK(WRONG_VALUE, ORACLE, bernoulli_ll_grad, ignores_scale),
    BREAK(WRONG_VALUE, ORACLE, gaussian_ll, ignores_the_limit),
    BREAK(WRONG_VALUE, ORACLE, gaussian_ll_grad, pulls_below_the_limit),
    BREAK(CRASHED | WROTE_OUTSIDE, ORACLE, gaussian_ll_grad, steps_where_variance_is_fixed),
    BREAK(WRONG_VALUE, ORACLE, mixture_ll, normalises_by_the_first_share),
    BREAK(WRONG_VALUE, ORACLE, mixture_ll_grad, forgets_the_gaussians_share),
    BREAK(WRONG_VALUE, ORACLE, gemm_nn, ignores_accumulate),
    BREAK(WRONG_VALUE, ORACLE, gemm_nn, misses_the_last_k),
    BREAK(WRONG_BITS, GENERIC, gemm_nn, splits_k),
    BREAK(WRONG_VALUE, ORACLE, gemm_nn, forgets_the_bias),
#if defined(__x86_64__) || defined(__aarch64__)
    BREAK(CHANGED_CONTROL, ORACLE, tanh, sets_flush_to_zero),
#endif
};
enum { BROKEN = sizeof rows / sizeof *rows };

size_t broken_count(void) { return BROKEN; }

bool broken_kernel(size_t i, struct broken *out)
{
    if (i >= BROKEN) return false;
    ck_assert_int_eq(sv_dispatch("generic", &good), SV_OK);
    *out = (struct broken){rows[i].name, rows[i].id, rows[i].compare_bits, rows[i].reason, good};
    out->table.isa = rows[i].name;
    memcpy((char *)&out->table + rows[i].field, &rows[i].function, sizeof rows[i].function);
    return true;
}
