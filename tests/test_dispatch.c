/* The instruction set asked for is the one that runs: by the tables' names, by what the system says
 * about the CPU, and by the instructions that each kernel executes. */
#include "../kernels/core/gemm_block.h"
#include "../reference/verify/data.h"
#include "../reference/verify/verify.h"
#include "each.h"
#include "suites.h"
#include "trace.h"
#include <stdlib.h>
#include <string.h>

static size_t best(void)
{
    size_t i = 0, last = 0;
    for (; sv_isa_name(i); i++)
        if (sv_isa_supported(i)) last = i;
    return last;
}

START_TEST(test_default_is_best)
{
    struct sv_kernels k;
    ck_assert_int_eq(sv_dispatch(NULL, &k), SV_OK);
    ck_assert_str_eq(k.isa, sv_isa_name(best()));
    ck_assert_int_eq(sv_dispatch("", &k), SV_OK);
    ck_assert_str_eq(k.isa, sv_isa_name(best()));
}
END_TEST

/* The table of each ISA is complete, and its kernels are that ISA's own. */
START_TEST(test_asked_for_is_given)
{
    for (size_t i = 0; sv_isa_name(i); i++) {
        struct sv_kernels k;
        const enum sv_status status = sv_dispatch(sv_isa_name(i), &k);
        ck_assert_int_eq(status, sv_isa_supported(i) ? SV_OK : SV_ISA_UNSUPPORTED);
        if (status != SV_OK) continue;
        ck_assert_str_eq(k.isa, sv_isa_name(i));
        for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
            ck_assert_str_eq(sv_serving(&k, id)->isa, sv_isa_name(i));
    }
}
END_TEST

START_TEST(test_unknown_isa_is_refused)
{
    struct sv_kernels k, before;
    memset(&k, 0x5a, sizeof k);
    before = k;
    ck_assert_int_eq(sv_dispatch("avx3", &k), SV_ISA_UNKNOWN);
    ck_assert_int_eq(memcmp(&k, &before, sizeof k), 0);
}
END_TEST

/* Scratch for the largest product serves every smaller one. */
START_TEST(test_scratch_is_monotone)
{
    static const size_t size[] = {1, 2, 15, 100, 234, 257, 300, 512, 784, 1024, 2049, 5000, 20000};
    enum { SIZES = sizeof size / sizeof *size };
    for (size_t i = 0; i < SIZES * SIZES * SIZES; i++) {
        const size_t m = size[i % SIZES], n = size[i / SIZES % SIZES], k = size[i / SIZES / SIZES];
        const size_t all = sv_gemm_scratch(m, n, k);
        for (int whole = 0; whole < 2; whole++) {
            const struct gemm_blocking b = gemm_blocking(m, n, k, whole);
            const struct gemm_scratch s = gemm_scratch_sizes(m, n, k, whole);
            each(s.a >= b.mc * gemm_ld(b.kc));
            each(s.a >= b.kc * gemm_ld(b.mc));
            each(s.b >= gemm_min(gemm_round_up(n, GEMM_NR), b.nc) * b.kc);
        }
        for (size_t less = 1; less < 60; less++) {
            if (m > less) each(sv_gemm_scratch(m - less, n, k) <= all);
            if (n > less) each(sv_gemm_scratch(m, n - less, k) <= all);
            if (k > less) each(sv_gemm_scratch(m, n, k - less) <= all);
        }
    }
}
END_TEST

START_TEST(test_generic_is_everywhere)
{
    ck_assert_str_eq(sv_isa_name(0), "generic");
    ck_assert(sv_isa_supported(0));
}
END_TEST

/* --- each instruction set against its line of isa.def --- */

enum encoding { ENCODING_baseline, ENCODING_vex, ENCODING_evex, ENCODING_asimd };

static const struct {
    const char *name;
    enum encoding encoding;
    int bits;
    const char *cpuinfo;
} isas[] = {
#define SV_ISA(name, encoding, bits, cpuinfo, ...) {#name, ENCODING_##encoding, bits, cpuinfo},
#include "../kernels/isa.def"
};

enum { ISAS = sizeof isas / sizeof *isas };

START_TEST(test_each_has_its_table)
{
    for (size_t i = 0; i < ISAS; i++) ck_assert_str_eq(sv_isa_name(i), isas[i].name);
    ck_assert_ptr_null(sv_isa_name(ISAS));
}
END_TEST

