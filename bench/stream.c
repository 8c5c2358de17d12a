#include "stream.h"
#include "../vae/base/clock.h"
#include "../vae/base/memory.h"
#include "../vae/base/order.h"

#if defined(__x86_64__)
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDEST
#endif

WIDEST static void stream(float *restrict w, const float *restrict d, size_t n)
{
    for (size_t i = 0; i < n; i++) w[i] += d[i];
}

double stream_rate(size_t bytes)
{
    enum { TIMES = 5 };
    const double least = 0.5e-3;
    const size_t n = bytes / 2 / sizeof(float) / 16 * 16 + 16;
    float *w = vae_memory_get(2 * n * sizeof *w);
    double rate[TIMES], seconds;
    if (!w) return 0;
    const float *d = w + n;
    size_t passes = 1;
    for (size_t i = 0; i < 2 * n; i++) w[i] = 0; /* touch all pages first */
    do {
        passes *= 2;
        const double start = vae_seconds_now();
        for (size_t p = 0; p < passes; p++) stream(w, d, n);
        seconds = vae_seconds_now() - start;
    } while (seconds < least);
    for (int t = 0; t < TIMES; t++) {
        const double start = vae_seconds_now();
        for (size_t p = 0; p < passes; p++) stream(w, d, n);
        rate[t] = (double)passes * 12 * (double)n / (vae_seconds_now() - start);
    }
    vae_memory_give(w);
    return vae_median(rate, TIMES);
}
