/* Shapes: every length of each dimension around the microtile sizes, the edges of cache blocks, and
 * the paper's layers. Every epilogue occurs in every class of shapes; variant ACCUMULATE continues
 * a stored chain. Packed operands, and caches so small that small shapes cross blocks, alternate
 * independently of the epilogues. */
#include "kcase.h"
#include "must.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A variant is an epilogue or ACCUMULATE, plus any of the flags. */
enum { ACCUMULATE = SV_EPI_COUNT, VARIANTS, B_PACKED = 32, C_PACKED = 64, SMALL_CACHES = 128 };
_Static_assert(VARIANTS <= B_PACKED, "epilogues and flags share a variant");
enum { A, B, C, BIAS, Y, ROW_SUM, S, V, WORK };

static const float LR = 0.01f, EPS = 0.125f, DECAY = 0x1p-9f, BETA1 = 0.9f, BETA2 = 0.999f;

static const struct shape fixed[] = {{0, 5, 5, 1, SV_EPI_NONE},
                                     {5, 0, 5, 1, SV_EPI_BERNOULLI},
                                     {5, 5, 0, 1, SV_EPI_TANH},
                                     {4, 3, 0, 1, SV_EPI_BERNOULLI},
                                     {4, 3, 0, 1, SV_EPI_SGD},
                                     {119, 17, 384, 3, SV_EPI_BIAS},
                                     {120, 33, 385, 0, SV_EPI_RELU},
                                     {121, 16, 769, 1, SV_EPI_BERNOULLI},
                                     {7, 1535, 20, 0, SV_EPI_BERNOULLI},
                                     {5, 1537, 5, 2, SV_EPI_TANH_GRAD},
                                     {13, 1536, 383, 1, SV_EPI_BIAS},
                                     {100, 500, 784, 0, SV_EPI_TANH | B_PACKED},
                                     {100, 40, 500, 0, SV_EPI_BIAS},
                                     {100, 500, 20, 0, SV_EPI_TANH},
                                     {100, 784, 500, 0, SV_EPI_BERNOULLI | B_PACKED},
                                     {100, 500, 784, 0, SV_EPI_TANH_GRAD},
                                     {100, 20, 500, 0, SV_EPI_TANH_GRAD},
                                     {784, 500, 100, 0, SV_EPI_ADAGRAD | C_PACKED},
                                     {1, 784, 500, 0, SV_EPI_BERNOULLI},
                                     {2, 37, 501, 0, SV_EPI_NONE},
                                     {16, 1, 1, 0, ACCUMULATE},
                                     {20, 40, 256, 0, SV_EPI_NONE},
                                     {3, 512, 1024, 0, SV_EPI_SIGMOID_GRAD},
                                     {256, 24, 16, 0, SV_EPI_ADAM},
                                     {9, 1100, 900, 4, SV_EPI_RELU_GRAD},
                                     {600, 33, 800, 0, ACCUMULATE}};
enum { FIXED = sizeof fixed / sizeof *fixed };

static bool accumulates(const struct shape *s) { return s->variant % B_PACKED == ACCUMULATE; }
static enum sv_epilogue epilogue(const struct shape *s)
{
    return accumulates(s) ? SV_EPI_NONE : (enum sv_epilogue)(s->variant % B_PACKED);
}
static const struct sv_epilogue_row *traits(const struct shape *s)
{
    return &sv_epilogues[epilogue(s)];
}

static void variant_text(int variant, char text[VARIANT_TEXT])
{
    const struct shape s = {.variant = variant};
    snprintf(text, VARIANT_TEXT, "epilogue %s%s%s%s%s", traits(&s)->name,
             accumulates(&s) ? ", accumulating" : "", variant & B_PACKED ? ", b packed" : "",
             variant & C_PACKED ? ", c packed" : "",
             variant & SMALL_CACHES ? ", small caches" : "");
    for (char *c = text; *c; c++) *c = (char)tolower((unsigned char)*c);
}

/* SMALL_CACHES leaves room for KC = 16, MC = 15 and NC = 32. Returns the sizes to restore. */
static struct sv_caches set_caches(const struct shape *s)
{
    const struct sv_caches before = sv_caches();
    if (s->variant & SMALL_CACHES) sv_set_caches((struct sv_caches){800, 2000, 6000});
    return before;
}

/* Sweeps one dimension while the others stay small; the epilogue cycles. */
static bool sweep(size_t i, size_t lengths, size_t stride, struct shape *s)
{
    const size_t len = i % lengths * stride;
    *s = (struct shape){3, 5, 7, i % 5, (int)(i % VARIANTS | i / 2 % 8 * B_PACKED)};
    switch (i / lengths) {
    case 0: s->m = len; return true;
    case 1: s->n = len; return true;
    case 2: s->k = len; return true;
    default: return false;
    }
}

