/* How a kernel body gets its ISA's name: SV_FN(tanh) is sv_tanh_avx2 in kernels/avx2/. */
#ifndef SV_NAMES_H
#define SV_NAMES_H

#define SV_PASTE(a, b, c)  a##b##c
#define SV_EXPAND(a, b, c) SV_PASTE(a, b, c)
#define SV_FN(name)        SV_EXPAND(sv_##name, _, SV_ISA_NAME)

#endif
