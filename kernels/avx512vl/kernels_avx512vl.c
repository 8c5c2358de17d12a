#include "gemm_avx512vl.h"
#define SV_ISA_NAME avx512vl
#include "../core/kernels_core.h"