/* Whether the CPU has these features according to Linux, independently of cpu.c. */
static bool cpuinfo_has(const char *words)
{
    char line[16384], key[32];
    bool has = true;
    if (!*words) return true;
    FILE *f = fopen("/proc/cpuinfo", "r");
    ck_assert_msg(f != NULL, "/proc/cpuinfo cannot be read");
    while (fgets(line, sizeof line, f) && strncmp(line, "flags", 5) && strncmp(line, "Features", 8))
        continue;
    fclose(f);
    line[strcspn(line, "\n")] = ' ';
    for (int n; has && sscanf(words, "%30s%n", key, &n) == 1; words += n) {
        char word[34];
        snprintf(word, sizeof word, " %s ", key);
        has = strstr(line, word) != NULL;
    }
    return has;
}

START_TEST(test_what_the_cpu_has_is_offered)
{
    struct sv_kernels k;
    const enum sv_status status = sv_dispatch(isas[_i].name, &k);
    ck_assert_int_eq(status, cpuinfo_has(isas[_i].cpuinfo) ? SV_OK : SV_ISA_UNSUPPORTED);
}
END_TEST

#if defined(__x86_64__)

/* --- what is executed --- */

struct call {
    const struct kcase *kcase;
    const struct sv_kernels *table;
    struct shape shape;
    struct operand op[MAX_OPERANDS];
    void *p[MAX_OPERANDS];
};

static void make_call(void *arg)
{
    struct call *c = arg;
    c->kcase->call(c->table, &c->shape, c->op, c->p);
}

/* Its rows hold at least one vector and a tail, and it is small enough to be stepped through. */
static bool worth_stepping(const struct shape *s)
{
    const size_t work = s->m * s->n * (s->k ? s->k : 1);
    return s->m > 0 && s->n > 16 && s->n % 16 && work <= 1000;
}

static struct trace trace_kernel(const struct sv_kernels *table, size_t id)
{
    struct call c = {.kcase = verify_case(id), .table = table};
    struct source source = {verify_seed()};
    struct trace t;
    size_t i = 0;
    do ck_assert_msg(c.kcase->shape(i++, false, &c.shape), "no shape of %s fits", c.kcase->kernel);
    while (!worth_stepping(&c.shape));
    const size_t count = c.kcase->operands(&c.shape, c.op);
    for (size_t o = 0; o < count; o++) {
        c.p[o] = calloc(c.op[o].rows * c.op[o].ld + 1, sizeof(float));
        data_fill(&source, &c.op[o], DATA_RANDOM, c.p[o]);
    }
    ck_assert_msg(trace_call(make_call, &c, &t), "this processor cannot be single-stepped");
    for (size_t o = 0; o < count; o++) free(c.p[o]);
    return t;
}

/* There are instructions of the encoding and length in isa.def, and none newer or wider. */
static bool as_listed(size_t isa, const struct trace *t)
{
    const size_t counts[] = {t->vex[0], t->vex[1], t->evex[0], t->evex[1], t->evex[2]};
    const enum encoding e = isas[isa].encoding;
    const int wide = isas[isa].bits / 256;
    const int own = e == ENCODING_vex ? wide : e == ENCODING_evex ? 2 + wide : -1;
    for (int i = own + 1; i < 5; i++)
        if (counts[i]) return false;
    return own < 0 || counts[own];
}

/* Every kernel executes instructions of the ISA it was asked for, and none newer or wider. */
START_TEST(test_asked_for_is_executed)
{
    struct sv_kernels k;
    const char *isa = isas[_i].name;
    if (sv_dispatch(isa, &k) != SV_OK) return;
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        const struct trace t = trace_kernel(&k, id);
        ck_assert_msg(t.all > 20 && as_listed((size_t)_i, &t),
                      "%s [%s]: %zu instructions, VEX %zu %zu, EVEX %zu %zu %zu",
                      sv_kernel_names[id], isa, t.all, t.vex[0], t.vex[1], t.evex[0], t.evex[1],
                      t.evex[2]);
    }
}
END_TEST

#endif

Suite *suite_dispatch(void)
{
    Suite *s = suite_create("dispatch");
    TCase *t = tcase_create("dispatch");
    tcase_add_test(t, test_default_is_best);
    tcase_add_test(t, test_asked_for_is_given);
    tcase_add_test(t, test_unknown_isa_is_refused);
    tcase_add_test(t, test_generic_is_everywhere);
    tcase_add_test(t, test_scratch_is_monotone);
    tcase_add_test(t, test_each_has_its_table);
    tcase_add_loop_test(t, test_what_the_cpu_has_is_offered, 0, ISAS);
#if defined(__x86_64__)
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_asked_for_is_executed, 0, ISAS);
#elif defined(__aarch64__)
    /* 64-bit Arm is stepped by ptrace alone, which emulators lack; objcheck checks the objects */
    puts("skipped: dispatch: which instructions a call executes: not stepped through on this CPU");
#endif
    suite_add_tcase(s, t);
    return s;
}
