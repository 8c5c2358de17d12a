#include "accuracy.h"
#include <math.h>
#include <string.h>

static uint32_t bits_of(float x)
{
    uint32_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

/* 1 / ulp of y: 2^(23 - e), where e is y's exponent clamped to float's range, -126 ... 127. */
static double per_ulp(double y)
{
    uint64_t b;
    memcpy(&b, &y, sizeof b);
    int e = (int)(b >> 52 & 0x7ff) - 1023;
    e = e < -126 ? -126 : e > 127 ? 127 : e;
    b = (uint64_t)(1023 + 23 - e) << 52;
    memcpy(&y, &b, sizeof y);
    return y;
}

/* NaN, zero and infinity are where they should be. */
static bool special_holds(float got, double want, bool zero_signs)
{
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
    if (want == 0) return got == 0 && (!zero_signs || !signbit(got) == !signbit(want));
    return !isinf(want) || (double)got == want;
}

/* For results that special_holds accepts. */
static double error_in_ulps(float got, double want)
{
    if (isnan(want) || (isinf(got) && got == (float)want)) return 0;
    const double y = isinf(got) ? copysign(0x1p128, got) : got;
    return fabs(y - want) * per_ulp(want);
}

struct accuracy accuracy_of(size_t n, const float *x, const float *got, const double *want,
                            bool zero_signs)
{
    struct accuracy a = ACCURACY_NONE;
    for (size_t i = 0; i < n; i++) {
        const double w = fabs(want[i]);
        const uint32_t at = bits_of(x[i]);
        double ulps;
        if (w > 0 && w < 0x1p127 && fabsf(got[i]) < 0x1p127f) /* nearly all: the fast path */
            ulps = fabs(got[i] - want[i]) * per_ulp(want[i]);
        else if (special_holds(got[i], want[i], zero_signs))
            ulps = error_in_ulps(got[i], want[i]);
        else {
            a = accuracy_join(a, (struct accuracy){0, 1, UINT32_MAX, at});
            continue;
        }
        if (ulps >= a.ulps) a = accuracy_join(a, (struct accuracy){ulps, 0, at, UINT32_MAX});
    }
    return a;
}

struct accuracy accuracy_join(struct accuracy a, struct accuracy b)
{
    if (b.ulps > a.ulps || (b.ulps == a.ulps && b.at < a.at)) a.ulps = b.ulps, a.at = b.at;
    if (b.wrong_at < a.wrong_at) a.wrong_at = b.wrong_at;
    a.wrong += b.wrong;
    return a;
}

size_t accuracy_other_bits(size_t n, const float *a, const float *b)
{
    size_t other = 0;
    if (!memcmp(a, b, n * sizeof *a)) return 0;
    for (size_t i = 0; i < n; i++)
        other += bits_of(a[i]) != bits_of(b[i]) && !(isnan(a[i]) && isnan(b[i]));
    return other;
}
