/* Self-test of the verifier: it must catch each of the deliberately broken kernels (broken.h). */
#include "../reference/verify/verify.h"
#include "broken.h"
#include "suites.h"

START_TEST(test_broken_kernel_is_caught)
{
    struct broken b;
    ck_assert(broken_kernel((size_t)_i, &b));
    const struct verify_options options = {.quick = true,
                                           .compare_bits = b.compare_bits,
                                           .first_failure = true,
                                           .most_work = most_work(),
                                           .seed = verify_seed()};
    const struct verdict v = verify_kernel_forked(b.id, &b.table, &options);
    ck_assert_msg(v.failures > 0, "%s went unnoticed", b.name);
    ck_assert_msg(v.reasons & b.reason, "%s: found for reasons %#x, not %#x", b.name, v.reasons,
                  b.reason);
}
END_TEST

START_TEST(test_good_kernel_passes)
{
    struct sv_kernels good;
    ck_assert_int_eq(sv_dispatch("generic", &good), SV_OK);
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = verify_seed(), .log = stderr};
    ck_assert_uint_eq(verify_kernel_forked(SV_KERNEL_tanh, &good, &options).failures, 0);
}
END_TEST

Suite *suite_selftest(void)
{
    Suite *s = suite_create("selftest");
    TCase *t = tcase_create("broken");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "kernels");
    tcase_add_loop_test(t, test_broken_kernel_is_caught, 0, (int)broken_count());
    tcase_add_test(t, test_good_kernel_passes);
    suite_add_tcase(s, t);
    suite_add_tcase(s, tcase_messages());
    return s;
}
