/* exp, log, log1p, tanh, sigmoid, softplus, sincos2pi over sixteen lanes.
 *
 * Each follows one scheme: reduce the argument exactly, a minimax polynomial in Horner form with
 * fma, rebuild with at most one large rounding. Branch-free; every float is a valid input. Bounds:
 * contracts.h. Constants: vmath.sollya.
 */
#ifndef SV_VMATH_H
#define SV_VMATH_H

#define LOG2_E       0x1.715476p0f
#define LN2_HI       0x1.62e43p-1f
#define LN2_LO       -0x1.05c61p-29f
#define LN2_SHORT    0x1.62e4p-1f /* times an exponent: exact */
#define LN2_SHORT_LO 0x1.7f7d1cp-20f
#define PI_2_HI      0x1.921fb6p0f

static const float exp_poly[5] = {0x1p-1f, 0x1.5554bp-3f, 0x1.5554ep-5f, 0x1.1227a6p-7f,
                                  0x1.6d568cp-10f};
static const float log_poly[4] = {0x1.55553ep-2f, -0x1.0017dp-2f, 0x1.9ac3c8p-3f, -0x1.31d71ep-3f};
static const float sin_poly[5] = {-0x1.786f52p-25f, -0x1.4abbcep-1f, 0x1.466b8cp-4f,
                                  -0x1.32b98cp-8f, 0x1.47c738p-13f};
static const float cos_poly[4] = {-0x1.3bd3ccp0f, 0x1.03c19ep-2f, -0x1.55a5bp-6f, 0x1.d09344p-11f};

/* c near 1 / m and -log c for m in eighths of an octave: entry i serves significands from 1 + i / 8
 * on, halved from i = 4 on. -log c has 17 bits after the point, so that its sum with an exponent
 * times LN2_SHORT is exact; each c is chosen for that -log c to be within 2^-34. */
static const float log_c[8] = {
    1, 0x1.b02f44p-1f, 0x1.87ab66p-1f, 0x1.63439ap-1f, 0x1.49b86p0f, 0x1.303762p0f, 0x1.1ad1dap0f,
    1};
static const float log_h[8] = {
    0, 0x1.5b14p-3f, 0x1.1256p-2f, 0x1.763cp-2f, -0x1.0324p-2f, -0x1.6168p-3f, -0x1.9818p-4f, 0};
/* The same for 1 + t, t within 1 / 14 of i / 7. */
static const float log1p_c[8] = {1,
                                 0x1.c23516p-1f,
                                 0x1.8f8434p-1f,
                                 0x1.64df4ep-1f,
                                 0x1.4435dap-1f,
                                 0x1.28df6cp-1f,
                                 0x1.13a64ep-1f,
                                 0x1.00c2e2p-1f};
static const float log1p_h[8] = {
    0,           0x1.0768p-3f, 0x1.fc0cp-3f, 0x1.719cp-2f, 0x1.d3e6p-2f, 0x1.170dp-1f, 0x1.3d07p-1f,
    0x1.615fp-1f};

