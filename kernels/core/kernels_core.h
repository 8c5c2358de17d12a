/* All kernel bodies, compiled over the lanes and gemm_chains of the including ISA, and that ISA's
 * table sv_kernels_<isa>_base. */
#include "../kernels.h"
#include "gemm_block.h"
#include "names.h"

#include "vmath.h"

#include "reduce.h"

#include "activation.h"

#include "rng.h"

#include "kl.h"
#include "leapfrog.h"
#include "loglik.h"
#include "mixture.h"
#include "optimizer.h"
#include "pixels.h"

#include "reparam.h"

#include "gemm_pack.h"

#include "gemm_epilogue.h"

#include "gemm_tile.h"

#include "peak.h"

#include "gemm_flush.h"

#include "gemm_deferred.h"

#include "gemm_driver.h"

extern const struct sv_kernels SV_TABLE(base);
const struct sv_kernels SV_TABLE(base) = {
    .isa = SV_STRING(SV_ISA_NAME),
    .variant = "base",
    .fma_peak = SV_FN(fma_peak),
#define SV_KERNEL(name, type) .name = SV_FN(name),
#include "../kernels.def"
#undef SV_KERNEL
};
