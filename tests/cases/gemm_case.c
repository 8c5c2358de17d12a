/* Shapes: every length of each dimension around the tile sizes, the cache-block edges, the paper's
 * layers. Every epilogue meets every shape class; variant ACCUMULATE continues a stored chain. */
#include "../harness/kcase.h"
#include <math.h>
#include <stdlib.h>

enum { ACCUMULATE = SV_EPI_COUNT, VARIANTS };
enum { A, B, C, BIAS, Y, ROW_SUM, WORK };

static const struct shape fixed[] = {
    {0, 5, 5, 1, 0},      {5, 0, 5, 1, 10},      {5, 5, 0, 1, 2},        {4, 3, 0, 1, 10},
    {4, 3, 0, 1, 11},     {119, 17, 384, 3, 1},  {120, 33, 385, 0, 3},   {121, 16, 769, 1, 10},
    {7, 1535, 20, 0, 10}, {5, 1537, 5, 2, 6},    {13, 1536, 383, 1, 1},  {100, 500, 784, 0, 2},
    {100, 40, 500, 0, 1}, {100, 500, 20, 0, 2},  {100, 784, 500, 0, 10}, {100, 500, 784, 0, 6},
    {100, 20, 500, 0, 6}, {784, 500, 100, 0, 0}, {1, 784, 500, 0, 10},   {2, 37, 501, 0, 0},
    {16, 1, 1, 0, 11},
};
enum { FIXED = sizeof fixed / sizeof *fixed };

/* One dimension runs, the others stay small; the epilogue cycles. */
static bool sweep(size_t i, size_t lengths, size_t stride, struct shape *s)
{
    const size_t len = i % lengths * stride;
    *s = (struct shape){3, 5, 7, i % 5, (int)(i % VARIANTS)};
    switch (i / lengths) {
    case 0: s->m = len; return true;
    case 1: s->n = len; return true;
    case 2: s->k = len; return true;
    default: return false;
    }
}

/* All combinations of sizes around the tiles' edges, with every epilogue. */
static bool edges(size_t i, struct shape *s)
{
    static const size_t m[] = {1, 4, 6, 7, 13}, n[] = {1, 15, 16, 17, 40}, k[] = {1, 2, 20};
    const size_t variant = i % VARIANTS, mi = i / VARIANTS % 5, ni = i / VARIANTS / 5 % 5;
    const size_t ki = i / VARIANTS / 25;
    if (ki >= 3) return false;
    *s = (struct shape){m[mi], n[ni], k[ki], (i * 5) % 7, (int)variant};
    return true;
}

static bool gemm_shape(size_t i, bool quick, struct shape *s)
{
    const size_t lengths = quick ? 30 : 261, stride = quick ? 9 : 1;
    if (i < FIXED) {
        *s = fixed[i];
        return true;
    }
    i -= FIXED;
    return sweep(i, lengths, stride, s) || edges(i - 3 * lengths, s);
}

static bool exact(const struct shape *s)
{
    return s->variant == SV_EPI_NONE || s->variant == SV_EPI_BIAS || s->variant == SV_EPI_RELU ||
           s->variant == SV_EPI_RELU_GRAD || s->variant == ACCUMULATE;
}

static size_t operands(const struct shape *s, struct operand *ops, struct operand a,
                       struct operand b)
{
    const bool uses_y = s->variant >= SV_EPI_TANH_GRAD && s->variant != ACCUMULATE;
    const bool sums = s->variant == SV_EPI_BERNOULLI;
    ops[A] = a;
    ops[B] = b;
    ops[C] = matrix("c", s->variant == ACCUMULATE ? INOUT : OUT, FILL_NORMAL, s->m, s->n, s, 2);
    ops[BIAS] = vector("bias", IN, FILL_NORMAL, s->n);
    ops[Y] = matrix("y", IN, FILL_UNIT, uses_y ? s->m : 0, s->n, s, 3);
    ops[ROW_SUM] = vector("row_sum", sums ? OUT : IN, FILL_NORMAL, sums ? s->m : 0);
    ops[WORK] = vector("scratch", SCRATCH, 0, sv_gemm_scratch(s->m, s->n, s->k) / 4);
    return WORK + 1;
}
static size_t operands_nn(const struct shape *s, struct operand *o)
{
    return operands(s, o, matrix("a", IN, FILL_NORMAL, s->m, s->k, s, 0),
                    matrix("b", IN, FILL_NORMAL, s->k, s->n, s, 1));
}
static size_t operands_nt(const struct shape *s, struct operand *o)
{
    return operands(s, o, matrix("a", IN, FILL_NORMAL, s->m, s->k, s, 0),
                    matrix("b", IN, FILL_NORMAL, s->n, s->k, s, 1));
}
static size_t operands_tn(const struct shape *s, struct operand *o)
{
    return operands(s, o, matrix("a", IN, FILL_NORMAL, s->k, s->m, s, 0),
                    matrix("b", IN, FILL_NORMAL, s->k, s->n, s, 1));
}

#define GEMM_ARGS(T)                                                                               \
    {                                                                                              \
        .m = s->m, .n = s->n, .k = s->k, .a = p[A], .lda = o[A].ld, .b = p[B], .ldb = o[B].ld,     \
        .c = p[C], .ldc = o[C].ld, .accumulate = s->variant == ACCUMULATE,                         \
        .epilogue = s->variant == ACCUMULATE ? SV_EPI_NONE : (enum sv_epilogue)s->variant,         \
        .bias = p[BIAS],                                                                           \
        .y = s->variant >= SV_EPI_TANH_GRAD && s->variant != ACCUMULATE ? p[Y] : NULL,             \
        .ldy = o[Y].ld, .scale = 0.5f, .row_sum = p[ROW_SUM], .scratch = p[WORK]                   \
    }
