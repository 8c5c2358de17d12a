/* Each kernel of each ISA this machine runs, and the scalar reference, through its case. */
#include "harness/verify.h"
#include "suites.h"
#include <stdlib.h>
#include <string.h>

/* Test number i: kernel i % SV_KERNEL_COUNT of table i / SV_KERNEL_COUNT, the reference first. */
START_TEST(test_kernel)
{
    const size_t id = (size_t)_i % SV_KERNEL_COUNT, table = (size_t)_i / SV_KERNEL_COUNT;
    struct sv_kernels k = ref_kernels;
    const char *isa = table ? sv_isa_name(table - 1) : NULL, *only = getenv("SV_ISA");
    if (isa && !sv_isa_supported(table - 1)) return;
    if (isa && only && *only && strcmp(only, isa)) return;
    if (isa) ck_assert_int_eq(sv_dispatch(isa, &k), SV_OK);
    const struct verify_options options = {
        .quick = quick_run(), .compare_bits = isa != NULL, .seed = verify_seed(), .log = stderr};
    const struct verdict v = verify_kernel(id, &k, &options);
    ck_assert_msg(v.failures == 0, "%s [%s]: %zu failed", sv_kernel_names[id], k.isa, v.failures);
    ck_assert_msg(v.calls > 0, "%s [%s]: no case ran", sv_kernel_names[id], k.isa);
    if (getenv("SV_WORST"))
        printf("%-18s %-10s %6zu calls, worst %.3f of its bound: %s\n", sv_kernel_names[id], k.isa,
               v.calls, v.worst, v.where);
}
END_TEST

Suite *suite_kernels(void)
{
    size_t isas = 0;
    while (sv_isa_name(isas)) isas++;
    Suite *s = suite_create("kernels");
    TCase *t = tcase_create("equivalence");
    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, test_kernel, 0, (int)(SV_KERNEL_COUNT * (isas + 1)));
    suite_add_tcase(s, t);
    return s;
}
