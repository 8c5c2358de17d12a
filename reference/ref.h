/* The reference: each kernel as its textbook formula, in float (the scalar reference) and in
 * double (the oracle of the tests). The sources in this folder are compiled once per precision. */
#ifndef REF_H
#define REF_H

#include "../kernels/kernels.h"

#define real    double
#define SV_T(x) sv64_##x
#include "../kernels/contracts.h"
#undef SV_T
#undef real

struct sv64_kernels {
    const char *isa;
#define SV_KERNEL(name, type) sv64_##type##_fn *name;
#include "../kernels/kernels.def"
#undef SV_KERNEL
};

extern const struct sv_kernels ref_kernels;
extern const struct sv64_kernels ref64_kernels;

#endif
