/* Dispatch is data: the generic table first, each supported ISA up to the one asked for lays its
 * own kernels over it. */
#include "core/gemm_block.h"
#include "cpu.h"
#include "kernels.h"
#include <string.h>

#define SV_ISA(name, probe) extern const struct sv_kernels sv_kernels_##name;
#include "isa.def"
#undef SV_ISA

static const struct {
    const struct sv_kernels *table;
    bool (*probe)(void);
} isas[] = {
#define SV_ISA(name, probe) {&sv_kernels_##name, probe},
#include "isa.def"
#undef SV_ISA
};

enum { ISA_COUNT = sizeof isas / sizeof *isas };

const char *const sv_kernel_names[SV_KERNEL_COUNT] = {
#define SV_KERNEL(name, type) #name,
#include "kernels.def"
#undef SV_KERNEL
};

const char *sv_isa_name(size_t i) { return i < ISA_COUNT ? isas[i].table->isa : NULL; }

bool sv_isa_supported(size_t i) { return i < ISA_COUNT && isas[i].probe(); }

static void overlay(struct sv_kernels *out, const struct sv_kernels *table)
{
    out->isa = table->isa;
    out->fma_peak = table->fma_peak;
#define SV_KERNEL(name, type)                                                                      \
    if (table->name) out->name = table->name;
#include "kernels.def"
#undef SV_KERNEL
}

enum sv_status sv_dispatch(const char *isa, struct sv_kernels *out)
{
    size_t pick = ISA_COUNT;
    for (size_t i = 0; i < ISA_COUNT; i++) {
        if (isa && *isa ? !strcmp(isa, isas[i].table->isa) : isas[i].probe()) pick = i;
    }
    if (pick == ISA_COUNT) return SV_ISA_UNKNOWN;
    if (!isas[pick].probe()) return SV_ISA_UNSUPPORTED;
    for (size_t i = 0; i <= pick; i++)
        if (isas[i].probe()) overlay(out, isas[i].table);
    return SV_OK;
}

const char *sv_serving_isa(const struct sv_kernels *k, size_t id)
{
    for (size_t i = 0; i < ISA_COUNT; i++) {
        const struct sv_kernels *t = isas[i].table;
        const bool serves[SV_KERNEL_COUNT] = {
#define SV_KERNEL(name, type) t->name && t->name == k->name,
#include "kernels.def"
#undef SV_KERNEL
        };
        if (serves[id]) return t->isa;
    }
    return "none";
}

size_t sv_gemm_scratch(size_t m, size_t n, size_t k)
{
    if (m == 0 || n == 0) return 0;
    const struct gemm_scratch s = gemm_scratch_sizes(m, n, k);
    return (s.a + s.b + s.lanes) * sizeof(float);
}
