/* Sums over the results of a b + c, rounded once, for many triples: fma_sums TRIPLES SEED.
 * Compiled for this machine and for WebAssembly, whose fma is made of doubles
 * (kernels/wasm/fma4.h), it must print the same.
 *
 * Few triples of random bits are hard. So most sums lie near one another's magnitude, products
 * near the halves of an ulp, or results below the smallest normal float; and most significands
 * have long runs of equal bits. */
#ifdef __wasm__
#include "../kernels/wasm/lanes_wasm.h"
#else
#include "../kernels/generic/lanes_generic.h"
#endif
#include "../kernels/kernels.h"
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

/* xorshift64* (Vigna 2016) */
static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint32_t mantissa(void)
{
    const uint64_t q = draw();
    const uint32_t any = (uint32_t)(q >> 32) & 0x7fffff, bit = UINT32_C(1) << (q >> 8) % 23;
    switch (q % 8) {
    case 0: return 0;
    case 1: return 0x7fffff;
    case 2: return bit;
    case 3: return 0x7fffff ^ bit;
    case 4: return any & ~(bit - 1);
    case 5: return any % 16;
    default: return any;
    }
}

static float number(uint32_t sign, uint32_t exponent)
{
    const uint32_t bits = sign << 31 | (exponent & 255) << 23 | mantissa();
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x[0] x[1] + x[2] */
static void triple(float x[3])
{
    const uint64_t q = draw();
    const uint32_t u = (uint32_t)(q >> 8) & 255, v = (uint32_t)(q >> 16) & 255;
    const uint32_t w = (uint32_t)(q >> 24) & 255, signs = (uint32_t)(q >> 40);
    uint32_t a = u, b = v, c = w; /* biased exponents: of any float */
    if (q % 8 > 0) {              /* products of any size that the sum feels */
        a = 64 + u / 2;
        b = 64 + v / 2;
        c = a + b - 127 + w % 60 - 30;
    }
    if (q % 8 > 5) { /* and of sums below the normal floats */
        a = 1 + u % 126;
        b = 128 - a + v % 3 - v / 3 % 26;
        c = w % 30;
    }
    x[0] = number(signs & 1, a);
    x[1] = number(signs >> 1 & 1, b);
    x[2] = number(signs >> 2 & 1, c);
}

static uint64_t take(uint64_t sum, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return sum * UINT64_C(0x9e3779b97f4a7c15) + (isnan(x) ? 0x7fc00000 : bits);
}

/* a b + c by a product of one k step, whose C is added to. */
static void by_gemm(const struct sv_kernels *k, void *scratch, float a, const float b[16],
                    float c[16])
{
    k->gemm_nn(&(struct sv_gemm){.m = 1,
                                 .n = 16,
                                 .k = 1,
                                 .a = &a,
                                 .lda = 1,
                                 .b = b,
                                 .ldb = 16,
                                 .c = c,
                                 .ldc = 16,
                                 .accumulate = true,
                                 .scratch = scratch});
}

int main(int n, char **word)
{
    const long triples = n > 1 ? atol(word[1]) : 1000000;
    struct sv_kernels k;
    uint64_t lanes = 0, scalar = 0, product = 0;
    void *scratch = malloc(sv_gemm_scratch(1, 16, 1));
    if (!scratch || sv_dispatch(NULL, &k) != SV_OK) return 1;
    state = n > 2 ? strtoull(word[2], NULL, 10) * 2 + 1 : 1;
    for (long i = 0; i < triples; i += 16) {
        float a[16], b[16], c[16], y[16];
        for (int j = 0; j < 16; j++) {
            float x[3];
            triple(x);
            a[j] = x[0], b[j] = x[1], c[j] = x[2];
        }
        v16_store(y, v16_fma(v16_load(a), v16_load(b), v16_load(c)));
        for (int j = 0; j < 16; j++) lanes = take(lanes, y[j]);
        for (int j = 0; j < 16; j++) scalar = take(scalar, fmaf(a[j], b[j], c[j]));
        by_gemm(&k, scratch, a[0], b, c);
        for (int j = 0; j < 16; j++) product = take(product, c[j]);
    }
    free(scratch);
    printf("fma of %ld triples: lanes %016llx, scalar %016llx, products %016llx\n", triples,
           (unsigned long long)lanes, (unsigned long long)scalar, (unsigned long long)product);
    return 0;
}
