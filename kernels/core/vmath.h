/* exp, log, log1p, tanh, sigmoid, softplus, sincos2pi over sixteen lanes.
 *
 * All follow one scheme: exact argument reduction, a minimax polynomial in Horner form with fma,
 * and a reconstruction with at most one large rounding. Branch-free; every float is a valid input.
 * Error bounds: contracts.h. Constants: vmath.sollya.
 */
#ifndef SV_VMATH_H
#define SV_VMATH_H

#include "lanes_magic.h"

#define LOG2_E       0x1.715476p0f
#define LN2_HI       0x1.62e43p-1f
#define LN2_LO       -0x1.05c61p-29f
#define LN2_SHORT    0x1.62e4p-1f /* its product with an exponent is exact */
#define LN2_SHORT_LO 0x1.7f7d1cp-20f
#define PI_2_HI      0x1.921fb6p0f

static const float exp_poly[5] = {0x1p-1f, 0x1.5554bp-3f, 0x1.5554ep-5f, 0x1.1227a6p-7f,
                                  0x1.6d568cp-10f};
static const float log_poly[4] = {0x1.55553ep-2f, -0x1.0017dp-2f, 0x1.9ac3c8p-3f, -0x1.31d71ep-3f};
static const float sin_poly[5] = {-0x1.786f52p-25f, -0x1.4abbcep-1f, 0x1.466b8cp-4f,
                                  -0x1.32b98cp-8f, 0x1.47c738p-13f};
static const float cos_poly[4] = {-0x1.3bd3ccp0f, 0x1.03c19ep-2f, -0x1.55a5bp-6f, 0x1.d09344p-11f};

/* c near 1 / m, and h = -log c, for m in eighths of an octave: entry i serves significands from
 * 1 + i / 8 on, halved from i = 4 on. h has 17 fractional bits, so that its sum with an exponent
 * times LN2_SHORT is exact. c is chosen so that h lies within 2^-34 of -log c. */
static const float log_c[8] = {
    1, 0x1.b02f44p-1f, 0x1.87ab66p-1f, 0x1.63439ap-1f, 0x1.49b86p0f, 0x1.303762p0f, 0x1.1ad1dap0f,
    1};
static const float log_h[8] = {
    0, 0x1.5b14p-3f, 0x1.1256p-2f, 0x1.763cp-2f, -0x1.0324p-2f, -0x1.6168p-3f, -0x1.9818p-4f, 0};
/* Piecewise polynomials: one of eight pieces per column, with the rows centre c, f(c), and the
 * coefficients of f(c + h) - f(c). c is chosen so that f(c) lies within 2^-35 of a float. */
/* tanh: the column is bits 22 to 24 of 1 + 1.6 |x|: four octaves in halves, from column 6 on. */
static const float tanh_piece[9][8] = {
    {0x1.d7b646p-1f, 0x1.8bb6f4p0f, 0x1.41369ep1f, 0x1.dea94ep1f, 0x1.67d036p2f, 0x1.03ae6cp3f, 0,
     0x1.dc6666p-2f},
    {0x1.73fa22p-1f, 0x1.d37fa6p-1f, 0x1.f9463ep-1f, 0x1.ff6c08p-1f, 0x1.fffc92p-1f, 0x1.fffffap-1f,
     0, 0x1.bcc3d2p-2f},
    {0x1.e3810ep-2f, 0x1.548a1p-3f, 0x1.ab9cf8p-6f, 0x1.27c53cp-9f, 0x1.b6e74ap-15f,
     0x1.7fedf6p-22f, 0x1p0f, 0x1.9f6906p-1f},
    {-0x1.5f469cp-2f, -0x1.36f0cp-3f, -0x1.a5fca8p-6f, -0x1.277208p-9f, -0x1.b81aa8p-15f,
     -0x1.80f4d2p-22f, -0x1.6f801ap-23f, -0x1.68dbfp-2f},
    {0x1.782582p-4f, 0x1.54ceb6p-4f, 0x1.11e358p-6f, 0x1.8906bap-10f, 0x1.256646p-15f,
     0x1.008c1p-22f, -0x1.5552a2p-2f, -0x1.e0d73p-4f},
    {0x1.86e9bep-5f, -0x1.9fb7d6p-6f, -0x1.038d94p-7f, -0x1.86b242p-11f, -0x1.1c0b08p-16f,
     -0x1.f11362p-24f, -0x1.ad6804p-13f, 0x1.58f82ep-3f},
    {-0x1.bfc79ep-5f, -0x1.da7ccep-11f, 0x1.72d46cp-9f, 0x1.3613a8p-12f, 0x1.c7364p-18f,
     0x1.8fc82p-25f, 0x1.14d302p-3f, -0x1.ff4b46p-7f},
    {0x1.df0236p-7f, 0x1.8ddbc4p-8f, -0x1.65a3cap-11f, -0x1.a981aap-14f, -0x1.81467p-19f,
     -0x1.5142dap-26f, -0x1.03892ep-7f, -0x1.cda17cp-5f},
    {0x1.dbbbbap-8f, -0x1.bef12ap-9f, 0x1.895cdcp-15f, 0x1.c8f398p-16f, 0x1.b408fcp-21f,
     0x1.791402p-28f, -0x1.44fb96p-5f, 0x1.137826p-6f}};
