/* GEMM micro-kernel for AVX2 + FMA: a 6 x 16 tile.
 *
 * Sixteen ymm registers: 12 accumulators, 2 for a row of b, 2 for broadcasts of a. Per k: 12 fma on
 * two pipes against 8 loads on two or three ports, so the FMA pipes bind; 12 chains cover their
 * latency of 4 twice over (5 on older cores: 10 needed).
 */
#ifndef SV_GEMM_AVX2_H
#define SV_GEMM_AVX2_H

enum { GEMM_MR = 6, PEAK_CHAINS = 6 };

static void gemm_tile(size_t k, const float *a, const float *b, float t[GEMM_MR][16])
{
    __m256 c[GEMM_MR][2];
    for (int i = 0; i < GEMM_MR; i++) {
        c[i][0] = _mm256_load_ps(t[i]);
        c[i][1] = _mm256_load_ps(t[i] + 8);
    }
    for (; k; k--, a += GEMM_MR, b += 16) {
        const __m256 b0 = _mm256_loadu_ps(b), b1 = _mm256_loadu_ps(b + 8);
        for (int i = 0; i < GEMM_MR; i++) {
            const __m256 ai = _mm256_broadcast_ss(a + i);
            c[i][0] = _mm256_fmadd_ps(ai, b0, c[i][0]);
            c[i][1] = _mm256_fmadd_ps(ai, b1, c[i][1]);
        }
    }
    for (int i = 0; i < GEMM_MR; i++) {
        _mm256_store_ps(t[i], c[i][0]);
        _mm256_store_ps(t[i] + 8, c[i][1]);
    }
}

#endif
