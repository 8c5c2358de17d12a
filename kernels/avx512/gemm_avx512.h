/* GEMM micro-kernel for AVX-512: a 12 x 16 tile. */
#ifndef SV_GEMM_AVX512_H
#define SV_GEMM_AVX512_H

enum { GEMM_MR = 12, PEAK_CHAINS = 16 };

static void gemm_tile(size_t k, const float *a, const float *b, float t[GEMM_MR][16])
{
    __m512 c[GEMM_MR];
    for (int i = 0; i < GEMM_MR; i++) c[i] = _mm512_load_ps(t[i]);
    for (; k; k--, a += GEMM_MR, b += 16) {
        const __m512 bp = _mm512_loadu_ps(b);
        for (int i = 0; i < GEMM_MR; i++) c[i] = _mm512_fmadd_ps(_mm512_set1_ps(a[i]), bp, c[i]);
    }
    for (int i = 0; i < GEMM_MR; i++) _mm512_store_ps(t[i], c[i]);
}

#endif
