#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stddef.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

bool sv_cpu_any(void) { return true; }

#if defined(__x86_64__)

/* CPUID leaf 1 ecx, leaf 7 ebx, XCR0: Intel SDM volume 2A, table 3-8; volume 1, section 13.3 */
enum { ECX1_FMA = 1 << 12, ECX1_OSXSAVE = 1 << 27, ECX1_AVX = 1 << 28 };
enum { EBX7_AVX2 = 1 << 5, EBX7_F = 1 << 16, EBX7_DQ = 1 << 17, EBX7_BW = 1 << 30 };
static const uint32_t EBX7_VL = UINT32_C(1) << 31;
enum { XCR0_YMM = 0x06, XCR0_ZMM = 0xe6 };

/* Extensions of AVX need the AVX bit too (SDM volume 1, 14.3 and 14.7.1): a hypervisor that hides
 * AVX may leave their bits set. XCR0 is valid only if OSXSAVE is set. */
static bool has(const struct sv_cpuid *c, uint32_t ebx7, uint32_t state)
{
    const uint32_t need = ECX1_OSXSAVE | ECX1_AVX | ECX1_FMA;
    return (c->ecx1 & need) == need && (c->xcr0 & state) == state && c->max_leaf >= 7 &&
           (c->ebx7 & ebx7) == ebx7;
}

bool sv_cpuid_avx2(const struct sv_cpuid *c) { return has(c, EBX7_AVX2, XCR0_YMM); }

bool sv_cpuid_avx512(const struct sv_cpuid *c)
{
    return has(c, EBX7_AVX2 | EBX7_F | EBX7_DQ | EBX7_BW | EBX7_VL, XCR0_ZMM);
}

static struct sv_cpuid this_cpu(void)
{
    struct sv_cpuid r = {.max_leaf = (uint32_t)__get_cpuid_max(0, NULL)};
    uint32_t a, b, c, d;
    __cpuid(1, a, b, c, d); /* leaf 1 exists on every 64-bit CPU */
    r.ecx1 = c;
    if (r.max_leaf >= 7) {
        __cpuid_count(7, 0, a, b, c, d);
        r.ebx7 = b;
    }
    if (r.ecx1 & ECX1_OSXSAVE) __asm__("xgetbv" : "=a"(r.xcr0), "=d"(d) : "c"(0));
    return r;
}

bool sv_cpu_avx2(void)
{
    const struct sv_cpuid c = this_cpu();
    return sv_cpuid_avx2(&c);
}

#if !defined(SV_WITHOUT_AVX512)
bool sv_cpu_avx512(void)
{
    const struct sv_cpuid c = this_cpu();
    return sv_cpuid_avx512(&c);
}
#endif

#endif

#if defined(__aarch64__)

/* Advanced SIMD is part of the base architecture, but Linux may report that it is not available. */
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
