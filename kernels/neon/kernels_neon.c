#include "gemm_neon.h"
#define SV_ISA_NAME neon
#include "../core/kernels_core.h"
