/* Kernels of the variational autoencoder: the one public header.
 *
 * Ask sv_dispatch for a table, then call through it:
 *
 *     struct sv_kernels k;
 *     if (sv_dispatch(getenv("SV_ISA"), &k) != SV_OK) ...
 *     k.tanh(n, x, y);
 *
 * The same call gives the same bits on every ISA. What each kernel promises: contracts.h.
 */
#ifndef SV_KERNELS_H
#define SV_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a GEMM does to each element before it is stored; see gemm in contracts.h. */
enum sv_epilogue {
#define SV_EPILOGUE(name, ...) SV_EPI_##name,
#include "epilogues.def"
#undef SV_EPILOGUE
    SV_EPI_COUNT
};

/* What each of them needs, in the order of the enum: the columns of epilogues.def. */
static const struct sv_epilogue_row {
    const char *name;
    bool bias, y, row_sum;
    unsigned char arrays;
    bool exp, heavy;
} sv_epilogues[SV_EPI_COUNT] = {
#define SV_EPILOGUE(name, ...) {#name, __VA_ARGS__},
#include "epilogues.def"
#undef SV_EPILOGUE
};

/* Where a block of random words lives: ctr = {column block, row, step, stream}. */
struct sv_rng {
    uint32_t key[2]; /* the seed, low word first */
    uint32_t ctr[4];
};

#define real    float
#define SV_T(x) sv_##x
#include "contracts.h"
#undef SV_T
#undef real

/* Most values that the chains of an fma_peak hold. */
enum { SV_PEAK_VALUES = 384 };

struct sv_kernels {
    const char *isa;     /* the name it was asked for by */
    const char *variant; /* of a candidate table; NULL in what sv_dispatch fills */
    /* No kernel but the yardstick (vae/base/peak.h): runs `rounds` rounds of independent fma chains, always from
     * the same values, leaves the last ones in last[], as many as there are, and returns the floating-point
     * operations done. All values on the way are normal, whatever `rounds`. */
    double (*fma_peak)(size_t rounds, float last[SV_PEAK_VALUES]);
#define SV_KERNEL(name, type) sv_##type##_fn *name;
#include "kernels.def"
#undef SV_KERNEL
};

enum sv_kernel_id {
#define SV_KERNEL(name, type) SV_KERNEL_##name,
#include "kernels.def"
#undef SV_KERNEL
    SV_KERNEL_COUNT
};

/* Kernel names in the order of kernels.def. */
extern const char *const sv_kernel_names[SV_KERNEL_COUNT];

enum sv_status {
    SV_OK,
    SV_ISA_UNKNOWN,     /* not in isa.def of this build */
    SV_ISA_UNSUPPORTED, /* this CPU, or its operating system, lacks it */
};

/* Fills *out with the kernels of one ISA; gaps are filled from the ISAs listed before it. NULL or
 * "" asks for the last one in isa.def that this machine runs. On error *out is left alone. */
enum sv_status sv_dispatch(const char *isa, struct sv_kernels *out);

/* The ISAs of this build: name of number i in isa.def's order, NULL past the end. */
const char *sv_isa_name(size_t i);
bool sv_isa_supported(size_t i);

/* The candidate tables, in isa.def's order, NULL past the end. Kernels that a
 * variant does not have are NULL. Calling one that this machine does not support is undefined. */
const struct sv_kernels *sv_candidate(size_t i);
bool sv_candidate_supported(size_t i);

/* The candidate whose own code serves kernel number id (in kernels.def's order) in table *k. */
const struct sv_kernels *sv_serving(const struct sv_kernels *k, size_t id);

/* Bytes of scratch that a GEMM of this size, or smaller in any of the three, asks for; 0 if m or n is 0.
 * Depends on sv_caches. */
size_t sv_gemm_scratch(size_t m, size_t n, size_t k);

/* Elements of the panels that `pack` makes of a rows x cols matrix. */
static inline size_t sv_packed_size(size_t rows, size_t cols)
{
    return (cols + 15) / 16 * 16 * rows;
}

/* Data cache sizes in bytes that GEMM blocks for: of this CPU, as it says, or typical ones where it
 * does not. sv_set_caches replaces them, for tests and for machines that lie, before any other call
 * is under way; a 0 keeps that size. Results do not depend on them, but what sv_gemm_scratch
 * said before is void. */
struct sv_caches {
    size_t l1, l2, l3;
};
struct sv_caches sv_caches(void);
void sv_set_caches(struct sv_caches caches);

/* A generator for one use: all randomness is addressed, none is consumed. stream < 2^8, step < 2^56: what a
 * step has beyond 32 bits goes above the stream, so that none of a long run shares a counter with another. */
static inline struct sv_rng sv_rng_at(uint64_t seed, uint32_t stream, uint64_t step)
{
    return (struct sv_rng){{(uint32_t)seed, (uint32_t)(seed >> 32)},
                           {0, 0, (uint32_t)step, stream | (uint32_t)(step >> 32) << 8}};
}

#endif
