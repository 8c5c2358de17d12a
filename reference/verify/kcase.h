/* What a test case says about a kernel; verify.c does the rest.
 *
 * A case lists shapes, declares the operands of a shape, calls the kernel (once written, for the
 * float tables and the double oracle), and bounds the error of each output element.
 */
#ifndef KCASE_H
#define KCASE_H

#include "../ref.h"
#include <stdbool.h>

struct shape {
    size_t m, n, k;
    size_t pad;  /* ld minus row length */
    int variant; /* defined by the case: epilogue, draws, ... */
};

enum role { IN, OUT, INOUT, SCRATCH };
enum elem { F32, U32, U8 };

/* What random inputs look like. */
enum fill {
    FILL_NORMAL,   /* N(0, 1) */
    FILL_LARGE,    /* N(0, 1), one in four times 60 so that exp overflows */
    FILL_WIDE,     /* half any finite float, exponents uniform, denormals too; half 8 N(0, 1) */
    FILL_UNIT,     /* [0, 1) */
    FILL_POSITIVE, /* |N(0, 1)| */
    FILL_BYTES,    /* 0 ... 255 */
};

struct operand {
    const char *name;
    enum role role;
    enum elem elem;
    enum fill fill;
    size_t rows, cols, ld;
};

static inline bool operand_is_input(const struct operand *op)
{
    return op->role == IN || op->role == INOUT;
}
static inline bool operand_is_output(const struct operand *op)
{
    return op->role == OUT || op->role == INOUT;
}
static inline size_t operand_size(const struct operand *op) { return op->elem == U8 ? 1 : 4; }

/* Elements from the first to the last, gaps included. */
static inline size_t operand_extent(const struct operand *op)
{
    return op->rows && op->cols ? (op->rows - 1) * op->ld + op->cols : 0;
}

enum { MAX_OPERANDS = 9, MAX_ALIASES = 2, SHAPE_TEXT = 64, VARIANT_TEXT = 96 };

/* An output that the contract allows to coincide with an input; tried where their ld agree. */
struct alias {
    bool used;
    size_t in, out;
};

struct kcase {
    const char *kernel;
    /* shape number i, or false past the last; `quick` thins lengths, never kinds */
    bool (*shape)(size_t i, bool quick, struct shape *s);
    size_t (*operands)(const struct shape *s, struct operand *ops);
    void (*call)(const struct sv_kernels *k, const struct shape *s, const struct operand *o,
                 void *const *p);
    void (*call64)(const struct sv64_kernels *k, const struct shape *s, const struct operand *o,
                   void *const *p);
    /* fills bound[o] for each F32 output o, laid out as the operand, from the double values before
     * and after the call. NULL: the bound is `ulps` ulp of the oracle's value. */
    void (*bound)(const struct shape *s, const struct operand *o, double *const *before,
                  double *const *after, double *const *bound);
    double ulps;
    /* shapes whose results on small integers carry no error at all; NULL: none */
    bool (*exact_on_integers)(const struct shape *s);
    struct alias in_place[MAX_ALIASES];
    /* operations of the formula per element of m x n; a function such as exp, a square root or a
     * random word counts as one. Without a product's 2 k, which call_flops adds */
    double flops;
    /* describes a variant in messages, as "epilogue relu"; empty for the usual variant. NULL: the
     * case has no variants */
    void (*variant_text)(int variant, char text[VARIANT_TEXT]);
    int timed_variant; /* the variant that benchmarks time and `flops` counts */
    /* first variant that was added after the kernel's golden sum, or known answer. Variants from it
     * on have a sum, or answer, of their own, so that the old one stays. 0: none were added */
    struct {
        int golden, known;
    } added;
};

#define SV_KERNEL(name, type) extern const struct kcase case_##name;
#include "../../kernels/kernels.def"
#undef SV_KERNEL

const struct kcase *verify_case(size_t id); /* of kernel id, in the order of kernels.def */

/* One body, both precisions: `expr` sees k, the shape s, the operands o and their addresses p.
 * CASE_CALL_T takes a macro of the type prefix. */
#define CASE_CALL(name, expr)                                                                      \
    static void name(const struct sv_kernels *k, const struct shape *s, const struct operand *o,   \
                     void *const *p)                                                               \
    {                                                                                              \
        (void)s, (void)o;                                                                          \
        expr;                                                                                      \
    }                                                                                              \
    static void name##64(const struct sv64_kernels *k, const struct shape *s,                      \
                         const struct operand *o, void *const *p)                                  \
    {                                                                                              \
        (void)s, (void)o;                                                                          \
        expr;                                                                                      \
    }
#define CASE_CALL_T(name, BODY)                                                                    \
    static void name(const struct sv_kernels *k, const struct shape *s, const struct operand *o,   \
                     void *const *p)                                                               \
    {                                                                                              \
        (void)o;                                                                                   \
        BODY(sv_);                                                                                 \
    }                                                                                              \
    static void name##64(const struct sv64_kernels *k, const struct shape *s,                      \
                         const struct operand *o, void *const *p)                                  \
    {                                                                                              \
        (void)o;                                                                                   \
        BODY(sv64_);                                                                               \
    }

/* Unit round-off of float. */
#define U_F32 0x1p-24
/* The smallest positive float: the most that an underflow adds to an error. */
#define SMALLEST 0x1p-149
/* Rounding error of what is kept as multiples of 2^-103: weights, Adam's m and v, scaled rows. */
#define SWEPT 0x1p-104

/* The work of a shape: m n k for a product, otherwise m n. shape_shrink halves the largest
 * dimension until the work is at most most_work. */
double shape_work(const struct shape *s);
void shape_shrink(struct shape *s, double most_work);

/* "119x17x384" for a product, "4x37" for a matrix, "37" for a single row. */
void shape_text(const struct shape *s, char text[SHAPE_TEXT]);

/* Shape lists shared by cases (shapes.c). */
bool shape_vector(size_t i, bool quick, struct shape *s); /* n: 0 ... 260, primes, 2^k +- 1, 784 */
bool shape_matrix(size_t i, bool quick, struct shape *s); /* n likewise, m rows, with gaps */

/* A float operand, rows x cols. Operands of equal width share a leading dimension within a `group`
 * and never across groups, so that a kernel that uses the wrong one is caught. */
struct operand matrix(const char *name, enum role role, enum fill fill, size_t rows, size_t cols,
                      const struct shape *s, size_t group);
struct operand vector(const char *name, enum role role, enum fill fill, size_t n);

#endif
