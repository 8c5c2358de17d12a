/* The probes of isa.def: whether this machine can run an ISA. Each asks the CPU and, for registers
 * that context switches must save, the operating system too. */
#ifndef SV_CPU_H
#define SV_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define SV_CANDIDATE(isa, variant, probe) bool probe(void);
#include "isa.def"

/* Input of the x86-64 probes: CPUID's highest leaf, ecx of leaf 1, ebx of leaf 7 (0 if there is no
 * leaf 7), and XCR0's low half (0 unless OSXSAVE is set). */
struct sv_cpuid {
    uint32_t max_leaf, ecx1, ebx7, xcr0;
};
#if defined(__x86_64__)
bool sv_cpuid_avx2(const struct sv_cpuid *c);   /* AVX, FMA, AVX2; the OS saves ymm */
bool sv_cpuid_avx512(const struct sv_cpuid *c); /* also AVX-512 F, DQ, BW, VL; zmm, masks */
#endif

#endif
