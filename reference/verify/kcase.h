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
    int variant; /* the case's own: epilogue, samples, ... */
};

enum role { IN, OUT, INOUT, SCRATCH };
enum elem { F32, U32, U8 };

/* What random inputs look like. */
enum fill {
    FILL_NORMAL,   /* N(0, 1) */
    FILL_LARGE,    /* N(0, 1), one in four times 60: where exp overflows */
    FILL_WIDE,     /* any finite float, exponents spread evenly, subnormals included */
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

/* An output that the contract lets lie exactly on an input; tried where their ld agree. */
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
    /* bound[o] for each F32 output o, laid out as the operand; from the values in double before
     * and after the call. NULL: `ulps` of the oracle's value. */
    void (*bound)(const struct shape *s, const struct operand *o, double *const *before,
                  double *const *after, double *const *bound);
    double ulps;
    /* shapes whose results on small integers carry no error at all; NULL: none */
    bool (*exact_on_integers)(const struct shape *s);
    struct alias in_place[MAX_ALIASES];
    /* operations of the formula for each of the m n elements, a function such as exp, a square root
     * or a random word counting as one; a product's 2 k need not be named */
    double flops;
    /* in words, after the shape: "epilogue relu"; says nothing where the variant is the usual one.
     * NULL: the case has no variants */
    void (*variant_text)(int variant, char text[VARIANT_TEXT]);
    int timed_variant; /* of the shapes that are timed; flops are those of this variant */
    /* Variants from here on are younger than the kernel's golden sum, or its known answer, and have one of their
     * own, so that the older one stays; 0: none are. */
    struct {
        int golden, known;
    } added;
};

#define SV_KERNEL(name, type) extern const struct kcase case_##name;
#include "../../kernels/kernels.def"
#undef SV_KERNEL

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
/* The smallest float above 0: what a bound relative to addends cannot go below. */
#define SMALLEST 0x1p-149
/* What the optimisers round to multiples of 2^-103 is off by half of that. */
#define SWEPT 0x1p-104

/* Elements times links of a product, m n or m n k; and the shape made smaller, the largest dimension
 * first, until it has at most so many. */
double shape_work(const struct shape *s);
void shape_shrink(struct shape *s, double most_work);

/* "119x17x384" of a product, "4x37" of rows, "37" of one row. */
void shape_text(const struct shape *s, char text[SHAPE_TEXT]);

/* Shape lists shared by cases (shapes.c). */
bool shape_vector(size_t i, bool quick, struct shape *s); /* n: 0 ... 260, primes, 2^k +- 1, 784 */
bool shape_matrix(size_t i, bool quick, struct shape *s); /* n likewise, m rows, with gaps */

/* A float operand of rows x cols. Those of one `group` share a leading dimension, those of
 * different groups never do, so that a kernel that takes the wrong one is found out. */
struct operand matrix(const char *name, enum role role, enum fill fill, size_t rows, size_t cols,
                      const struct shape *s, size_t group);
struct operand vector(const char *name, enum role role, enum fill fill, size_t n);

#endif
