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
#define real      float
#define SV_T(x)   sv_##x
#define REF(name) ref_##name
#endif

#define SV_KERNEL(name, type) SV_T(type##_fn) REF(name);
#include "../kernels/kernels.def"
#undef SV_KERNEL

static const real half = (real)0.5;

#endif
