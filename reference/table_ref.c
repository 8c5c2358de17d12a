#include "real.h"

const struct SV_T(kernels) REF(kernels) = {
    .isa = "reference",
#define SV_KERNEL(name, type) .name = REF(name),
#include "../kernels/kernels.def"
#undef SV_KERNEL
};
