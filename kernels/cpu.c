#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>
#endif

bool sv_cpu_any(void) { return true; }

#if defined(__x86_64__)

/* CPUID leaf 1 ecx, leaf 7 ebx, XCR0: Intel SDM volume 2A, table 3-8; volume 1, section 13.3 */
enum { ECX1_FMA = 1 << 12, ECX1_OSXSAVE = 1 << 27, EBX7_AVX2 = 1 << 5, XCR0_YMM = 6 };

static uint32_t xcr0(void)
{
    uint32_t lo, hi;
    __asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return lo;
}

bool sv_cpu_avx2(void)
{
    uint32_t a, b, c, d;
    const uint32_t need = ECX1_FMA | ECX1_OSXSAVE;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & need) != need) return false;
    if ((xcr0() & XCR0_YMM) != XCR0_YMM) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & EBX7_AVX2);
}

#endif
