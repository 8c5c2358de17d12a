/* exp, log, log1p, tanh, sigmoid, softplus, sincos2pi over sixteen lanes.
 *
 * Each follows one scheme: reduce the argument exactly, a minimax polynomial in Horner form with
 * fma, rebuild with at most one large rounding. Branch-free; every float is a valid input. Bounds:
 * contracts.h. Constants: vmath.sollya.
 */
#ifndef SV_VMATH_H
#define SV_VMATH_H

/* 1.5 * 2^23: adding it leaves the nearest integer in the low bits of the significand */
#define ROUND_MAGIC 0x1.8p23f
#define ROUND_BITS  0x4b400000u

#define LOG2_E       0x1.715476p0f
#define LN2_HI       0x1.62e43p-1f
#define LN2_LO       -0x1.05c61p-29f
#define LN2_SHORT    0x1.62e4p-1f /* times an exponent: exact */
#define LN2_SHORT_LO 0x1.7f7d1cp-20f
#define SQRT_HALF    0x3f3504f3u /* bits of sqrt(1/2) */
#define PI_2_HI      0x1.921fb6p0f

static const float exp_poly[6] = {0x1p-1f,        0x1.555556p-3f,  0x1.5555p-5f,
                                  0x1.110fc2p-7f, 0x1.6d3074p-10f, 0x1.a2d982p-13f};
static const float log_poly[9] = {0x1.555554p-2f,  -0x1.ffffe6p-3f, 0x1.999d2ap-3f,
                                  -0x1.556288p-3f, 0x1.23de4p-3f,   -0x1.fbbf2ep-4f,
                                  0x1.dc75e8p-4f,  -0x1.ddb2cep-4f, 0x1.2cb40ep-4f};
static const float sin_poly[5] = {-0x1.786f52p-25f, -0x1.4abbcep-1f, 0x1.466b8cp-4f,
                                  -0x1.32b98cp-8f, 0x1.47c738p-13f};
static const float cos_poly[4] = {-0x1.3bd3ccp0f, 0x1.03c19ep-2f, -0x1.55a5bp-6f, 0x1.d09344p-11f};

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
V16_INLINE v16u v16_sign(v16 x) { return v16u_and(v16_bits(x), v16u_set1(0x80000000)); }
V16_INLINE v16 v16_flip(v16 x, v16u sign) { return v16_from_bits(v16u_xor(v16_bits(x), sign)); }

/* x = n ln2 + r, |r| <= ln2 / 2: returns expm1(r), n as an integer in *n */
V16_INLINE v16 v16_exp_reduced(v16 x, v16u *n)
{
    v16 t = v16_fma(x, v16_set1(LOG2_E), v16_set1(ROUND_MAGIC));
    v16 k = v16_sub(t, v16_set1(ROUND_MAGIC));
    v16 r = v16_fnma(k, v16_set1(LN2_LO), v16_fnma(k, v16_set1(LN2_HI), x));
    *n = v16u_sub(v16_bits(t), v16u_set1(ROUND_BITS));
    return v16_fma(v16_mul(r, r), v16_horner(r, exp_poly, 6), r);
}

V16_INLINE v16 v16_pow2(v16u n) /* -126 <= n <= 127 */
{
    return v16_from_bits(v16u_shl(v16u_add(n, v16u_set1(127)), 23));
}

/* 2^n is applied in two halves, so that overflow and gradual underflow come out rounded once. */
V16_INLINE v16 v16_exp(v16 x)
{
    x = v16_min(v16_set1(89.0f), v16_max(v16_set1(-104.0f), x)); /* NaN passes through */
    v16u n;
    v16 y = v16_add(v16_set1(1), v16_exp_reduced(x, &n));
    v16u half = v16u_sra(n, 1);
    return v16_mul(v16_mul(y, v16_pow2(half)), v16_pow2(v16u_sub(n, half)));
}

/* e ln2 + log(1 + f + f_lo) for f in [sqrt(1/2) - 1, sqrt(2) - 1], f_lo below half an ulp of f */
V16_INLINE v16 v16_log_rebuild(v16 e, v16 f, v16 f_lo)
{
    v16 p = v16_horner(f, log_poly, 9);
    v16 t = v16_mul(v16_mul(f, f), v16_fma(f, p, v16_set1(-0.5f)));
    v16 head = v16_mul(e, v16_set1(LN2_SHORT));
    v16 hi = v16_add(head, f);
    v16 err = v16_sub(f, v16_sub(hi, head)); /* exact: head is 0 or larger than f */
    v16 lo = v16_fma(e, v16_set1(LN2_SHORT_LO), v16_add(t, v16_add(err, v16_fnma(f_lo, f, f_lo))));
    return v16_add(hi, lo);
}

/* x = 2^e m, m in [sqrt(1/2), sqrt(2)); x positive and normal */
V16_INLINE v16 v16_split(v16 x, v16u *e)
{
    *e = v16u_sra(v16u_sub(v16_bits(x), v16u_set1(SQRT_HALF)), 23);
    return v16_from_bits(v16u_sub(v16_bits(x), v16u_shl(*e, 23)));
}

