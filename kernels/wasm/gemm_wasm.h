/* GEMM inner loop for WebAssembly: a 4 x 16 microtile, of blocks of 2 x 8.
 *
 * The accumulators are doubles that hold floats, two a vector: a step multiplies and adds in double,
 * looks for the rare case of fma4.h, and rounds to float and back. Of 16 vector registers, as on
 * x86-64, a block takes 8 for accumulators and 4 for a row of B, which both rows use.
 */
#ifndef SV_GEMM_WASM_H
#define SV_GEMM_WASM_H

#include "../core/gemm_context.h"
#include "lanes_wasm.h"

#define GEMM_TOKEN int

#define GEMM_KINDS(K) K(2, 4)
enum { GEMM_MAIN = 2, GEMM_FLAT = 2, PEAK_CHAINS = 1 };
static const unsigned char gemm_next[16] = {0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

/* Continues four chains by a step, two in each of c[0] and c[1]. */
V16_INLINE void gemm_step(v128_t a, const v128_t b[2], v128_t c[2])
{
    const v128_t p0 = wasm_f64x2_mul(a, b[0]), p1 = wasm_f64x2_mul(a, b[1]);
    v128_t s0 = wasm_f64x2_add(p0, c[0]), s1 = wasm_f64x2_add(p1, c[1]);
    if (__builtin_expect(wasm_v128_any_true(fma4_rare(s0, s1)), 0)) {
        s0 = fma4_odd(p0, c[0], s0);
        s1 = fma4_odd(p1, c[1], s1);
    }
    c[0] = wasm_f64x2_promote_low_f32x4(wasm_f32x4_demote_f64x2_zero(s0));
    c[1] = wasm_f64x2_promote_low_f32x4(wasm_f32x4_demote_f64x2_zero(s1));
}

/* rows (1 or 2) x 8, whose accumulators are to[r][0] and to[r][1]. */
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
    GEMM_ROLL
    for (size_t p = x->k; p; p--, a += cs, b += bs) {
        v128_t row[4];
        GEMM_UNROLL
        for (int j = 0; j < 4; j++)
            row[j] = wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(b + 2 * j));
        GEMM_UNROLL
        for (int r = 0; r < rows; r++) {
            const v128_t element = wasm_f64x2_splat((double)a[(size_t)r * rs]);
            gemm_step(element, row, c[r]);
            gemm_step(element, row + 2, c[r] + 2);
        }
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
