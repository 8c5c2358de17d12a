/* GEMM micro-kernel for AVX-512 with 256-bit vectors: a 12 x 16 tile. */
#ifndef SV_GEMM_AVX512VL_H
#define SV_GEMM_AVX512VL_H

enum { GEMM_MR = 12, PEAK_CHAINS = 12 };

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
