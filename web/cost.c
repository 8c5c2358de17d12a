/* Speeds of fma chains and of a matrix product, of each instruction set of this build: JSON, a
 * line for each, the rates of all rounds in GFLOP/s. cost.js runs it natively and under node. */
#include "../bench/rounds.h"
#include "../kernels/choice.h"
#include <stdio.h>
#include <stdlib.h>

/* X [M][K] W [K][N]: so small that a slice of time seldom falls to another process. */
enum { M = 16, N = 192, K = 160 };

struct product {
    const struct sv_kernels *k;
    struct sv_gemm g;
};

static double run_product(void *arg)
{
    const struct product *p = arg;
    p->k->gemm_nn(&p->g);
    return 2.0 * M * N * K;
}

static float *fraction(size_t n, uint32_t state)
{
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; x && i < n; i++) {
        state = state * 1664525 + 1013904223; /* Numerical Recipes */
        x[i] = (float)(state >> 8) * 0x1p-24f - 0.5f;
    }
    return x;
}

static void print(const char *isa, const struct contender *c)
{
    printf("{\"isa\": \"%s\", \"what\": \"%s\", \"gflops\": [", isa, c->name);
    for (int i = 0; i < ROUNDS; i++) printf("%s%.4g", i ? ", " : "", c->rates[i] * 1e-9);
    printf("]}\n");
}

int main(void)
{
    float *a = fraction((size_t)M * K, 1), *b = fraction((size_t)K * N, 2);
    float *c = fraction((size_t)M * N, 3), *scratch = malloc(sv_gemm_scratch(M, N, K));
    if (!a || !b || !c || !scratch) return 1;
    for (size_t i = 0; sv_isa_name(i); i++) {
        struct sv_kernels k;
        if (sv_dispatch(sv_isa_name(i), &k) != SV_OK) continue;
        const struct sv_gemm g = {M, N, K, a, K, b, N, false, c, N, .scratch = scratch};
        struct product p = {&k, g};
        struct contender both[] = {peak_contender(&k),
                                   {.name = "gemm 16x192x160", .run = run_product, .arg = &p}};
        both[0].name = "fma chains";
        rounds_run(sv_isa_name(i), both, 2);
        print(k.isa, &both[0]);
        print(k.isa, &both[1]);
    }
    free(a), free(b), free(c), free(scratch);
    return 0;
}