#define NN(T)                                                                                      \
    const struct T##gemm g = GEMM_ARGS(T);                                                         \
    k->gemm_nn(&g)
#define NT(T)                                                                                      \
    const struct T##gemm g = GEMM_ARGS(T);                                                         \
    k->gemm_nt(&g)
#define TN(T)                                                                                      \
    const struct T##gemm g = GEMM_ARGS(T);                                                         \
    k->gemm_tn(&g)
CASE_CALL_T(call_nn, NN)
CASE_CALL_T(call_nt, NT)
CASE_CALL_T(call_tn, TN)

typedef void call64_fn(const struct sv64_kernels *, const struct shape *, const struct operand *,
                       void *const *);

static double *absolute(const double *x, size_t n)
{
    double *y = malloc((n + 1) * sizeof *y);
    for (size_t i = 0; i < n; i++) y[i] = fabs(x[i]);
    return y;
}

static size_t size(const struct operand *o)
{
    return o->rows && o->cols ? (o->rows - 1) * o->ld + o->cols : 0;
}

/* c_ij's bound, given v = sum a b, mass = sum |a||b|, the bound of v + bias, and the oracle's c */
static double element(int variant, double v, double mass, double acc, double l, double y)
{
    const double sum = acc + 2 * U_F32 * (fabs(v) + fabs(l));
    switch (variant) {
    case SV_EPI_NONE:
    case ACCUMULATE: return acc;
    case SV_EPI_BIAS:
    case SV_EPI_RELU: return sum;
    case SV_EPI_TANH:
    case SV_EPI_SIGMOID: return sum + 4 * U_F32;
    case SV_EPI_SOFTPLUS: return sum + 4 * U_F32 * (1 + fabs(l));
    case SV_EPI_BERNOULLI: return 0.5 * (0.25 * sum + 6 * U_F32 * (1 + fabs(y)));
    default: break;
    }
    const double slope = variant == SV_EPI_TANH_GRAD      ? 1 + y * y
                         : variant == SV_EPI_SIGMOID_GRAD ? fabs(y) * (1 + fabs(y))
                                                          : 2;
    return slope * (acc + 5 * U_F32 * mass);
}

static double loglik_mass(double l, double x)
{
    return fabs(x * l) + fmax(l, 0) + log1p(exp(-fabs(l)));
}

static void bound(const struct shape *s, double *const *before, double *const *bound_out,
                  call64_fn *call, const struct operand *o)
{
    struct shape plain = *s;
    plain.variant = s->variant == ACCUMULATE ? ACCUMULATE : SV_EPI_NONE;
    void *p[WORK + 1] = {0};
    for (int i = A; i <= ROW_SUM; i++) p[i] = before[i];
    double *v = malloc((size(&o[C]) + 1) * sizeof *v);
    for (size_t e = 0; e < size(&o[C]); e++) v[e] = before[C][e];
    double *mass = absolute(before[C], size(&o[C]));
    double *a = absolute(before[A], size(&o[A])), *b = absolute(before[B], size(&o[B]));
    p[C] = v;
    call(&ref64_kernels, &plain, o, p);
    p[A] = a, p[B] = b, p[C] = mass;
    call(&ref64_kernels, &plain, o, p);

    for (size_t i = 0; i < s->m; i++) {
        double row = 0, terms = 0;
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = i * o[C].ld + j;
            const double acc = U_F32 * fmin((double)(s->k + 2), 8 * sqrt((double)s->k)) * mass[e];
            const double l = v[e] + before[BIAS][j];
            const bool uses_y = s->variant >= SV_EPI_TANH_GRAD && s->variant != ACCUMULATE;
            const double y = uses_y ? before[Y][i * o[Y].ld + j] : 0;
            bound_out[C][e] = element(s->variant, v[e], mass[e], acc, l, y);
            terms += loglik_mass(l, y);
            row += (acc + 2 * U_F32 * (fabs(v[e]) + fabs(l))) * (1 + fabs(y));
        }
        if (s->variant == SV_EPI_BERNOULLI)
            bound_out[ROW_SUM][i] = row + U_F32 * (double)(s->n + 8) * terms;
    }
    free(v), free(mass), free(a), free(b);
}

#define GEMM_CASE(shape_name)                                                                      \
    static void bound_##shape_name(const struct shape *s, const struct operand *o,                 \
                                   double *const *before, double *const *after,                    \
                                   double *const *out)                                             \
    {                                                                                              \
        (void)after;                                                                               \
        bound(s, before, out, call_##shape_name##64, o);                                           \
    }                                                                                              \
    const struct kcase case_gemm_##shape_name = {.kernel = "gemm_" #shape_name,                    \
                                                 .shape = gemm_shape,                              \
                                                 .operands = operands_##shape_name,                \
                                                 .call = call_##shape_name,                        \
                                                 .call64 = call_##shape_name##64,                  \
                                                 .bound = bound_##shape_name,                      \
                                                 .exact_on_integers = exact};
GEMM_CASE(nn)
GEMM_CASE(nt)
GEMM_CASE(tn)
