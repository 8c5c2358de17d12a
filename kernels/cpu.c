#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

bool sv_cpu_any(void) { return true; }

#if defined(__x86_64__)

/* CPUID leaf 1 ecx, leaf 7 ebx, XCR0: Intel SDM volume 2A, table 3-8; volume 1, section 13.3 */
enum { ECX1_FMA = 1 << 12, ECX1_OSXSAVE = 1 << 27 };
enum { EBX7_AVX2 = 1 << 5, EBX7_F = 1 << 16, EBX7_DQ = 1 << 17, EBX7_BW = 1 << 30 };
static const uint32_t EBX7_VL = UINT32_C(1) << 31;
enum { XCR0_YMM = 0x06, XCR0_ZMM = 0xe6 };

static uint32_t xcr0(void)
{
    uint32_t lo, hi;
    __asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return lo;
}

/* FMA, and all of these bits of leaf 7 ebx, with these parts of the state saved by the system */
static bool has(uint32_t ebx7, uint32_t state)
{
    uint32_t a, b, c, d;
    const uint32_t need = ECX1_FMA | ECX1_OSXSAVE;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & need) != need) return false;
    if ((xcr0() & state) != state) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & ebx7) == ebx7;
}

/* AVX2 and FMA, ymm state enabled by the system */
bool sv_cpu_avx2(void) { return has(EBX7_AVX2, XCR0_YMM); }

/* and AVX-512 F, DQ, BW, VL, zmm and mask state */
bool sv_cpu_avx512(void) { return has(EBX7_AVX2 | EBX7_F | EBX7_DQ | EBX7_BW | EBX7_VL, XCR0_ZMM); }

#endif

#if defined(__aarch64__)

/* Part of the base architecture; a Linux that says otherwise is believed. */
bool sv_cpu_neon(void)
{
#if defined(__linux__)
    enum { ASIMD = 1 << 1 }; /* HWCAP_ASIMD, Linux Documentation/arch/arm64/elf_hwcaps.rst */
    return getauxval(AT_HWCAP) & ASIMD;
#else
    return true;
#endif
}

#endif
