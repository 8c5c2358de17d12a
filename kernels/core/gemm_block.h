/* GEMM cache blocking and the scratch it needs.
 *
 * A block of A, GEMM_MC x GEMM_KC, stays in L2 while micro-panels of B, GEMM_KC x 16, pass through
 * L1 one after the other. GEMM_NC columns of B are packed at a time. Results do not depend on
 * these.
 */
#ifndef SV_GEMM_BLOCK_H
#define SV_GEMM_BLOCK_H

#include <stddef.h>

enum { GEMM_MC = 120, GEMM_KC = 384, GEMM_NC = 1536, GEMM_NR = 16, GEMM_MR_MAX = 16 };

struct gemm_scratch {
    size_t a, b, lanes; /* floats: packed A, packed B, sixteen row-sum lanes per row */
};

static inline size_t gemm_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t gemm_round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

static inline struct gemm_scratch gemm_scratch_sizes(size_t m, size_t n, size_t k)
{
    const size_t kc = gemm_min(k, GEMM_KC);
    return (struct gemm_scratch){
        .a = (gemm_min(m, GEMM_MC) + GEMM_MR_MAX - 1) * kc,
        .b = gemm_round_up(gemm_min(n, GEMM_NC), GEMM_NR) * kc,
        .lanes = 16 * m,
    };
}

#endif