/* All combinations of sizes around the microtiles' edges, with every epilogue. */
static bool edges(size_t i, struct shape *s)
{
    static const size_t m[] = {1, 4, 6, 11, 29}, n[] = {1, 15, 24, 33, 40}, k[] = {1, 2, 20};
    const size_t variant = i % VARIANTS, mi = i / VARIANTS % 5, ni = i / VARIANTS / 5 % 5;
    const size_t ki = i / VARIANTS / 25;
    if (ki >= 3) return false;
    *s = (struct shape){m[mi], n[ni], k[ki], (i * 5) % 7, (int)(variant | i / 3 % 8 * B_PACKED)};
    return true;
}

/* Every microtile height with every width and kind of column tail, so that every microtile of every
 * ISA is tried. */
static bool tiles(size_t i, struct shape *s)
{
    static const size_t n[] = {1, 8, 17, 40, 64, 128, 136, 200}, k[] = {3, 260};
    const size_t m = i % 15 + 1, ni = i / 15 % 8, ki = i / 120;
    if (ki >= 2) return false;
    *s = (struct shape){m, n[ni], k[ki], i % 3, (int)(i % VARIANTS | i / 7 % 4 * B_PACKED)};
    return true;
}

/* The i-th optimiser that has statistics; SV_EPI_COUNT past the last. */
static enum sv_epilogue with_statistics(size_t i)
{
    int e = 0;
    while (e < SV_EPI_COUNT && (sv_epilogues[e].arrays < 2 || i--)) e++;
    return (enum sv_epilogue)e;
}

/* Those optimisers on packed C, where an ISA may step the weights of one microtile between the k
 * steps of the next (gemm_deferred.h): every microtile height, whole and partial panels, k around a
 * microtile's height and large. */
static bool steps(size_t i, struct shape *s)
{
    static const size_t n[] = {32, 52, 96}, k[] = {11, 12, 13, 25, 100};
    const size_t m = i % 30 + 1, ni = i / 30 % 3;
    const enum sv_epilogue e = with_statistics(i / 90);
    if (e == SV_EPI_COUNT) return false;
    *s = (struct shape){m, n[ni], k[i % 5], i % 3,
                        (int)(e | C_PACKED | i / 2 % 2 * B_PACKED | i / 4 % 2 * SMALL_CACHES)};
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
    enum { TILES = 240 };
    if (i < TILES) return tiles(i, s);
    i -= TILES;
    if (sweep(i, lengths, stride, s)) return true;
    enum { EDGES = 75 * VARIANTS };
    i -= 3 * lengths;
    return edges(i, s) || (i >= EDGES && steps(i - EDGES, s));
}

static bool exact(const struct shape *s)
{
    const enum sv_epilogue e = epilogue(s);
    return e == SV_EPI_NONE || e == SV_EPI_BIAS || e == SV_EPI_RELU || e == SV_EPI_RELU_GRAD;
}

static struct operand panels(const char *name, enum role role, enum fill fill, size_t rows,
                             size_t cols)
{
    return (struct operand){name, role, F32, fill, (cols + 15) / 16 * rows, 16, 16};
}

/* Rows per panel, which may exceed those used: the operand is then part of a larger matrix. */
static size_t panel_rows(const struct shape *s, size_t used) { return used + s->pad; }

/* c, or statistics with its layout. In panels, elements outside m x n must keep their values. */
static struct operand like_c(const char *name, enum role role, enum fill fill,
                             const struct shape *s)
{
    if (s->variant & C_PACKED) return panels(name, INOUT, fill, panel_rows(s, s->m), s->n);
    return matrix(name, role, fill, s->m, s->n, s, 2);
}

