/* An exact fma of floats by doubles, because WebAssembly has none.
 *
 * A product p = a b of floats is exact in double. s = p + c is rounded once in double and a second
 * time to float. Twice rounded differs from once only if s lies halfway between two floats and p +
 * c does not: then s is replaced by the neighbour of s towards p + c. In general s is rounded to
 * odd (Boldo and Melquiond, Emulation of a FMA and correctly rounded sums: proved algorithms using
 * rounding to odd, 2008), which gives the right float wherever a double has two bits more than the
 * float. The rare case is found by bits of s:
 * - a normal float: the 29 bits that it drops are 1000...0;
 * - a subnormal one drops more: any s with 0 < |s| <= 2^-126 may be such a case. */
#ifndef SV_FMA4_H
#define SV_FMA4_H

#include <stdbool.h>
#include <wasm_simd128.h>

#define FMA4_INLINE static inline __attribute__((always_inline, unused))

/* s = p + c rounded to odd: where it is inexact and its last bit is 0, one bit towards p + c. The
 * error is that of TwoSum (Knuth), NaN where s is infinite or NaN: such s stay. */
__attribute__((noinline, unused)) static v128_t fma4_odd(v128_t p, v128_t c, v128_t s)
{
    const v128_t one = wasm_i64x2_const_splat(1), b = wasm_f64x2_sub(s, p);
    const v128_t error =
        wasm_f64x2_add(wasm_f64x2_sub(p, wasm_f64x2_sub(s, b)), wasm_f64x2_sub(c, b));
    const v128_t inexact = wasm_f64x2_gt(wasm_f64x2_abs(error), wasm_f64x2_const_splat(0));
    const v128_t odd = wasm_i64x2_eq(wasm_v128_and(s, one), one);
    const v128_t away = wasm_i64x2_shr(wasm_v128_xor(error, s), 63); /* -1: towards 0 */
    return wasm_i64x2_add(s,
                          wasm_v128_and(wasm_v128_or(away, one), wasm_v128_andnot(inexact, odd)));
}

/* Whether a sum of s[n] may be the rare case. Without shuffles, which engines make of several
 * instructions: sizes are those of all words, of which the low ones are then left out. */
FMA4_INLINE bool fma4_rare(int n, const v128_t *s)
{
    const v128_t dropped = wasm_i64x2_const_splat(0x1fffffff);
    const v128_t half = wasm_i64x2_const_splat(0x10000000);
    const v128_t one = wasm_i32x4_const_splat(1);
    v128_t ties = wasm_i32x4_const_splat(0), least = wasm_i32x4_const_splat(-1);
    for (int i = 0; i < n; i++) {
        ties = wasm_v128_or(ties, wasm_i64x2_eq(wasm_v128_and(s[i], dropped), half));
        least = wasm_u32x4_min(least, wasm_i32x4_sub(wasm_i32x4_add(s[i], s[i]), one));
    }
    /* 2^-126 is 0x38100000 00000000, and a nonzero s has a nonzero high word; 0 became the largest. */
    least = wasm_v128_or(least, wasm_i32x4_const(-1, 0, -1, 0));
    const v128_t small = wasm_u32x4_le(least, wasm_i32x4_const_splat(0x70200000));
    return wasm_v128_any_true(wasm_v128_or(ties, small));
}

FMA4_INLINE v128_t fma4_upper(v128_t x)
{
    return wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(x, x, 2, 3, 2, 3));
}

FMA4_INLINE v128_t fma4_floats(v128_t s0, v128_t s1)
{
    return wasm_i32x4_shuffle(wasm_f32x4_demote_f64x2_zero(s0), wasm_f32x4_demote_f64x2_zero(s1), 0,
                              1, 4, 5);
}

#endif
