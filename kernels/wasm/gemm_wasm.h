/* GEMM inner loop for WebAssembly: a 4 x 16 microtile, of blocks of 2 x 8.
 *
 * The accumulators are doubles that hold floats, two a vector: a step multiplies and adds in
 * double, looks for the rare case of fma4.h, and rounds to float and back. Of 16 vector registers,
 * as on x86-64, a block takes 8 for accumulators and 4 for a row of B, which both rows use. */
#ifndef SV_GEMM_WASM_H
#define SV_GEMM_WASM_H

#include "../core/gemm_context.h"
#include "lanes_wasm.h"

#define GEMM_TOKEN int

#define GEMM_KINDS(K) K(2, 4)
enum { GEMM_MAIN = 2, GEMM_FLAT = 2, PEAK_CHAINS = 1 };
static const unsigned char gemm_next[16] = {0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

/* The asm keeps a compiler from making scalar code of the two conversions, as clang 14 does. */
V16_INLINE v128_t gemm_rounded(v128_t s)
{
    v128_t floats = wasm_f32x4_demote_f64x2_zero(s);
    __asm__("" : "+r"(floats));
    return wasm_f64x2_promote_low_f32x4(floats);
}

/* Continues the chains c[4] of a row by a step. False if one of their sums may be the rare case:
 * then they are as before. */
V16_INLINE bool gemm_step(float a, const v128_t b[4], v128_t c[4])
{
    const v128_t element = wasm_f64x2_splat((double)a);
    v128_t s[4];
    GEMM_UNROLL
    for (int j = 0; j < 4; j++) s[j] = wasm_f64x2_add(wasm_f64x2_mul(element, b[j]), c[j]);
    if (__builtin_expect(fma4_rare(4, s), 0)) return false;
    GEMM_UNROLL
    for (int j = 0; j < 4; j++) c[j] = gemm_rounded(s[j]);
    return true;
}

/* The same step in any case. b: [8]. */
__attribute__((noinline)) static void gemm_rare_step(float a, const float *b, v128_t c[4])
{
    const v128_t element = wasm_f64x2_splat((double)a);
    for (int j = 0; j < 4; j++) {
        const v128_t p =
            wasm_f64x2_mul(element, wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(b + 2 * j)));
        c[j] = gemm_rounded(fma4_odd(p, c[j], wasm_f64x2_add(p, c[j])));
    }
}

/* On a copy, so that c stays in registers elsewhere. */
V16_INLINE void gemm_rare(float a, const float *b, v128_t c[4])
{
    v128_t copy[4] = {c[0], c[1], c[2], c[3]};
    gemm_rare_step(a, b, copy);
    GEMM_UNROLL
    for (int j = 0; j < 4; j++) c[j] = copy[j];
}

/* rows (1 or 2) x 8, whose accumulators are to[r][0] and to[r][1]. The inner loop calls no
 * function: engines know of no branch that is seldom taken, and keep registers free for one that
 * calls. */
V16_INLINE void gemm_part(const int rows, const struct gemm_context *x, const float *a,
                          const float *b, v128_t *const to[2])
{
    const size_t rs = x->rs, cs = x->cs, bs = x->bs;
    v128_t c[2][4];
    GEMM_UNROLL
    for (int r = 0; r < rows; r++) {
        GEMM_UNROLL
        for (int h = 0; h < 2; h++) {
            c[r][2 * h] = wasm_f64x2_promote_low_f32x4(to[r][h]);
            c[r][2 * h + 1] = fma4_upper(to[r][h]);
        }
    }
    for (size_t p = x->k; p; p--, a += cs, b += bs) {
        bool first = false; /* whether that row is a step ahead */
        GEMM_ROLL
        for (; p; p--, a += cs, b += bs) {
            v128_t row[4];
            GEMM_UNROLL
            for (int j = 0; j < 4; j++)
                row[j] = wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(b + 2 * j));
            first = gemm_step(a[0], row, c[0]);
            if (!first || (rows > 1 && !gemm_step(a[rs], row, c[1]))) break;
        }
        if (!p) break;
        if (!first) gemm_rare(a[0], b, c[0]);
        if (rows > 1) gemm_rare(a[rs], b, c[1]);
    }
    GEMM_UNROLL
    for (int r = 0; r < rows; r++) {
        GEMM_UNROLL
        for (int h = 0; h < 2; h++) to[r][h] = fma4_floats(c[r][2 * h], c[r][2 * h + 1]);
    }
}

V16_INLINE void gemm_chains(const int H, const int W, const struct gemm_context *x, const float *a,
                            const float *b, v16 *acc)
{
    GEMM_UNROLL
    for (int i = 0; i < H; i += 2) {
        GEMM_UNROLL
        for (int w = 0; w < W; w++) {
            v128_t *const to[2] = {acc[i].q + 2 * w, acc[i + 1 < H ? i + 1 : i].q + 2 * w};
            gemm_part(i + 1 < H ? 2 : 1, x, a + (size_t)i * x->rs, b + 8 * w, to);
        }
    }
}

#endif
