/* Each kernel of each candidate table this machine runs, and the scalar reference, through its case. */
#include "../kernels/choice.h"
#include "harness/verify.h"
#include "suites.h"
#include <stdlib.h>
#include <string.h>

/* Test number i: kernel i % SV_KERNEL_COUNT of table i / SV_KERNEL_COUNT, the reference first. */
START_TEST(test_kernel)
{
    const size_t id = (size_t)_i % SV_KERNEL_COUNT, table = (size_t)_i / SV_KERNEL_COUNT;
    const struct sv_kernels k = table ? *sv_candidate(table - 1) : ref_kernels;
    const char *only = getenv("SV_ISA");
    if (table && !sv_candidate_supported(table - 1)) return;
    if (table && only && *only && strcmp(only, k.isa)) return;
    if (!sv_has(&k, id)) return;
    const struct verify_options options = {.quick = quick_run(),
                                           .compare_bits = table > 0,
                                           .most_work = most_work(),
                                           .seed = verify_seed(),
                                           .log = stderr};
    const struct verdict v = verify_kernel(id, &k, &options);
    const char *name = sv_kernel_names[id], *variant = k.variant ? k.variant : "";
    ck_assert_msg(v.failures == 0, "%s [%s %s]: %zu failed", name, k.isa, variant, v.failures);
    ck_assert_msg(v.calls > 0, "%s [%s %s]: no case ran", name, k.isa, variant);
    if (getenv("SV_WORST"))
        printf("%-18s %-8s %-5s %6zu calls, worst %.3f of its bound: %s\n", name, k.isa, variant,
               v.calls, v.worst, v.where);
}
END_TEST

Suite *suite_kernels(void)
{
    size_t tables = 0;
    while (sv_candidate(tables)) tables++;
    Suite *s = suite_create("kernels");
    TCase *t = tcase_create("equivalence");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "kernels");
    tcase_add_loop_test(t, test_kernel, 0, (int)(SV_KERNEL_COUNT * (tables + 1)));
    suite_add_tcase(s, t);
    return s;
}
