/* vae data: what it says of data sets. */
#include "cli.h"
#include "suites.h"
#include <string.h>

/* Twenty images of 1 x 3: a pixel of 51 times the image's number mod 4, one of 0, one of 255. */
static void make_set(bool binary)
{
    unsigned char bytes[16 + 60] = {0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 3};
    for (size_t i = 0; i < 20; i++) {
        bytes[16 + 3 * i] = (unsigned char)(binary ? i % 2 * 255 : i % 4 * 51);
        bytes[16 + 3 * i + 2] = 255;
    }
    cli_write("set.idx", bytes, sizeof bytes);
}

START_TEST(test_facts_json)
{
    make_set(false);
    const struct outcome o = cli_run("data set.idx --json");
    ck_assert_int_eq(o.status, 0);
    json_t *j = json_loads(o.out, 0, NULL);
    ck_assert_double_eq(cli_number(j, "train"), 18);
    ck_assert_double_eq(cli_number(j, "test"), 2);
    ck_assert_double_eq(cli_number(j, "rows"), 1);
    ck_assert_double_eq(cli_number(j, "columns"), 3);
    ck_assert_double_eq(cli_number(j, "least"), 0);
    ck_assert_double_eq(cli_number(j, "most"), 1);
    ck_assert_double_eq_tol(cli_number(j, "mean"), (0.3 + 0 + 1) / 3, 1e-8);
    ck_assert_double_eq_tol(cli_number(j, "share_between"), 0.25, 1e-8);
    ck_assert_double_eq(cli_number(j, "constant_pixels"), 2);
    ck_assert(json_is_false(json_object_get(j, "floats")));
    json_decref(j);
}
END_TEST

START_TEST(test_facts_lines)
{
    make_set(_i);
    const struct outcome o = cli_run("data set.idx");
    ck_assert_int_eq(o.status, 0);
    ck_assert_ptr_nonnull(
        strstr(o.out, "set.idx: 18 training and 2 test images of 1 x 3, kept as bytes\n"));
    ck_assert_ptr_nonnull(strstr(o.out, "2 of 3 the same in all images\n"));
    ck_assert_ptr_nonnull(strstr(o.out, _i ? "\nbinary: " : "\ngrey: "));
}
END_TEST

START_TEST(test_facts_refused)
{
    cli_must_fail("data nowhere", 1, "nowhere: No such file or directory");
    cli_must_fail("data cut.idx", 1, "cut.idx: cut short");
    cli_must_fail("data", 2, "give PATH; see `vae data --help`");
    cli_must_fail("eval", 2, "give a checkpoint, FILE.safetensors");
}
END_TEST

Suite *suite_facts(void)
{
    Suite *s = suite_create("facts");
    TCase *t = tcase_create("facts");
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_facts_json);
    tcase_add_loop_test(t, test_facts_lines, 0, 2);
    tcase_add_test(t, test_facts_refused);
    suite_add_tcase(s, t);
    return s;
}
