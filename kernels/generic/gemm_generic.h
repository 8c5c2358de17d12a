/* GEMM micro-kernel in plain C: a 4 x 16 tile. */
#ifndef SV_GEMM_GENERIC_H
#define SV_GEMM_GENERIC_H

enum { GEMM_MR = 4, PEAK_CHAINS = 1 };

static void gemm_tile(size_t k, const float *a, const float *b, float t[GEMM_MR][16])
{
    for (size_t p = 0; p < k; p++)
        for (size_t i = 0; i < GEMM_MR; i++)
            for (size_t j = 0; j < 16; j++)
                t[i][j] = fmaf(a[p * GEMM_MR + i], b[p * 16 + j], t[i][j]);
}

#endif
