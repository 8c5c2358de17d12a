#include "gemm_avx512.h"
#define SV_ISA_NAME avx512
#include "../core/kernels_core.h"