V16_INLINE v16 v16_horner(v16 x, const float *c, int terms)
{
    v16 p = v16_set1(c[terms - 1]);
    for (int i = terms - 2; i >= 0; i--) p = v16_fma(p, x, v16_set1(c[i]));
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

/* x = k ln2 + r, |r| <= ln2 / 2: returns r, and V16_MAGIC + k in *t */
V16_INLINE v16 v16_exp_reduce(v16 x, v16 *t)
{
    *t = v16_fma(x, v16_set1(LOG2_E), v16_set1(V16_MAGIC));
    v16 k = v16_sub(*t, v16_set1(V16_MAGIC));
    return v16_fnma(k, v16_set1(LN2_LO), v16_fnma(k, v16_set1(LN2_HI), x));
}

/* exp for -104 <= x <= 89, and NaN; both ends lie where the result is 0 or inf */
V16_INLINE v16 v16_exp_clamped(v16 x)
{
    v16 t, r = v16_exp_reduce(x, &t), one = v16_set1(1);
    v16 q = v16_fma(r, v16_horner(r, exp_poly, 5), one);
    return v16_ldexp(v16_fma(r, q, one), t);
}

V16_INLINE v16 v16_exp(v16 x) /* min and max let NaN through */
{
    return v16_exp_clamped(v16_min(v16_set1(89.0f), v16_max(v16_set1(-104.0f), x)));
}

V16_INLINE v16 v16_exp_neg_abs(v16 x) /* exp(-|x|) */
{
    return v16_exp_clamped(v16_max(v16_set1(-104.0f), v16_neg_abs(x)));
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
    v16 hi = v16_add(h, *r), lost = v16_sub(*r, v16_sub(hi, h));    /* h is 0 or the larger */
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

/* 1 + x = u + d, d being what the sum rounds away: it adds d c (1 - r). The result has the sign of x,
 * -0 included. */
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

/* log(1 + t), 0 <= t <= 1: there 1 + t need not be formed, for (1 + t) c - 1 = t c + (c - 1) */
V16_INLINE v16 v16_log1p_unit(v16 t)
{
    v16u i = v16_bits(v16_fma(t, v16_set1(7), v16_set1(0x1.8p23f))); /* nearest integer */
    v16 c = v16_lookup8(log1p_c, i);
    v16 r = v16_fma(t, c, v16_sub(c, v16_set1(1)));
    return v16_add(v16_lookup8(log1p_h, i), v16_log_poly(r, r));
}

V16_INLINE v16 v16_softplus(v16 x) /* max(x, 0) + log1p(exp(-|x|)) */
{
    return v16_add(v16_max(v16_set1(0), x), v16_log1p_unit(v16_exp_neg_abs(x)));
}

/* tanh |x| = n / (2 - n), n + lost = -expm1(-2 |x|): no cancellation at either end */
V16_INLINE v16 v16_tanh(v16 x)
{
    v16 a = v16_max(v16_set1(-9.1f), v16_neg_abs(x)); /* tanh rounds to 1 from 9.02 on */
    v16 t, r = v16_exp_reduce(v16_add(a, a), &t), one = v16_set1(1), two = v16_set1(2);
    v16 expm1 = v16_fma(v16_mul(r, r), v16_horner(r, exp_poly, 5), r);
    v16 s = v16_from_bits(v16u_shl(v16u_sub(v16_bits(t), v16u_set1(127)), 23)); /* 2^k */
    v16 head = v16_sub(one, s), n = v16_fnma(s, expm1, head);
    v16 lost = v16_fnma(s, expm1, v16_sub(head, n));
    v16 inverse = v16_div(one, v16_sub(two, n)), y = v16_mul(n, inverse);
    v16 rest = v16_fma(y, n, v16_fnma(two, y, n)); /* n - y (2 - n), rounded once */
    rest = v16_add(rest, v16_fma(lost, y, lost));
    return v16_flip(v16_fma(rest, inverse, y), v16_sign(x));
}

/* sigmoid(x) given e = exp(-|x|): n / (1 + e), n = 1 or e. What 1 + e rounded away comes back from
 * the quotient's remainder; that is so small that 3/4 serves for 1 / (1 + e). */
V16_INLINE v16 v16_sigmoid_from(v16 x, v16 e)
{
    v16 one = v16_set1(1), n = v16_if_sign(x, e, one);
    v16 y = v16_div(n, v16_add(one, e));
    v16 rest = v16_fnma(y, e, v16_sub(n, y)); /* n - y (1 + e), rounded once */
    return v16_fma(rest, v16_set1(0.75f), y);
}

V16_INLINE v16 v16_sigmoid(v16 x) { return v16_sigmoid_from(x, v16_exp_neg_abs(x)); }

/* sin and cos of 2 pi x. 4 x = q + y with y in [-1/2, 1/2] is exact; from 2^23 on floats are whole.
 */
V16_INLINE void v16_sincos2pi(v16 x, v16 *sin_out, v16 *cos_out)
{
    v16m whole = v16_lt(v16_set1(0x1.fffffep22f), v16_abs(x)); /* inf and NaN: see y below */
    v16 x4 = v16_mul(v16_select(whole, v16_set1(0), x), v16_set1(4));
    /* from |x| = 2^20 on the magic sum is too coarse: take out pairs of turns first */
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

#endif
