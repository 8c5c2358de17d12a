/* The error measure of `make exhaustive`: what it must find, and what it must accept. */
#include "../reference/generators/accuracy.h"
#include "suites.h"
#include <float.h>
#include <math.h>

static const struct {
    float got;
    double want, ulps;
} errors[] = {
    {1, 1, 0},
    {1 + 0x1p-23f, 1, 1},
    {1 - 0x1p-24f, 1, 0.5}, /* the ulp is that of the oracle's binade */
    {-3, -3 - 0x1p-23, 0.5},
    {0x1p-149f, 0x1p-150, 0.5},
    {0, 0x1p-150, 0.5},
    {0, 0x1.8p-140, 768},
    {FLT_MIN, FLT_MIN - 0x1p-148, 2},
    {INFINITY, FLT_MAX, 1},
    {INFINITY, 0x1.ffffffp127, 0}, /* the first that rounds to infinity */
    {FLT_MAX, 0x1.ffffffp127, 0.5},
    {-FLT_MAX, -0x1p129, 0x1p25 - 0x1p24 + 1},
    {INFINITY, INFINITY, 0},
    {NAN, NAN, 0},
    {-0.0f, -0.0, 0},
};

START_TEST(test_errors)
{
    const float x = 0x1p-149f;
    const struct accuracy a = accuracy_of(1, &x, &errors[_i].got, &errors[_i].want, true);
    ck_assert_uint_eq(a.wrong, 0);
    ck_assert_double_eq(a.ulps, errors[_i].ulps);
    ck_assert_uint_eq(a.at, 1);
}
END_TEST

static const struct {
    float got;
    double want;
    bool zero_signs; /* whether only the sign of a zero is wrong */
} wrong[] = {{NAN, 1, false},
             {1, NAN, false},
             {INFINITY, NAN, false},
             {NAN, INFINITY, false},
             {FLT_MAX, INFINITY, false},
             {-INFINITY, INFINITY, false},
             {0x1p-149f, 0, false},
             {-0.0f, 0, true},
             {0, -0.0, true}};

START_TEST(test_wrong_specials)
{
    const float x = 0x1p-149f;
    struct accuracy a = accuracy_of(1, &x, &wrong[_i].got, &wrong[_i].want, true);
    ck_assert_uint_eq(a.wrong, 1);
    ck_assert_uint_eq(a.wrong_at, 1);
    a = accuracy_of(1, &x, &wrong[_i].got, &wrong[_i].want, false);
    ck_assert_uint_eq(a.wrong, wrong[_i].zero_signs ? 0 : 1);
}
END_TEST

/* One error, one wrong value and one different bit among many are found, with their place. */
START_TEST(test_one_of_many)
{
    float x[100], got[100], same[100];
    double want[100];
    for (int i = 0; i < 100; i++) x[i] = same[i] = got[i] = (float)i + 1, want[i] = i + 1;
    got[5] = got[6] = same[5] = same[6] = NAN, same[6] = -NAN, want[5] = want[6] = NAN;
    got[63] += 0x1p-15f;
    got[70] = got[99] = NAN;
    const struct accuracy a = accuracy_of(100, x, got, want, true);
    const struct accuracy halves = accuracy_join(accuracy_of(50, x + 50, got + 50, want + 50, true),
                                                 accuracy_of(50, x, got, want, true));
    const float where = 64, wrong_where = 71;
    ck_assert_double_eq(a.ulps, 4);
    ck_assert_mem_eq(&a.at, &where, sizeof where);
    ck_assert_uint_eq(a.wrong, 2);
    ck_assert_mem_eq(&a.wrong_at, &wrong_where, sizeof wrong_where);
    ck_assert_mem_eq(&a, &halves, sizeof a);
    ck_assert_uint_eq(accuracy_other_bits(100, got, same), 3);
    ck_assert_uint_eq(accuracy_other_bits(63, got, same), 0);
}
END_TEST

Suite *suite_accuracy(void)
{
    Suite *s = suite_create("accuracy");
    TCase *t = tcase_create("measure");
    tcase_add_loop_test(t, test_errors, 0, sizeof errors / sizeof *errors);
    tcase_add_loop_test(t, test_wrong_specials, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(t, test_one_of_many);
    suite_add_tcase(s, t);
    return s;
}
