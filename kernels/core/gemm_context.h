/* What the tiles of one block of a GEMM have in common. */
#ifndef SV_GEMM_CONTEXT_H
#define SV_GEMM_CONTEXT_H

#include "../kernels.h"

enum { GEMM_W_MAX = 16, GEMM_H_MAX = 16, GEMM_TILE_MAX = 32 }; /* v16 of a tile, at most */

/* Where a tile's chains begin. */
enum gemm_from { FROM_ZERO, FROM_C, FROM_BUFFER };

/* Which tiles are preferred: many rows by few columns, the other way round, or as the operands suggest. */
enum gemm_shape { SHAPE_EITHER, SHAPE_TALL, SHAPE_FLAT };

/* The place of row i, columns j ... j + 15: `at` floats into c, s and v. */
struct gemm_place {
    size_t i, j, at;
};

/* Strides in floats: op(A)[i][p] is a[i rs + p cs], vector v of op(B)'s row p is b[v bp + p bs], of
 * C's row i it is c[v cp + i ldc]. */
struct gemm_context {
    const struct sv_gemm *g;
    enum gemm_shape shape;
    size_t k;
    size_t rs, cs, bp, bs, cp, ldc;
    enum gemm_from from;
    enum sv_epilogue epilogue; /* NONE where k-blocks follow */
    bool through;              /* end in the buffer: heavy epilogues, and edges without masks */
    struct sv_optim optim;     /* where the epilogue is an optimiser's */
    const float *next;       /* what the tile should bring to L2: a line per link, `step` floats */
    size_t step;             /* apart */
    size_t last;             /* columns of the last vector of the tile's rows */
    struct gemm_place place; /* of the tile at hand */
    bool defers;             /* tiles wait in the buffer for the next one (gemm_deferred.h): */
    struct gemm_place due;   /* of the one that waits, */
    size_t due_rows;         /* and its height; 0: none */
    float *buffer, *lanes;   /* [GEMM_TILE_MAX][16]; sixteen row-sum lanes per row of C */
};

/* An operand as it is used, x[r][c] = p[r rs + c cs]: one stride is 1. */
struct gemm_view {
    const float *p;
    size_t rs, cs;
};

/* A block of the product: rows i ... i + mc - 1, columns j ... j + nc - 1, chain links p ... p + kc - 1 */
struct gemm_area {
    size_t i, j, p, mc, nc, kc;
};

/* p += n, and no compiler may trade the pointer for induction variables of its own: a tile has as many
 * pointers as there are registers for them. */
#define GEMM_ADVANCE(p, n)                                                                         \
    do {                                                                                           \
        (p) += (n);                                                                                \
        __asm__("" : "+r"(p));                                                                     \
    } while (0)

/* Before a loop of constant length: all of it unrolls, so that what it indexes lives in registers. Before
 * the loop over k: it does not. */
#if defined(__clang__)
#define GEMM_UNROLL _Pragma("clang loop unroll(full)")
#define GEMM_ROLL   _Pragma("clang loop unroll(disable)")
#else
#define GEMM_UNROLL _Pragma("GCC unroll 32")
#define GEMM_ROLL   _Pragma("GCC unroll 1")
#endif

#endif