/* log(1 + t): the column is 7 t rounded to an integer. Column 0 is of f(h) - h. */
static const float log1p_piece[7][8] = {
    {0, 0x1.298192p-3f, 0x1.222a4p-2f, 0x1.b4e59cp-2f, 0x1.248d9ap-1f, 0x1.6d4364p-1f,
     0x1.b79f6ap-1f, 0x1.00fcp0f},
    {0, 0x1.15c91ep-3f, 0x1.fef1fcp-3f, 0x1.6bdcbp-2f, 0x1.cecf3ap-2f, 0x1.13b3fap-1f,
     0x1.3d5c32p-1f, 0x1.63dff2p-1f},
    {0, 0x1.bf0eb6p-1f, 0x1.8ef39p-1f, 0x1.66e182p-1f, 0x1.45d35ap-1f, 0x1.2ad1fap-1f,
     0x1.137874p-1f, 0x1.ff047cp-2f},
    {-0x1.ffffeep-2f, -0x1.8659fep-2f, -0x1.36ddp-2f, -0x1.f71b66p-3f, -0x1.9eb24p-3f,
     -0x1.5ccd7ep-3f, -0x1.286bfcp-3f, -0x1.fe0972p-4f},
    {0x1.554bd6p-2f, 0x1.c669fp-3f, 0x1.42f608p-3f, 0x1.d640fep-4f, 0x1.5fde9p-4f, 0x1.0f733ap-4f,
     0x1.a9415ep-5f, 0x1.535a1ap-5f},
    {-0x1.fcd6a2p-3f, -0x1.2a9f4p-3f, -0x1.7a9904p-4f, -0x1.ef718ep-5f, -0x1.50887cp-5f,
     -0x1.dbf98ap-6f, -0x1.57aa62p-6f, -0x1.fc745cp-7f},
    {0x1.6370f4p-3f, 0x1.ae6a72p-4f, 0x1.dad1c6p-5f, 0x1.0553p-5f, 0x1.57fe5ep-6f, 0x1.a63dd6p-7f,
     0x1.3b14acp-7f, 0x1.b0f776p-8f}};

V16_INLINE v16 v16_horner(v16 x, const float *c, int terms)
{
    v16 p = v16_set1(c[terms - 1]);
    for (int i = terms - 2; i >= 0; i--) p = v16_fma(p, x, v16_set1(c[i]));
    return p;
}

/* The same with the coefficients of piece i */
V16_INLINE v16 v16_horner_piece(v16 x, v16u i, const float c[][8], int terms)
{
    v16 p = v16_lookup8(c[terms - 1], i);
    for (int k = terms - 2; k >= 0; k--) p = v16_fma(p, x, v16_lookup8(c[k], i));
    return p;
}

V16_INLINE v16 v16_abs(v16 x)
{
    return v16_from_bits(v16u_and(v16_bits(x), v16u_set1(0x7fffffff)));
}
V16_INLINE v16 v16_neg_abs(v16 x)
{
    return v16_from_bits(v16u_or(v16_bits(x), v16u_set1(0x80000000)));
}
V16_INLINE v16u v16_sign(v16 x) { return v16u_and(v16_bits(x), v16u_set1(0x80000000)); }
V16_INLINE v16 v16_flip(v16 x, v16u sign) { return v16_from_bits(v16u_xor(v16_bits(x), sign)); }

