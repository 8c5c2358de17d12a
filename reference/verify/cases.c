#include "kcase.h"

static const struct kcase *const cases[SV_KERNEL_COUNT] = {
#define SV_KERNEL(name, type) &case_##name,
#include "../../kernels/kernels.def"
#undef SV_KERNEL
};

const struct kcase *verify_case(size_t id) { return cases[id]; }
