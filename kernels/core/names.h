/* Names with the ISA as suffix: SV_FN(tanh) is sv_tanh_avx2 in kernels/avx2/. */
#ifndef SV_NAMES_H
#define SV_NAMES_H

#define SV_PASTE2(a, b)   a##_##b
#define SV_PASTE(a, b)    SV_PASTE2(a, b)
#define SV_FN(name)       SV_PASTE(sv_##name, SV_ISA_NAME)
#define SV_TABLE(variant) SV_PASTE(SV_PASTE(sv_kernels, SV_ISA_NAME), variant)
#define SV_STRING2(x)     #x
#define SV_STRING(x)      SV_STRING2(x)

#endif
