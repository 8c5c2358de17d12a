/* Exponents and special values by integer operations, for lanes without instructions for them. It
 * also defines what such instructions must return. Included by a lanes header. */
#ifndef SV_LANES_WORDS_H
#define SV_LANES_WORDS_H

#include "lanes_magic.h"
#include <math.h>

V16_INLINE v16 v16_ldexp(v16 y, v16 t) /* y 2^k, rounded once; t = V16_MAGIC + k, |k| <= 252 */
{
    v16u both = v16_bits(t), half = v16u_shr(both, 1);
    v16 a = v16_from_bits(v16u_shl(half, 23)),
        b = v16_from_bits(v16u_shl(v16u_sub(both, half), 23));
    return v16_mul(v16_mul(y, a), b);
}

V16_INLINE v16 v16_ldexp_down(v16 y, v16 t) /* the same; t = V16_MAGIC_DOWN + k, -150 <= k <= 100 */
{
    return v16_mul(v16_mul(y, v16_from_bits(v16u_shl(v16_bits(t), 23))), v16_set1(0x1p-24f));
}

/* x = 2^e m, 3/4 <= m < 3/2; x positive and normal. Other x give an unspecified number or NaN. */
V16_INLINE v16 v16_split_normal(v16 x, v16 *e)
{
    v16u d = v16u_sub(v16_bits(x), v16u_set1(0x3f400000));
    *e = v16_from_i32(v16u_sra(d, 23));
    return v16_from_bits(v16u_add(v16u_and(d, v16u_set1(0x7fffff)), v16u_set1(0x3f400000)));
}
V16_INLINE v16 v16_split(v16 x, v16 *e) /* the same for any positive finite x */
{
    v16m tiny = v16_lt(x, v16_set1(0x1p-126f));
    v16 m = v16_split_normal(v16_select(tiny, v16_mul(x, v16_set1(0x1p23f)), x), e);
    *e = v16_sub(*e, v16_keep(tiny, v16_set1(23)));
    return m;
}

/* log(x) where x is 0, negative, inf or NaN; y elsewhere */
V16_INLINE v16 v16_log_specials(v16 x, v16 y)
{
    v16 inf = v16_set1(INFINITY), zero = v16_set1(0);
    y = v16_select(v16_lt(x, inf), y, x);
    y = v16_select(v16_eq(x, zero), v16_set1(-INFINITY), y);
    return v16_select(v16_lt(x, zero), v16_set1(NAN), y);
}

#endif
