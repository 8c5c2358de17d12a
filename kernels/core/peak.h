/* The FMA peak of one core: nothing but independent fma chains, as many as the registers hold. The
 * program and the benchmarks measure speeds against it.
 *
 * Each chain is x <- a x + (1 - a), starting in (1, 2]. It falls towards its fixed point 1 and
 * stops some hundred ulp above it, so values stay normal however long it runs. Without the addend
 * they would be denormal after some 90,000 steps, and an fma of denormals takes a microcode assist
 * on many CPUs.
 */
#ifndef SV_PEAK_H
#define SV_PEAK_H

#include "../kernels.h"
#include "names.h"

_Static_assert(16 * PEAK_CHAINS <= SV_PEAK_VALUES, "sv_kernels says how much room there is");

static double SV_FN(fma_peak)(size_t rounds, float *last)
{
    enum { UNROLL = 8, VALUES = 16 * PEAK_CHAINS };
    /* Volatile, and all start values differ: no chain can be precomputed or merged. */
    const volatile float factor = 0.999f, from = 1;
    v16 acc[PEAK_CHAINS];
    const v16 a = v16_set1(factor), b = v16_sub(v16_set1(1), a);
    for (int i = 0; i < VALUES; i++) last[i] = from + (float)(i + 1) / (float)VALUES;
    for (int c = 0; c < PEAK_CHAINS; c++) acc[c] = v16_load(last + 16 * c);
    for (size_t r = 0; r < rounds; r++)
        for (int u = 0; u < UNROLL; u++)
            _Pragma("GCC unroll 32") for (int c = 0; c < PEAK_CHAINS; c++) acc[c] =
                v16_fma(acc[c], a, b);
    for (int c = 0; c < PEAK_CHAINS; c++) v16_store(last + 16 * c, acc[c]);
    return 2.0 * (double)(VALUES * UNROLL) * (double)rounds;
}

#endif
