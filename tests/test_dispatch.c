#include "../kernels/kernels.h"
#include "suites.h"
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

START_TEST(test_generic_is_everywhere)
{
    ck_assert_str_eq(sv_isa_name(0), "generic");
    ck_assert(sv_isa_supported(0));
}
END_TEST

Suite *suite_dispatch(void)
{
    Suite *s = suite_create("dispatch");
    TCase *t = tcase_create("dispatch");
    tcase_add_test(t, test_default_is_best);
    tcase_add_test(t, test_asked_for_is_given);
    tcase_add_test(t, test_unknown_isa_is_refused);
    tcase_add_test(t, test_generic_is_everywhere);
    suite_add_tcase(s, t);
    return s;
}