/* x = k ln2 + r, |r| <= ln2 / 2: returns exp(r), and magic + k in *t */
V16_INLINE v16 v16_exp_reduced(v16 x, v16 magic, v16 *t)
{
    *t = v16_fma(x, v16_set1(LOG2_E), magic);
    v16 k = v16_sub(*t, magic), one = v16_set1(1);
    v16 r = v16_fnma(k, v16_set1(LN2_LO), v16_fnma(k, v16_set1(LN2_HI), x));
    return v16_fma(r, v16_fma(r, v16_horner(r, exp_poly, 5), one), one);
}

/* x is clamped to where the result is 0 or inf; min and max pass a NaN in their second operand. */
V16_INLINE v16 v16_exp(v16 x)
{
    x = v16_min(v16_set1(89.0f), v16_max(v16_set1(-104.0f), x));
    v16 t, y = v16_exp_reduced(x, v16_set1(V16_MAGIC), &t);
    return v16_ldexp(y, t);
}

V16_INLINE v16 v16_exp_neg_abs(v16 x) /* exp(-|x|) */
{
    x = v16_max(v16_set1(-104.0f), v16_neg_abs(x));
    v16 t, y = v16_exp_reduced(x, v16_set1(V16_MAGIC_DOWN), &t);
    return v16_ldexp_down(y, t);
}

/* log(1 + r) - r = r^2 (P(r) r - 1/2), added to rest */
V16_INLINE v16 v16_log_poly(v16 r, v16 rest)
{
    v16 q = v16_fma(v16_horner(r, log_poly, 4), r, v16_set1(-0.5f));
    return v16_fma(v16_mul(r, r), q, rest);
}

/* log(2^e m) = hi + lo + (log(1 + r) - r), 3/4 <= m < 3/2 and m = (1 + r) / c; returns hi */
V16_INLINE v16 v16_log_head(v16 e, v16 m, v16 *c, v16 *r, v16 *lo)
{
    v16u i = v16u_shr(v16_bits(m), 20);
    *c = v16_lookup8(log_c, i);
    *r = v16_fma(m, *c, v16_set1(-1));
    v16 h = v16_fma(e, v16_set1(LN2_SHORT), v16_lookup8(log_h, i)); /* exact */
    /* Fast2Sum: h is 0 or the larger */
    v16 hi = v16_add(h, *r), lost = v16_sub(*r, v16_sub(hi, h));
    *lo = v16_fma(e, v16_set1(LN2_SHORT_LO), lost);
    return hi;
}
V16_INLINE v16 v16_log_sum(v16 e, v16 m)
{
    v16 c, r, lo, hi = v16_log_head(e, m, &c, &r, &lo);
    return v16_add(hi, v16_log_poly(r, lo));
}

V16_INLINE v16 v16_log(v16 x)
{
    v16 e, m = v16_split(x, &e);
    return v16_log_specials(x, v16_log_sum(e, m));
}

/* 1 + x = u + d, where d is the rounding error of the sum; it adds d c (1 - r) to log u. The result
 * has the sign of x, also for -0. */
V16_INLINE v16 v16_log1p(v16 x)
{
    v16 one = v16_set1(1), u = v16_add(one, x);
    v16 d = v16_sub(v16_min(one, x), v16_sub(u, v16_max(one, x)));
    v16 c, r, lo, e, m = v16_split_normal(u, &e);
    v16 hi = v16_log_head(e, m, &c, &r, &lo);
    v16 dc = v16_mul(v16_ldexp(d, v16_sub(v16_set1(V16_MAGIC), e)), c);
    v16 y = v16_add(hi, v16_log_poly(r, v16_add(lo, v16_fnma(dc, r, dc))));
    return v16_from_bits(v16u_or(v16_bits(v16_log_specials(u, y)), v16_sign(x)));
}

/* log(1 + t), 0 <= t <= 1, as base + h P(h), rounded once. base is f(c), except in piece 0, where
 * f(c) is 0 and base is t; t capped at 1 / 13 is below every other f(c). */