static size_t operands(const struct shape *s, struct operand *ops, struct operand a,
                       struct operand b)
{
    const struct sv_epilogue_row *t = traits(s);
    const bool reads_c = accumulates(s) || t->arrays > 0;
    const struct operand none = vector("none", IN, FILL_NORMAL, 0);
    ops[A] = a;
    ops[B] = b;
    if (s->variant & B_PACKED) ops[B] = panels("b", IN, FILL_NORMAL, panel_rows(s, b.rows), b.cols);
    ops[C] = like_c("c", reads_c ? INOUT : OUT, FILL_NORMAL, s);
    ops[BIAS] = vector("bias", IN, FILL_NORMAL, s->n);
    ops[Y] = matrix("y", IN, FILL_UNIT, t->y ? s->m : 0, s->n, s, 3);
    ops[ROW_SUM] = vector("row_sum", t->row_sum ? OUT : IN, FILL_NORMAL, t->row_sum ? s->m : 0);
    ops[S] = t->arrays > 1 ? like_c("s", INOUT, FILL_POSITIVE, s) : none;
    ops[V] = t->arrays > 2 ? like_c("v", INOUT, FILL_POSITIVE, s) : none;
    const struct sv_caches before = set_caches(s);
    ops[WORK] = vector("scratch", SCRATCH, 0, sv_gemm_scratch(s->m, s->n, s->k) / 4);
    sv_set_caches(before);
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

#define GEMM_CALL(T, kernel, b_rows)                                                               \
    const struct T##optim optim = {LR, EPS, DECAY, BETA1, BETA2};                                  \
    const struct T##gemm g = {.m = s->m,                                                           \
                              .n = s->n,                                                           \
                              .k = s->k,                                                           \
                              .a = p[A],                                                           \
                              .lda = o[A].ld,                                                      \
                              .b = p[B],                                                           \
                              .ldb = s->variant & B_PACKED ? panel_rows(s, b_rows) : o[B].ld,      \
                              .b_packed = s->variant & B_PACKED,                                   \
                              .c = p[C],                                                           \
                              .ldc = s->variant & C_PACKED ? panel_rows(s, s->m) : o[C].ld,        \
                              .c_packed = s->variant & C_PACKED,                                   \
                              .accumulate = accumulates(s),                                        \
                              .epilogue = epilogue(s),                                             \
                              .bias = p[BIAS],                                                     \
                              .y = traits(s)->y ? p[Y] : NULL,                                     \
                              .ldy = o[Y].ld,                                                      \
                              .scale = 0.5f,                                                       \
                              .row_sum = p[ROW_SUM],                                               \
                              .optim = &optim,                                                     \
                              .s = p[S],                                                           \
                              .v = p[V],                                                           \
                              .scratch = p[WORK]};                                                 \
    const struct sv_caches before = set_caches(s);                                                 \
    k->kernel(&g);                                                                                 \
    sv_set_caches(before)
#define NN(T) GEMM_CALL(T, gemm_nn, s->k)
#define NT(T) GEMM_CALL(T, gemm_nt, s->n)
#define TN(T) GEMM_CALL(T, gemm_tn, s->k)
CASE_CALL_T(call_nn, NN)
CASE_CALL_T(call_nt, NT)
CASE_CALL_T(call_tn, TN)

typedef void call64_fn(const struct sv64_kernels *, const struct shape *, const struct operand *,
                       void *const *);

static double *absolute(const double *x, size_t n)
{
    double *y = must_calloc(n + 1, sizeof *y);
    for (size_t i = 0; i < n; i++) y[i] = fabs(x[i]);
    return y;
}

static size_t size(const struct operand *o)
{
    return o->rows && o->cols ? (o->rows - 1) * o->ld + o->cols : 0;
}

/* c_ij's bound, given v = sum a b, mass = sum |a||b|, acc = v's bound, l = v + bias, and y */
static double element(enum sv_epilogue e, double v, double mass, double acc, double l, double y)
{
    const double sum = acc + 2 * U_F32 * (fabs(v) + fabs(l)), through = acc + 5 * U_F32 * mass;
    switch (e) {
    case SV_EPI_NONE: return acc;
    case SV_EPI_BIAS:
    case SV_EPI_RELU: return sum;
    case SV_EPI_TANH:
    case SV_EPI_SIGMOID: return sum + 4 * U_F32;
    case SV_EPI_SOFTPLUS: return sum + 4 * U_F32 * (1 + fabs(l));
    case SV_EPI_BERNOULLI: return 0.5 * (0.25 * sum + 6 * U_F32 * (1 + fabs(y)));
    case SV_EPI_TANH_GRAD: return (1 + y * y) * through;
    case SV_EPI_SIGMOID_GRAD: return fabs(y) * (1 + fabs(y)) * through;
    case SV_EPI_RELU_GRAD:
    case SV_EPI_SOFTPLUS_GRAD: return 2 * through;
    case SV_EPI_SGD: /* step_bounds */
    case SV_EPI_ADAGRAD:
    case SV_EPI_ADAM:
    case SV_EPI_COUNT: break;
    }
    return 0;
}

/* The bounds of a weight and its statistics at e: those of the optimisers' own cases, plus the
 * effect of an error `acc` in the gradient v. */
