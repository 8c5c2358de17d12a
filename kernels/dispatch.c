/* Dispatch: starting from the generic table, each supported candidate of isa.def, up to the ISA
 * asked for, overrides the kernels it has. */
#include "core/gemm_block.h"
#include "cpu.h"
#include "kernels.h"
#include <string.h>

#define SV_CANDIDATE(isa, variant, probe)                                                          \
    extern const struct sv_kernels sv_kernels_##isa##_##variant;
#include "isa.def"

static const struct {
    const struct sv_kernels *table;
    bool (*probe)(void);
} candidates[] = {
#define SV_CANDIDATE(isa, variant, probe) {&sv_kernels_##isa##_##variant, probe},
#include "isa.def"
};

enum { CANDIDATES = sizeof candidates / sizeof *candidates };

const char *const sv_kernel_names[SV_KERNEL_COUNT] = {
#define SV_KERNEL(name, type) #name,
#include "kernels.def"
#undef SV_KERNEL
};

const struct sv_kernels *sv_candidate(size_t i)
{
    return i < CANDIDATES ? candidates[i].table : NULL;
}

bool sv_candidate_supported(size_t i) { return i < CANDIDATES && candidates[i].probe(); }

/* Index of the first candidate of ISA number i; CANDIDATES past the last ISA. */
static size_t isa_line(size_t i)
{
    for (size_t line = 0; line < CANDIDATES; line++) {
        const bool first =
            line == 0 || strcmp(candidates[line].table->isa, candidates[line - 1].table->isa);
        if (first && i-- == 0) return line;
    }
    return CANDIDATES;
}

const char *sv_isa_name(size_t i)
{
    const size_t line = isa_line(i);
    return line < CANDIDATES ? candidates[line].table->isa : NULL;
}

bool sv_isa_supported(size_t i) { return sv_candidate_supported(isa_line(i)); }

static void overlay(struct sv_kernels *out, const struct sv_kernels *table)
{
    out->isa = table->isa;
    if (table->fma_peak) out->fma_peak = table->fma_peak;
#define SV_KERNEL(name, type)                                                                      \
    if (table->name) out->name = table->name;
#include "kernels.def"
#undef SV_KERNEL
}

enum sv_status sv_dispatch(const char *isa, struct sv_kernels *out)
{
    size_t pick = CANDIDATES;
    for (size_t i = 0; i < CANDIDATES; i++) {
        const bool wanted =
            isa && *isa ? !strcmp(isa, candidates[i].table->isa) : candidates[i].probe();
        if (wanted) pick = i;
    }
    if (pick == CANDIDATES) return SV_ISA_UNKNOWN;
    if (!candidates[pick].probe()) return SV_ISA_UNSUPPORTED;
    *out = (struct sv_kernels){0};
    for (size_t i = 0; i <= pick; i++)
        if (candidates[i].probe()) overlay(out, candidates[i].table);
    return SV_OK;
}

const struct sv_kernels *sv_serving(const struct sv_kernels *k, size_t id)
{
    for (size_t i = 0; i < CANDIDATES; i++) {
        const struct sv_kernels *t = candidates[i].table;
        const bool serves[SV_KERNEL_COUNT] = {
#define SV_KERNEL(name, type) t->name && t->name == k->name,
#include "kernels.def"
#undef SV_KERNEL
        };
        if (serves[id]) return t;
    }
    return NULL;
}

static size_t scratch(size_t m, size_t n, size_t k, bool whole)
{
    const struct gemm_scratch s = gemm_scratch_sizes(m, n, k, whole);
    return (s.a + s.b + s.lanes + 16) * sizeof(float); /* 16: room for gemm_align */
}

size_t sv_gemm_scratch(size_t m, size_t n, size_t k)
{
    return m && n ? gemm_max(scratch(m, n, k, false), scratch(m, n, k, true)) : 0;
}
