/* Element-wise, fused and memory-bound kernels against baselines: SLEEF's functions, the float
 * reference as the compiler vectorises it, and plain streams with the same memory traffic. Kernels
 * are verified first. SLEEF is loaded at run time and skipped by name where missing. */
#include "../reference/ref.h"
#include "../reference/verify/verify.h"
#include "../vae/base/error.h"
#include "host.h"
#include "options.h"
#include "results.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

enum { L1_FLOATS = 2048, L2_BYTES = 384 << 10, MEMORY_BYTES = 256 << 20, ROWS = 100 };

/* The reference, compiled for every instruction set beyond the baseline. */
#define COMPILED_baseline(name)
#define COMPILED_vex(name)                extern const struct sv_kernels ref_kernels_##name;
#define COMPILED_evex(name)               COMPILED_vex(name)
#define SV_ISA(name, encoding, bits, ...) COMPILED_##encoding(name)
#include "../kernels/isa.def"

struct isa {
    const char *name;
    int bits; /* of its vectors, and of those of SLEEF and the streams */
    const struct sv_kernels *compiled;
};

struct task {
    const struct sv_kernels *k;
    size_t n;    /* elements, or columns of the kernels that take ROWS rows */
    float *p[4]; /* operands */
    void *fn[2]; /* SLEEF's functions */
};

/* --- SLEEF, in a loop over whole vectors --- */