/* log where x is +0, negative, +inf or NaN; y elsewhere */
V16_INLINE v16 v16_log_specials(v16 x, v16 y)
{
    v16 inf = v16_set1(INFINITY), zero = v16_set1(0);
    y = v16_select(v16_lt(x, inf), y, x);
    y = v16_select(v16_eq(x, zero), v16_set1(-INFINITY), y);
    return v16_select(v16_lt(x, zero), v16_set1(NAN), y);
}

V16_INLINE v16 v16_log(v16 x)
{
    v16m tiny = v16_lt(x, v16_set1(0x1p-126f));
    v16u e;
    v16 m = v16_split(v16_select(tiny, v16_mul(x, v16_set1(0x1p23f)), x), &e);
    v16 k = v16_sub(v16_from_i32(e), v16_keep(tiny, v16_set1(23)));
    v16 y = v16_log_rebuild(k, v16_sub(m, v16_set1(1)), v16_set1(0));
    return v16_log_specials(x, y);
}

/* 1 + x = 2^e (1 + f): f = x 2^-e + (2^-e - 1) keeps the bits of x that 1 + x would round away. */
V16_INLINE v16 v16_log1p(v16 x)
{
    v16 one = v16_set1(1);
    v16 u = v16_add(one, x);
    v16u e;
    v16 m = v16_split(u, &e);
    v16 scale = v16_pow2(v16u_sub(v16u_set1(0), e));
    v16 a = v16_mul(x, scale), b = v16_sub(scale, one);
    v16 f = v16_add(a, b);
    v16 bb = v16_sub(f, a);
    v16 f_lo = v16_add(v16_sub(a, v16_sub(f, bb)), v16_sub(b, bb)); /* f + f_lo = a + b */
    v16m large = v16_lt(v16_set1(0x1p25f), x); /* there u is x, and 2^-e may underflow */
    f = v16_select(large, v16_sub(m, one), f);
    f_lo = v16_select(large, v16_set1(0), f_lo);
    v16 y = v16_log_specials(u, v16_log_rebuild(v16_from_i32(e), f, f_lo));
    return v16_select(v16_lt(v16_abs(x), v16_set1(0x1p-25f)), x, y);
}

/* tanh |x| = q / (q + 2), q = expm1(2 |x|): no cancellation at either end */
V16_INLINE v16 v16_tanh(v16 x)
{
    v16 a = v16_min(v16_set1(9.1f), v16_abs(x)); /* tanh rounds to 1 from 9.02 on */
    v16u n;
    v16 r = v16_exp_reduced(v16_add(a, a), &n);
    v16 s = v16_pow2(n);
    v16 q = v16_fma(s, r, v16_sub(s, v16_set1(1)));
    v16 two = v16_set1(2), d = v16_add(q, two);
    v16 lost = v16_sub(v16_min(two, q), v16_sub(d, v16_max(two, q))); /* q + 2 = d + lost */
    v16 t = v16_div(q, d);                                            /* 1 / d = (1 - t) / 2 */
    t = v16_fnma(v16_mul(t, lost), v16_fnma(t, v16_set1(0.5f), v16_set1(0.5f)), t);
    return v16_flip(t, v16_sign(x));
}

/* sigmoid(x) given e = exp(-|x|) */
V16_INLINE v16 v16_sigmoid_from(v16 x, v16 e)
{
    v16 one = v16_set1(1);
    v16 s = v16_add(one, e);
    v16 lost = v16_sub(e, v16_sub(s, one)); /* 1 + e = s + lost exactly */
    v16 q = v16_div(v16_select(v16_lt(x, v16_set1(0)), e, one), s);
    return v16_fnma(v16_mul(q, lost), v16_sub(one, v16_mul(e, v16_set1(0.5f))), q);
}

V16_INLINE v16 v16_exp_neg_abs(v16 x) /* exp(-|x|) */
{
    return v16_exp(v16_from_bits(v16u_or(v16_bits(x), v16u_set1(0x80000000))));
}

V16_INLINE v16 v16_sigmoid(v16 x) { return v16_sigmoid_from(x, v16_exp_neg_abs(x)); }

V16_INLINE v16 v16_softplus(v16 x) /* max(x, 0) + log1p(exp(-|x|)) */
{
    v16 e = v16_exp_neg_abs(x);
    return v16_add(v16_max(v16_set1(0), x), v16_log1p(e));
}

/* sin and cos of 2 pi x. 4 x = q + y with y in [-1/2, 1/2] is exact; from 2^23 on floats are whole.
 */
V16_INLINE void v16_sincos2pi(v16 x, v16 *sin_out, v16 *cos_out)
{
    v16m whole = v16_lt(v16_set1(0x1p23f - 1), v16_abs(x)); /* inf and NaN: see y below */
    v16 x4 = v16_mul(v16_select(whole, v16_set1(0), x), v16_set1(4));
    /* from |x| = 2^20 on the magic sum is too coarse: take out pairs of turns first */
    v16 turns = v16_sub(v16_add(x4, v16_set1(0x1.8p26f)), v16_set1(0x1.8p26f));
    x4 = v16_sub(x4, turns);
    v16 t = v16_add(x4, v16_set1(ROUND_MAGIC));
    v16 y = v16_sub(x4, v16_sub(t, v16_set1(ROUND_MAGIC)));
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
