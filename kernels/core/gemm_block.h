/* GEMM cache blocking (MC, NC, KC as in BLIS) and the scratch it needs, from this machine's cache
 * sizes.
 *
 * Two panels of B, kc x 32, stream through L1 once per row of microtiles and take at most a quarter
 * of L2. A block of A, mc x kc, is read once per pair of panels and stays in half of L2. nc columns
 * of B are packed at a time, at most a quarter of L3. A larger kc is worth a larger panel: each cut
 * of k writes and reads C once more. Results do not depend on the blocking.
 */
#ifndef SV_GEMM_BLOCK_H
#define SV_GEMM_BLOCK_H

#include "../kernels.h"

enum { GEMM_NR = 16 };

struct gemm_blocking {
    size_t mc, nc, kc;
};

static inline size_t gemm_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t gemm_max(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t gemm_round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* p rounded up to a cache line. */
static inline float *gemm_align(float *p) { return (float *)(((uintptr_t)p + 63) / 64 * 64); }

/* Leading dimension for rows of this length: an odd number of whole cache lines, so that the rows
 * of a microtile spread over all sets of a cache. */
static inline size_t gemm_ld(size_t row) { return (gemm_round_up(row, 16) / 16 | 1) * 16; }

struct gemm_scratch {
    size_t a, b, lanes; /* floats: copied A, packed B, row sums */
};

/* Floats of a row's sum while its columns arrive (gemm_bernoulli). */
enum { GEMM_LANES = 32 };

/* The size of a piece when n is cut into equal pieces of at most `most`. */
static inline size_t gemm_even(size_t n, size_t most)
{
    const size_t pieces = (n + most - 1) / most;
    return pieces ? (n + pieces - 1) / pieces : 0;
}

static inline size_t gemm_most_k(size_t k, bool whole)
{
    const size_t most = gemm_max(sv_caches().l2 / 4 / (sizeof(float) * 32) / 16 * 16, 16);
    return whole ? k : gemm_min(k, most);
}

/* whole: k is not cut, because the epilogue reads C, which then cannot hold partial sums. */
static inline struct gemm_blocking gemm_blocking(size_t m, size_t n, size_t k, bool whole)
{
    const struct sv_caches c = sv_caches();
    /* a multiple of 16: whole panels of a packed B whose panels run along k (gemm_nt) */
    const size_t even = gemm_even(k, gemm_max(gemm_most_k(k, whole), 1));
    const size_t kc = whole ? k : gemm_min(gemm_round_up(even, 16), k);
    const size_t column = sizeof(float) * gemm_max(kc, 1);
    return (struct gemm_blocking){
        .mc = gemm_even(m, gemm_max(c.l2 / 2 / column, 1)),
        .nc = gemm_round_up(gemm_even(n, gemm_max(c.l3 / 4 / column, GEMM_NR)), 2 * GEMM_NR),
        .kc = kc,
    };
}

/* Upper bounds, not exact sizes: equal pieces of a smaller matrix can be larger, and the scratch
 * must suffice for every smaller product too. */
static inline struct gemm_scratch gemm_scratch_sizes(size_t m, size_t n, size_t k, bool whole)
{
    const struct sv_caches c = sv_caches();
    const size_t kc = gemm_most_k(k, whole), block = gemm_max(c.l2 / 2 / sizeof(float), kc);
    const size_t rows = gemm_min(m * gemm_ld(kc), block + 32 * gemm_min(m, block));
    const size_t columns = gemm_min(kc * gemm_ld(m), block + 32 * kc);
    return (struct gemm_scratch){
        .a = gemm_max(rows, columns),
        .b = gemm_min(gemm_round_up(n, GEMM_NR) * kc, c.l3 / 4 / sizeof(float) + 3 * GEMM_NR * kc),
        .lanes = GEMM_LANES * m,
    };
}

#endif
