/* Makes a source of this folder generic over `real`: REF_DOUBLE chooses double, else float.
 * <tgmath.h> then picks exp or expf by the argument's type. */
#ifndef REF_REAL_H
#define REF_REAL_H

#include "ref.h"
#include <tgmath.h>

#if defined(REF_DOUBLE)
#define real      double
#define SV_T(x)   sv64_##x
#define REF(name) ref64_##name
#else
#define real    float
#define SV_T(x) sv_##x
#if defined(REF_ISA) /* compiled with an ISA's flags: the compiler's own code, for benchmarks */
#define REF_JOIN2(a, b) a##_##b
#define REF_JOIN(a, b)  REF_JOIN2(a, b)
#define REF(name)       REF_JOIN(ref_##name, REF_ISA)
#else
#define REF(name) ref_##name
#endif
#endif

#define SV_KERNEL(name, type) SV_T(type##_fn) REF(name);
#include "../kernels/kernels.def"
#undef SV_KERNEL

/* The variance v of eps, and 2 kappa = log 2 pi less twice its entropy: 1/2 log(2 pi e), 1 + log 2 and 2. */
static inline real noise_variance(enum sv_noise noise)
{
    return noise == SV_NOISE_NORMAL    ? 1
           : noise == SV_NOISE_LAPLACE ? 2
                                       : (real)3.28986813369645287294; /* pi^2 / 3 */
}
static inline real noise_kappa2(enum sv_noise noise)
{
    return noise == SV_NOISE_NORMAL    ? -1
           : noise == SV_NOISE_LAPLACE ? (real)-1.54841729471054517
                                       : (real)-2.16212293359065464;
}

static const real half = (real)0.5, log_2pi = (real)1.83787706640934548356;

/* Shared by several kernels. */
static inline real relu_of(real x) { return x > 0 ? x : x <= 0 ? 0 : x; } /* -0 to +0, NaN to NaN */
static inline real softplus_of(real x) { return relu_of(x) + log1p(exp(-fabs(x))); }
static inline real sigmoid_of(real x) /* no overflow on either side */
{
    return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

#endif
