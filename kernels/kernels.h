/* Kernels of the variational autoencoder: the one public header.
 *
 * Ask sv_dispatch for a table, then call through it:
 *
 *     struct sv_kernels k;
 *     if (sv_dispatch(NULL, &k) != SV_OK) ...
 *     k.tanh(n, x, y);
 *
 * The same call gives the same bits on every instruction set (ISA). What a kernel promises stands with
 * the type of its function.
 */
#ifndef SV_KERNELS_H
#define SV_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* GEMM epilogues: what is applied to each element before it is stored; gemm_nn says what each
 * is. */
enum sv_epilogue {
#define SV_EPILOGUE(name, ...) SV_EPI_##name,
#include "epilogues.def"
#undef SV_EPILOGUE
    SV_EPI_COUNT
};

/* Traits of each epilogue, indexed by the enum. */
static const struct sv_epilogue_row {
    const char *name;
    bool bias;            /* adds bias[j] */
    bool y;               /* reads y[i][j] */
    bool row_sum;         /* writes row_sum[i] */
    unsigned char arrays; /* that an optimiser updates, laid out as c: 1 c; 2 c, s; 3 c, s, v */
    bool exp;   /* computed from exp(-|v + bias[j]|), in an extra pass over the microtile */
    bool heavy; /* evaluates a polynomial, which needs the registers */
} sv_epilogues[SV_EPI_COUNT] = {
#define SV_EPILOGUE(name, ...) {#name, __VA_ARGS__},
#include "epilogues.def"
#undef SV_EPILOGUE
};

/* Densities of eps in z = mu + sigma eps: the normal's, Laplace's 1/2 e^-|eps|, and the logistic
 * e^-eps / (1 + e^-eps)^2. */
enum sv_noise { SV_NOISE_NORMAL, SV_NOISE_LAPLACE, SV_NOISE_LOGISTIC, SV_NOISES };

/* Philox key and counter: ctr = {column block, row, step, stream}. */
struct sv_rng {
    uint32_t key[2]; /* the seed, low word first */
    uint32_t ctr[4];
};

#define real    float
#define SV_T(x) sv_##x
#include "contracts.h"
#undef SV_T
#undef real

/* Upper bound on the accumulator values of any ISA's fma_peak. */
enum { SV_PEAK_VALUES = 384 };

/* A table of kernels. */
struct sv_kernels {
    const char *isa;     /* its name */
    const char *variant; /* of a candidate table; NULL in tables that sv_dispatch fills */
    /* Not a kernel: the measure of the FMA peak. Runs `rounds` rounds of
     * independent fma chains, always from the same start values. Writes the final accumulators to
     * last[], as many as the ISA has, and returns the floating-point operations done. All
     * intermediate values are normal, whatever `rounds`. */
    double (*fma_peak)(size_t rounds, float last[SV_PEAK_VALUES]);
#define SV_KERNEL(name, type) sv_##type##_fn *name;
#include "kernels.def"
#undef SV_KERNEL
};

/* The kernels' numbers. */
enum sv_kernel_id {
#define SV_KERNEL(name, type) SV_KERNEL_##name,
#include "kernels.def"
#undef SV_KERNEL
    SV_KERNEL_COUNT
};

#pragma GCC visibility push(default)

/* Their names. */
extern const char *const sv_kernel_names[SV_KERNEL_COUNT];

/* What sv_dispatch returns. */
enum sv_status {
    SV_OK,
    SV_ISA_UNKNOWN,     /* not one of this build */
    SV_ISA_UNSUPPORTED, /* this CPU, or its operating system, lacks it */
};

/* Fills *out with the kernels of one ISA; gaps are filled from the ISAs before it. NULL or "" asks
 * for the last, and best, ISA that this machine runs. On error *out is unchanged. */
enum sv_status sv_dispatch(const char *isa, struct sv_kernels *out);

/* ISA number i of this build, in order of increasing preference; the name is NULL past the end. */
const char *sv_isa_name(size_t i);
bool sv_isa_supported(size_t i);

/* Candidate table number i, in the same order; NULL past the end. Kernels that a variant lacks are
 * NULL. Calling a kernel of a table that this machine does not support is undefined. */
const struct sv_kernels *sv_candidate(size_t i);
bool sv_candidate_supported(size_t i);

/* The candidate table that kernel number id of *k comes from. */
const struct sv_kernels *sv_serving(const struct sv_kernels *k, size_t id);

/* Bytes of scratch that suffice for a GEMM of this size or smaller in any dimension; 0 if m or n is
 * 0. Depends on sv_caches. */
size_t sv_gemm_scratch(size_t m, size_t n, size_t k);

/* Panel width: columns of a panel of a packed matrix (kernel `pack`). */
enum { SV_PANEL = 16 };

/* Elements of a rows x cols matrix packed by kernel `pack`. */
static inline size_t sv_packed_size(size_t rows, size_t cols)
{
    return (cols + SV_PANEL - 1) / SV_PANEL * SV_PANEL * rows;
}

/* Data cache sizes in bytes, from which GEMM derives its blocking: as the CPU or the system reports
 * them, or typical sizes where neither does. sv_set_caches overrides them, for tests and for
 * machines that report wrong sizes, while no other call is in progress; a size of 0 keeps the
 * current one. Results do not depend on them, but earlier answers of sv_gemm_scratch become
 * invalid. */
struct sv_caches {
    size_t l1, l2, l3;
};
struct sv_caches sv_caches(void);
void sv_set_caches(struct sv_caches caches);

#pragma GCC visibility pop

/* A generator for one use: randomness is addressed, never consumed. stream < 2^8, step < 2^56. The
 * step's bits above 32 go above the stream, so that no two steps of a long run share a counter. */
static inline struct sv_rng sv_rng_at(uint64_t seed, uint32_t stream, uint64_t step)
{
    const struct sv_rng rng = {{(uint32_t)seed, (uint32_t)(seed >> 32)},
                               {0, 0, (uint32_t)step, stream | (uint32_t)(step >> 32) << 8}};
    return rng;
}

#endif
