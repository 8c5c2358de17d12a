#include "gemm_generic.h"
#define SV_ISA_NAME generic
#include "../core/kernels_core.h"
