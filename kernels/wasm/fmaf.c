/* Exact fmaf. Emscripten's, which is musl's, sets a rounding mode in the rare case of fma4.h, and
 * WebAssembly has no such mode; nor does it care for subnormal results. This one takes its place in
 * every program that links the kernels. */
#include "fma4.h"
#include <math.h>

float fmaf(float x, float y, float z)
{
    const double p = (double)x * (double)y, s = p + (double)z;
    const v128_t all = wasm_f64x2_splat(s);
    if (!fma4_rare(1, &all)) return (float)s;
    const v128_t odd = fma4_odd(wasm_f64x2_splat(p), wasm_f64x2_splat((double)z), all);
    return (float)wasm_f64x2_extract_lane(odd, 0);
}
