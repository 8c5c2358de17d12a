/* What the micro-kernels of one GEMM share. */
#ifndef SV_GEMM_CONTEXT_H
#define SV_GEMM_CONTEXT_H

#include "../kernels.h"

/* Limits of a microtile: half vectors per row, rows, v16 in all. */
enum { GEMM_W_MAX = 16, GEMM_H_MAX = 16, GEMM_TILE_MAX = 32 };

/* Initial value of a microtile's accumulators. */
enum gemm_from { FROM_ZERO, FROM_C, FROM_BUFFER };

/* Preferred microtiles: many rows by few columns (tall), few by many (flat), or as the operands
 * suggest. */
enum gemm_shape { SHAPE_EITHER, SHAPE_TALL, SHAPE_FLAT };

/* Row i, columns j ... j + 15: `at` floats into c, s and v. */
struct gemm_place {
    size_t i, j, at;
};

/* Strides are in floats: op(A)[i][p] is a[i rs + p cs], vector v of op(B)'s row p is at
 * b[v bp + p bs], and vector v of C's row i at c[v cp + i ldc]. */
struct gemm_context {
    const struct sv_gemm *g;
    enum gemm_shape shape;
    size_t k;
    size_t rs, cs, bp, bs, cp, ldc;
    enum gemm_from from;
    enum sv_epilogue epilogue; /* NONE until the last k block */
    bool through;              /* go through the buffer: heavy epilogues, and edges without masks */
    struct sv_optim optim;     /* set if the epilogue is an optimiser */
    const float *next;         /* to prefetch to L2 meanwhile: one line per k step, `step` floats */
    size_t step;               /* apart */
    const float *y;            /* to prefetch, if the epilogue reads it; else NULL */
    const float *source;       /* a plain B that the next microtile packs, or NULL; */
    float *to;                 /* the panels it packs (gemm_packing.h) */
    size_t ahead;              /* prefetch distance of gemm_fetch_a, in floats */
    size_t last;               /* columns in the last vector of the microtile's rows */
    struct gemm_place place;   /* of the current microtile */
    bool defers;               /* updates run one microtile behind (gemm_deferred.h) */
    struct gemm_place due;     /* place of the pending microtile */
    size_t due_rows;           /* its height; 0: none is pending */
    float *buffer, *lanes;     /* [GEMM_TILE_MAX][16]; [rows of C][GEMM_LANES] of row sums */
};

/* Strided view of an operand, x[r][c] = p[r rs + c cs]; one of the strides is 1. */
struct gemm_view {
    const float *p;
    size_t rs, cs;
};

/* A block of the product: rows i ... i + mc - 1, columns j ... j + nc - 1, k steps
 * p ... p + kc - 1 */
struct gemm_area {
    size_t i, j, p, mc, nc, kc;
};

/* p += n. The asm keeps the compiler from replacing the pointer with induction variables of its
 * own: a microtile already has as many pointers as there are registers. */
#define GEMM_ADVANCE(p, n)                                                                         \
    do {                                                                                           \
        (p) += (n);                                                                                \
        __asm__("" : "+r"(p));                                                                     \
    } while (0)

/* c + a b, of vectors as v16_fma's. An ISA may define its own, to keep c in its register. */
#ifndef GEMM_FMA
#define GEMM_FMA(a, b, c) v16_fma(a, b, c)
#endif

/* Where rows of op(A) are adjacent in memory (gemm_tn): fetches to L1 what h rows need `ahead` floats
 * on. A k step moves by lda, which no prefetcher of the hardware follows, and a line from L2 takes
 * longer than a window of 224 instructions, as of Skylake's cores, reaches. */
static inline __attribute__((always_inline)) void gemm_fetch_a(int h, const float *a, size_t ahead)
{
    __builtin_prefetch(a + ahead);
    __builtin_prefetch(a + ahead + h - 1);
}

/* GEMM_UNROLL fully unrolls a loop of constant length, so that the arrays it indexes live in
 * registers. GEMM_ROLL keeps the k loop rolled. */
#if defined(__clang__)
#define GEMM_UNROLL _Pragma("clang loop unroll(full)")
#define GEMM_ROLL   _Pragma("clang loop unroll(disable)")
#else
#define GEMM_UNROLL _Pragma("GCC unroll 32")
#define GEMM_ROLL   _Pragma("GCC unroll 1")
#endif

#endif