#define MAPS(isa, target_isa, bytes)                                                               \
    typedef float f##isa __attribute__((vector_size(bytes), aligned(4), may_alias));               \
    typedef int32_t u##isa __attribute__((vector_size(bytes)));                                    \
    typedef f##isa sleef_##isa(f##isa);                                                            \
    typedef union {                                                                                \
        void *p;                                                                                   \
        sleef_##isa *f;                                                                            \
    } any_##isa;                                                                                   \
    __attribute__((target(target_isa))) static double map_##isa(void *arg)                         \
    {                                                                                              \
        const struct task *t = arg;                                                                \
        sleef_##isa *const f = (any_##isa){t->fn[0]}.f;                                            \
        for (size_t i = 0; i < t->n; i += bytes / 4)                                               \
            *(f##isa *)(t->p[1] + i) = f(*(const f##isa *)(t->p[0] + i));                          \
        return (double)t->n;                                                                       \
    }                                                                                              \
    __attribute__((target(target_isa))) static double sigmoid_##isa(void *arg)                     \
    {                                                                                              \
        const struct task *t = arg;                                                                \
        sleef_##isa *const exp = (any_##isa){t->fn[0]}.f;                                          \
        for (size_t i = 0; i < t->n; i += bytes / 4)                                               \
            *(f##isa *)(t->p[1] + i) = 1 / (1 + exp(-*(const f##isa *)(t->p[0] + i)));             \
        return (double)t->n;                                                                       \
    }                                                                                              \
    __attribute__((target(target_isa))) static double softplus_##isa(void *arg)                    \
    {                                                                                              \
        const struct task *t = arg;                                                                \
        sleef_##isa *const exp = (any_##isa){t->fn[0]}.f, *const log1p = (any_##isa){t->fn[1]}.f;  \
        for (size_t i = 0; i < t->n; i += bytes / 4) {                                             \
            const f##isa x = *(const f##isa *)(t->p[0] + i);                                       \
            const f##isa top = (f##isa)((u##isa)x & (x > 0));                                      \
            const f##isa low = (f##isa)((u##isa)x | INT32_MIN);                                    \
            *(f##isa *)(t->p[1] + i) = top + log1p(exp(low));                                      \
        }                                                                                          \
        return (double)t->n;                                                                       \
    }                                                                                              \
    /* the traffic of an optimiser: reads all operands, writes all but the gradient, p[1] */       \
    __attribute__((target(target_isa))) static double stream_##isa(void *arg)                      \
    {                                                                                              \
        const struct task *t = arg;                                                                \
        float *w = t->p[0], *g = t->p[1], *s = t->p[2], *v = t->p[3];                              \
        const size_t n = t->n, step = bytes / 4;                                                   \
        for (size_t i = 0; i < n; i += step) {                                                     \
            const f##isa d = *(f##isa *)(g + i);                                                   \
            *(f##isa *)(w + i) += d;                                                               \
            if (s) *(f##isa *)(s + i) += d;                                                        \
            if (v) *(f##isa *)(v + i) += d;                                                        \
        }                                                                                          \
        return (double)n * (s ? v ? 28 : 20 : 12);                                                 \
    }                                                                                              \
    /* the traffic of u8_to_f32: reads every line of p[0], writes p[1] */                          \
    __attribute__((target(target_isa))) static double widen_##isa(void *arg)                       \
    {                                                                                              \
        const struct task *t = arg;                                                                \
        for (size_t i = 0; i < t->n; i += bytes / 4)                                               \
            *(f##isa *)(t->p[1] + i) = (f##isa){0} + t->p[0][i / 4];                               \
        return (double)t->n * 5;                                                                   \
    }
MAPS(avx2, "avx2,fma", 32)
MAPS(avx512, "avx512f", 64)
#undef MAPS

/* --- ours and the reference, through one table --- */

#define RUN(name, call, work)                                                                      \
    static double run_##name(void *arg)                                                            \
    {                                                                                              \
        const struct task *t = arg;                                                                \
        const struct sv_kernels *k = t->k;                                                         \
        float *const *p = t->p;                                                                    \
        const size_t n = t->n;                                                                     \
        call;                                                                                      \
        return (double)n * (double)(work);                                                         \
    }
RUN(exp, k->exp(n, p[0], p[1]), 1)
RUN(log, k->log(n, p[0], p[1]), 1)
RUN(tanh, k->tanh(n, p[0], p[1]), 1)
RUN(sigmoid, k->sigmoid(n, p[0], p[1]), 1)
RUN(softplus, k->softplus(n, p[0], p[1]), 1)
RUN(bernoulli,
    k->bernoulli_ll_grad(&(struct sv_bernoulli_ll){ROWS, n, p[0], n, p[1], n, p[2], 0.5f, p[3], n}),
    ROWS)
RUN(kl, k->kl(&(struct sv_kl){.m = ROWS, .n = n, .mu = p[0], .logvar = p[1], .ld = n, .kl = p[2]}),
    ROWS)
RUN(reparam,
    k->reparam(&(struct sv_reparam){ROWS, n, 1, p[0], p[0], n, p[1], p[3], n, p[2],
                                    sv_rng_at(1, 0, 0), SV_NOISE_NORMAL}),
    ROWS)
RUN(u8_to_f32, k->u8_to_f32(n, (const uint8_t *)p[0], p[1]), 5)
RUN(sgd, k->sgd(n, p[0], p[1], 1e-3f, 1e-4f), 12)
RUN(adagrad, k->adagrad(n, p[0], p[1], p[2], 1e-3f, 1e-6f, 1e-4f), 20)
RUN(adam, k->adam(n, p[0], p[1], p[2], p[3], &(struct sv_optim){1e-3f, 1e-8f, 1e-4f, 0.9f, 0.999f}),
    28)

/* --- rows --- */

static json_t *results;

static void row(const char *what, const char *isa, struct contender ours, struct contender other)
{
    struct contender c[] = {other, ours};
    rounds_run(what, c, 2);
    const struct spread rate = contender_rate(&c[1]), ratio = contender_ratio(&c[1], &c[0]);
    printf("%-8s %-30s %8.2f G/s  %6.2f x %-18s (quartiles %.2f ... %.2f)\n", isa, what,
           1e-9 * rate.median, ratio.median, c[0].name, ratio.low, ratio.high);
    fflush(stdout);
    results_row(results, what, isa, c, 2);
}

static bool wanted(const struct sv_kernels *k, const char *what)
{
    char name[96];
    snprintf(name, sizeof name, "%s, %s", k->isa, what);
    return bench_wants(name);
}

/* Operands in (0, 4], where logarithms and square roots are defined. */
static bool task_make(struct task *t, size_t floats, size_t count)
{
    for (size_t i = 0; i < 4; i++) {
        t->p[i] = i < count ? aligned_alloc(64, floats * sizeof(float)) : NULL;
        if (i < count && !t->p[i]) return false;
        for (size_t j = 0; i < count && j < floats; j++)
            t->p[i][j] = (float)((j * 2654435761u >> 8 & 0xffff) + 1) / 16384;
    }
    return true;
}
static void task_free(struct task *t)
{
    for (int i = 0; i < 4; i++) free(t->p[i]);
}

static void sleef_rows(const struct sv_kernels *k, int bits, void *lib)
{
    const bool wide = bits == 512;
    static const struct {
        const char *name, *first, *second;
        double (*ours)(void *), (*avx2)(void *), (*avx512)(void *);
    } f[] = {{"exp", "expf%s_u10%s", NULL, run_exp, map_avx2, map_avx512},
             {"log", "logf%s_u10%s", NULL, run_log, map_avx2, map_avx512},
             {"tanh u10", "tanhf%s_u10%s", NULL, run_tanh, map_avx2, map_avx512},
             {"tanh u35", "tanhf%s_u35%s", NULL, run_tanh, map_avx2, map_avx512},
             {"sigmoid", "expf%s_u10%s", NULL, run_sigmoid, sigmoid_avx2, sigmoid_avx512},
             {"softplus", "expf%s_u10%s", "log1pf%s_u10%s", run_softplus, softplus_avx2,
              softplus_avx512}};
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
        struct task t = {.k = k, .n = L1_FLOATS};
        const char *names[] = {f[i].first, f[i].second};
        for (int q = 0; q < 2 && names[q]; q++) {
            char stem[32] = "Sleef_", symbol[64];
            snprintf(stem + 6, sizeof stem - 6, "%.*s", (int)strcspn(names[q], "%"), names[q]);
            snprintf(symbol, sizeof symbol, "%s%s%.4s%s", stem, wide ? "16" : "8",
                     strchr(names[q], '_'), wide ? "avx512f" : "avx2");
            t.fn[q] = dlsym(lib, symbol);
            if (!t.fn[q] && !bench_lists())
                printf("%-8s %-30s skipped: no %s\n", k->isa, f[i].name, symbol);
        }
        if (!t.fn[0] || (names[1] && !t.fn[1]) || !wanted(k, f[i].name)) continue;
        if (!task_make(&t, L1_FLOATS, 2)) continue;
        row(f[i].name, k->isa, (struct contender){.name = "ours", .run = f[i].ours, .arg = &t},
            (struct contender){.name = "SLEEF", .run = wide ? f[i].avx512 : f[i].avx2, .arg = &t});
        task_free(&t);
    }
}

static void reference_rows(const struct sv_kernels *k, const struct sv_kernels *compiled)
{
    static const struct {
        const char *name;
        size_t n;
        double (*run)(void *);
    } f[] = {{"Bernoulli, gradient, 100 x 784", 784, run_bernoulli},
             {"reparam and KL, 100 x 20", 20, run_reparam},
             {"reparam and KL, 100 x 64", 64, run_reparam},
             {"KL, 100 x 20", 20, run_kl},
             {"KL, 100 x 784", 784, run_kl}};
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
        struct task ours = {.k = k, .n = f[i].n};
        if (!wanted(k, f[i].name)) continue;
        if (!task_make(&ours, ROWS * f[i].n, 4)) continue;
        struct task other = ours;
        other.k = compiled;
        row(f[i].name, k->isa, (struct contender){.name = "ours", .run = f[i].run, .arg = &ours},
            (struct contender){.name = "compiled reference", .run = f[i].run, .arg = &other});
        task_free(&ours);
    }
}

static void stream_rows(const struct sv_kernels *k, int bits, size_t bytes, const char *where)
{
    static const struct {
        const char *name;
        size_t operands;
        double (*run)(void *), (*avx2)(void *), (*avx512)(void *);
    } f[] = {{"sgd", 2, run_sgd, stream_avx2, stream_avx512},
             {"adagrad", 3, run_adagrad, stream_avx2, stream_avx512},
             {"adam", 4, run_adam, stream_avx2, stream_avx512},
             {"u8 to f32", 2, run_u8_to_f32, widen_avx2, widen_avx512}};
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
        char what[64];
        struct task t = {.k = k, .n = bytes / 4 / f[i].operands / 64 * 64};
        snprintf(what, sizeof what, "%s, %s", f[i].name, where);
        if (!wanted(k, what) || !task_make(&t, t.n, f[i].operands)) continue;
        row(what, k->isa, (struct contender){.name = "ours", .run = f[i].run, .arg = &t},
            (struct contender){
                .name = "stream", .run = bits == 512 ? f[i].avx512 : f[i].avx2, .arg = &t});
        task_free(&t);
    }
}

static bool verified(const struct sv_kernels *k)
{
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = VERIFY_SEED, .log = stderr};
    static const enum sv_kernel_id used[] = {
        SV_KERNEL_exp,     SV_KERNEL_log,      SV_KERNEL_tanh,
        SV_KERNEL_sigmoid, SV_KERNEL_softplus, SV_KERNEL_bernoulli_ll_grad,
        SV_KERNEL_kl,      SV_KERNEL_reparam,  SV_KERNEL_sgd,
        SV_KERNEL_adagrad, SV_KERNEL_adam,     SV_KERNEL_u8_to_f32};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
        const struct verdict v = verify_kernel_forked(used[i], k, &options);
        if (v.failures || !v.calls) return false;
    }
    return true;
}

static void print_head(void)
{
    char core[HOST_NAME];
    host_core(core);
    printf("%s, medians of %zu alternating rounds\n", core, rounds_count());
}

int main(int argc, char **argv)
{
    static const struct bench_program program = {
        "maps",
        "Functions, likelihoods and optimisers against SLEEF, the reference as the compiler\n"
        "vectorises it, and streams.\n",
        false};
    bench_options_take(&program, argc, argv);
#define ROW_baseline(name, bits)
#define ROW_vex(name, bits)               {#name, bits, &ref_kernels_##name},
#define ROW_evex(name, bits)              ROW_vex(name, bits)
#define SV_ISA(name, encoding, bits, ...) ROW_##encoding(name, bits)
    static const struct isa isas[] = {
#include "../kernels/isa.def"
    };
    struct vae_error e = {""};
    void *lib = dlopen("libsleef.so.3", RTLD_NOW);
    if (!lib && !bench_lists()) printf("SLEEF skipped: no libsleef.so.3\n");
    rounds_pin();
    results = results_new();
    if (!bench_lists()) print_head();
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        struct sv_kernels k;
        if (sv_dispatch(isas[i].name, &k) != SV_OK) continue;
        if (!bench_lists() && !verified(&k)) {
            fprintf(stderr, "bench-maps: a kernel of %s failed; nothing is timed\n", isas[i].name);
            return 1;
        }
        if (lib) sleef_rows(&k, isas[i].bits, lib);
        reference_rows(&k, isas[i].compiled);
        stream_rows(&k, isas[i].bits, L2_BYTES, "L2");
        stream_rows(&k, isas[i].bits, MEMORY_BYTES, "memory");
    }
    if (!bench_selected_any(&program)) return 2;
    if (results_write(results, program.name, &e)) return 0;
    fprintf(stderr, "bench-maps: %s\n", e.line);
    return 1;
}