static void step_bounds(const struct shape *s, double *const *before, double *const *after,
                        size_t e, double v, double acc, double *const *bound)
{
    const double w = fabs(before[C][e]), g = fabs(v) + DECAY * w, dg = acc + 2 * U_F32 * g;
    if (epilogue(s) == SV_EPI_SGD) bound[C][e] = SWEPT + LR * dg + 4 * U_F32 * (w + LR * g);
    if (epilogue(s) == SV_EPI_ADAGRAD) {
        const double root = sqrt(after[S][e]) + EPS;
        bound[S][e] = 2 * g * dg + 8 * U_F32 * (before[S][e] + g * g);
        bound[C][e] = SWEPT + 2 * LR * dg / root + 8 * U_F32 * (w + LR * g / root);
    }
    if (epilogue(s) == SV_EPI_ADAM) {
        /* |g| / sqrt(v) is at most sqrt(1000) */
        const double root = sqrt(after[V][e]) + EPS, m = BETA1 * fabs(before[S][e]) + 0.1 * g;
        bound[S][e] = SWEPT + 0.1 * dg + 8 * U_F32 * m;
        bound[V][e] = SWEPT + 0.002 * g * dg + 8 * U_F32 * (before[V][e] + 0.001 * g * g);
        bound[C][e] = SWEPT + 2 * LR * (0.1 * dg / root + 0.04 * dg * m / (root * root)) +
                      10 * U_F32 * (w + LR * m / root);
    }
}

static double loglik_mass(double l, double x)
{
    return fabs(x * l) + fmax(l, 0) + log1p(exp(-fabs(l)));
}

/* Inputs to the bounds of all elements. */
struct sums {
    double *v, *mass; /* sum a b and sum |a||b|, laid out as c */
};

static struct sums sums_make(const struct shape *s, const struct operand *o, double *const *before,
                             call64_fn *call)
{
    struct shape plain = *s;
    plain.variant = accumulates(s) ? s->variant : s->variant / B_PACKED * B_PACKED | SV_EPI_NONE;
    void *p[WORK + 1] = {0};
    for (int i = A; i <= V; i++) p[i] = before[i];
    struct sums sums = {must_calloc(size(&o[C]) + 1, sizeof(double)),
                        absolute(before[C], size(&o[C]))};
    for (size_t e = 0; e < size(&o[C]); e++) sums.v[e] = before[C][e];
    double *a = absolute(before[A], size(&o[A])), *b = absolute(before[B], size(&o[B]));
    p[C] = sums.v;
    call(&ref64_kernels, &plain, o, p);
    p[A] = a, p[B] = b, p[C] = sums.mass;
    call(&ref64_kernels, &plain, o, p);
    free(a), free(b);
    return sums;
}

static void bound(const struct shape *s, double *const *before, double *const *after,
                  double *const *out, call64_fn *call, const struct operand *o)
{
    struct sums sums = sums_make(s, o, before, call);
    for (size_t i = 0; i < s->m; i++) {
        double row = 0, terms = 0;
        for (size_t j = 0; j < s->n; j++) {
            const size_t e = s->variant & C_PACKED
                                 ? (j / 16 * panel_rows(s, s->m) + i) * 16 + j % 16
                                 : i * o[C].ld + j;
            const double v = sums.v[e], mass = sums.mass[e];
            const double acc = U_F32 * fmin((double)(s->k + 2), 8 * sqrt((double)s->k)) * mass;
            const double l = v + before[BIAS][j], y = traits(s)->y ? before[Y][i * o[Y].ld + j] : 0;
            if (traits(s)->arrays)
                step_bounds(s, before, after, e, v, acc, out);
            else
                out[C][e] = element(epilogue(s), v, mass, acc, l, y);
            terms += loglik_mass(l, y);
            row += (acc + 2 * U_F32 * (fabs(v) + fabs(l))) * (1 + fabs(y));
        }
        if (traits(s)->row_sum)
            out[ROW_SUM][i] = row + U_F32 * ((double)(s->n + 8) * terms + (double)s->n);
    }
    free(sums.v), free(sums.mass);
}

#define GEMM_CASE(shape_name)                                                                      \
    static void bound_##shape_name(const struct shape *s, const struct operand *o,                 \
                                   double *const *before, double *const *after,                    \
                                   double *const *out)                                             \
    {                                                                                              \
        bound(s, before, after, out, call_##shape_name##64, o);                                    \
    }                                                                                              \
    const struct kcase case_gemm_##shape_name = {.kernel = "gemm_" #shape_name,                    \
                                                 .shape = gemm_shape,                              \
                                                 .operands = operands_##shape_name,                \
                                                 .call = call_##shape_name,                        \
                                                 .call64 = call_##shape_name##64,                  \
                                                 .bound = bound_##shape_name,                      \
                                                 .exact_on_integers = exact,                       \
                                                 .variant_text = variant_text};
GEMM_CASE(nn)
GEMM_CASE(nt)
GEMM_CASE(tn)
