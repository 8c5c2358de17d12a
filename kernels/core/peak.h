/* The FMA peak of one core: nothing but independent fma chains, as many as the registers hold. The
 * yardstick of the benchmarks. */
#ifndef SV_PEAK_H
#define SV_PEAK_H

static double SV_FN(fma_peak)(size_t rounds, float *sink)
{
    enum { UNROLL = 8 };
    v16 acc[PEAK_CHAINS];
    const v16 a = v16_set1(0.999f), b = v16_set1(*sink);
    for (int c = 0; c < PEAK_CHAINS; c++) acc[c] = v16_set1((float)c);
    for (size_t r = 0; r < rounds; r++)
        for (int u = 0; u < UNROLL; u++)
            _Pragma("GCC unroll 32") for (int c = 0; c < PEAK_CHAINS; c++) acc[c] =
                v16_fma(acc[c], a, b);
    for (int c = 1; c < PEAK_CHAINS; c++) acc[0] = v16_add(acc[0], acc[c]);
    *sink = v16_fold_add(acc[0]);
    return 2.0 * 16 * (double)(PEAK_CHAINS * UNROLL) * (double)rounds;
}

#endif
