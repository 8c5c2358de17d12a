#include "gemm_avx2.h"
#define SV_ISA_NAME avx2
#include "../core/kernels_core.h"
