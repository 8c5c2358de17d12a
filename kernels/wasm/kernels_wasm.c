#include "gemm_wasm.h"
#define SV_ISA_NAME wasm
#include "../core/kernels_core.h"