V16_INLINE v16 v16_log1p_unit(v16 t)
{
    v16u i = v16_bits(v16_fma(t, v16_set1(7), v16_set1(0x1.8p23f))); /* nearest integer */
    v16 h = v16_sub(t, v16_lookup8(log1p_piece[0], i));
    v16 base = v16_max(v16_lookup8(log1p_piece[1], i), v16_min(v16_set1(0x1.3bp-4f), t));
    return v16_fma(v16_horner_piece(h, i, log1p_piece + 2, 5), h, base);
}

/* softplus(x) given e = exp(-|x|) */
V16_INLINE v16 v16_softplus_from(v16 x, v16 e)
{
    return v16_add(v16_max(v16_set1(0), x), v16_log1p_unit(e));
}

V16_INLINE v16 v16_tanh(v16 x)
{
    v16 a = v16_min(v16_set1(9.1f), v16_abs(x)); /* tanh rounds to 1 from 9.02 on */
    v16u i = v16u_shr(v16_bits(v16_fma(a, v16_set1(1.6f), v16_set1(1))), 22);
    v16 h = v16_sub(a, v16_lookup8(tanh_piece[0], i));
    v16 p = v16_horner_piece(h, i, tanh_piece + 2, 7);
    return v16_flip(v16_fma(p, h, v16_lookup8(tanh_piece[1], i)), v16_sign(x));
}

/* sigmoid(x) given e = exp(-|x|): y = n / d, n = 1 or e, d = 1 + e rounded. y is then corrected for
 * the rounding error of d, which is so small that 1 serves for 1 / d. */
V16_INLINE v16 v16_sigmoid_from(v16 x, v16 e)
{
    v16 one = v16_set1(1), d = v16_add(one, e);
    v16 y = v16_div(v16_if_sign(x, e, one), d);
    return v16_fnma(y, v16_sub(e, v16_sub(d, one)), y);
}

/* sin and cos of 2 pi x. 4 x = q + y, q an integer and y in [-1/2, 1/2], is exact. Floats from 2^23
 * on are integers. */
V16_INLINE void v16_sincos2pi(v16 x, v16 *sin_out, v16 *cos_out)
{
    v16m whole = v16_lt(v16_set1(0x1.fffffep22f), v16_abs(x)); /* inf and NaN: see y below */
    v16 x4 = v16_mul(v16_select(whole, v16_set1(0), x), v16_set1(4));
    /* from |x| = 2^20 on the magic sum below is too coarse: remove pairs of turns first */
    v16 turns = v16_sub(v16_add(x4, v16_set1(0x1.8p26f)), v16_set1(0x1.8p26f));
    x4 = v16_sub(x4, turns);
    v16 t = v16_add(x4, v16_set1(0x1.8p23f));
    v16 y = v16_sub(x4, v16_sub(t, v16_set1(0x1.8p23f)));
    y = v16_add(y, v16_sub(x, x)); /* 0, or NaN for inf and NaN */
    v16 y2 = v16_mul(y, y);
    v16 s = v16_fma(y, v16_set1(PI_2_HI), v16_mul(y, v16_horner(y2, sin_poly, 5)));
    v16 c = v16_fma(y2, v16_horner(y2, cos_poly, 4), v16_set1(1));
    v16u q = v16_bits(t);
    v16 odd = v16_from_i32(v16u_and(q, v16u_set1(1)));
    v16m swap = v16_eq(odd, v16_set1(1));
    v16u sin_sign = v16u_shl(v16u_and(q, v16u_set1(2)), 30);
    v16u cos_sign = v16u_shl(v16u_and(v16u_add(q, v16u_set1(1)), v16u_set1(2)), 30);
    *sin_out = v16_flip(v16_select(swap, c, s), sin_sign);
    *cos_out = v16_flip(v16_select(swap, s, c), cos_sign);
}

/* Rounds x to a multiple of 2^-103, the ulp of c. Beyond 2^-55 x is unchanged.
 *
 * For what may decay: with denormals a division takes a microcode assist (on Zen 4 as long as sixty
 * FMAs), and on Intel so does every FMA of a product that meets one. 2^-103 is far below anything
 * that matters. */
V16_INLINE v16 v16_sweep(v16 x)
{
    const v16 c = v16_set1(0x1p-80f);
    return v16_sub(v16_add(x, c), c);
}

#endif
