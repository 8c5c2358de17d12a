/* Text from outside: what a terminal would act on is replaced, and only numbers pass as numbers. */
#include "../vae/base/number.h"
#include "../vae/base/text.h"
#include "suites.h"
#include <math.h>
#include <string.h>

static const struct {
    const char *text, *shown;
} texts[] = {
    {"", ""},
    {"plain text, 100 %", "plain text, 100 %"},
    {"\xc3\xa9t\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x99\x82",
     "\xc3\xa9t\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x99\x82"},
    {"a\nb\tc\rd\x1b[2Je\x7f"
     "f\x01",
     "a?b?c?d?[2Je?f?"},
    {"\xc2\x80\xc2\x9b"
     "31m\xc2\x9f\xc2\xa0",
     "??31m?\xc2\xa0"}, /* C1 controls, and the first character after them */
    {"\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "???"},
    {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xaex",
     "???????x"},
    {"\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", "????"},
    {"\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
     "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa"}, /* their neighbours */
    {"\x9b\xff\xfe", "???"},
    {"\xc0\xaf\xc1\x9b", "????"},                /* overlong, two bytes */
    {"\xe0\x82\x9b\xf0\x80\x82\x9b", "???????"}, /* overlong, three and four */
    {"\xed\xa0\x80\xed\xbf\xbf", "??????"},      /* surrogates */
    {"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"},
    {"\xf4\x90\x80\x80\xf5\x80\x80\x80", "????????"}, /* beyond U+10FFFF */
    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"\xc3", "?"}, /* cut short */
    {"\xe6\xbc", "??"},
    {"\xf0\x9f\x99", "???"},
    {"\xe6\xbc.\xc3.", "??.?."},
};

START_TEST(test_text)
{
    char text[64];
    strcpy(text, texts[_i].text);
    vae_text_make_safe(text);
    ck_assert_str_eq(text, texts[_i].shown);
    ck_assert_str_eq(vae_text_shown(texts[_i].text).s, texts[_i].shown);
}
END_TEST

/* If text is cut within a character, the rest of that character is replaced. */
START_TEST(test_long_text)
{
    static char text[TEXT_SHOWN + 8];
    memset(text, 'a', sizeof text - 1);
    memcpy(text + TEXT_SHOWN - 3, "\xe6\xbc\xa2", 3);
    const struct text_shown t = vae_text_shown(text);
    ck_assert_uint_eq(strlen(t.s), TEXT_SHOWN - 1);
    ck_assert_str_eq(t.s + TEXT_SHOWN - 4, "a??");
}
END_TEST

static const struct {
    const char *text;
    bool f64, f32;
    double value;
} numbers[] = {
    {"0", true, true, 0},
    {"0.5", true, true, 0.5},
    {"-0.25e-1", true, true, -0.025},
    {"+3.", true, true, 3},
    {".5E+1", true, true, 5},
    {"007", true, true, 7},
    {"1e300", true, false, 1e300},
    {"3.5e38", true, false, 3.5e38},
    {"1e-320", true, true, 1e-320},
    {"1e999", false, false, 0},
    {"0.5garbage", false, false, 0},
    {"0.5 ", false, false, 0},
    {" 0.5", false, false, 0},
    {"\t1", false, false, 0},
    {"0x1p-3", false, false, 0},
    {"0x10", false, false, 0},
    {"inf", false, false, 0},
    {"-Infinity", false, false, 0},
    {"nan", false, false, 0},
    {"nan(7)", false, false, 0},
    {"1,5", false, false, 0},
    {"1.5.2", false, false, 0},
    {"1e", false, false, 0},
    {"1e+", false, false, 0},
    {"e5", false, false, 0},
    {".", false, false, 0},
    {"-", false, false, 0},
    {"--1", false, false, 0},
    {"1f", false, false, 0},
    {"", false, false, 0},
};

START_TEST(test_number)
{
    double d = NAN;
    float f = NAN;
    ck_assert_int_eq(vae_number_f64(numbers[_i].text, &d), numbers[_i].f64);
    ck_assert_int_eq(vae_number_f32(numbers[_i].text, &f), numbers[_i].f32);
    if (numbers[_i].f64) ck_assert(d == numbers[_i].value);
    if (numbers[_i].f32) ck_assert(f == (float)numbers[_i].value);
}
END_TEST

/* Text is rounded to float once, not by way of double: a little above 1 + 2^-24 is above the tie,
 * though the nearest double is the tie itself. */
START_TEST(test_number_rounds_once)
{
    float f = 0;
    ck_assert(vae_number_f32("1.00000005960464477539062500000001", &f));
    ck_assert(f == 0x1.000002p0f);
}
END_TEST

static const struct {
    const char *text;
    uint64_t max;
    bool ok;
    uint64_t value;
} wholes[] = {
    {"0", UINT64_MAX, true, 0},
    {"0012", 12, true, 12},
    {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
    {"18446744073709551616", UINT64_MAX, false, 0},
    {"99999999999999999999999", UINT64_MAX, false, 0},
    {"255", 255, true, 255},
    {"256", 255, false, 0},
    {"3", 2, false, 0},
    {"", 9, false, 0},
    {" 1", 9, false, 0},
    {"+1", 9, false, 0},
    {"-1", UINT64_MAX, false, 0},
    {"1 ", 9, false, 0},
    {"1x", 9, false, 0},
    {"0x1", 9, false, 0},
    {"1e3", 9999, false, 0},
    {"1.0", 9, false, 0},
};

START_TEST(test_whole)
{
    uint64_t n = 0;
    ck_assert_int_eq(vae_number_u64(wholes[_i].text, wholes[_i].max, &n), wholes[_i].ok);
    if (wholes[_i].ok) ck_assert_uint_eq(n, wholes[_i].value);
}
END_TEST

/* Numbers are written as short as possible and read back as the same number. */
static const struct {
    double value;
    const char *f32, *f64;
} written[] = {
    {0, "0", "0"},
    {0.01, "0.01", "0.01"},
    {1e-8, "1e-08", "1e-08"},
    {0.1 + 0.2, "0.3", "0.30000000000000004"},
    {1.0 / 3, "0.33333334", "0.3333333333333333"},
    {-123456789, "-1.2345679e+08", "-123456789"},
};

START_TEST(test_number_written)
{
    char f32[NUMBER_TEXT], f64[NUMBER_TEXT];
    float f;
    double d;
    vae_number_write_f32((float)written[_i].value, f32);
    vae_number_write_f64(written[_i].value, f64);
    ck_assert_str_eq(f32, written[_i].f32);
    ck_assert_str_eq(f64, written[_i].f64);
    ck_assert(vae_number_f32(f32, &f) && f == (float)written[_i].value);
    ck_assert(vae_number_f64(f64, &d) && d == written[_i].value);
}
END_TEST

START_TEST(test_sizes)
{
    static const size_t sizes[] = {500, 784, 1};
    char text[16], small[6];
    vae_text_of_sizes(text, sizeof text, sizes, 3, ", ");
    ck_assert_str_eq(text, "500, 784, 1");
    vae_text_of_sizes(text, sizeof text, sizes + 1, 1, "x");
    ck_assert_str_eq(text, "784");
    vae_text_of_sizes(text, sizeof text, sizes, 0, "x");
    ck_assert_str_eq(text, "");
    vae_text_of_sizes(small, sizeof small, sizes, 3, "x");
    ck_assert_str_eq(small, "500x7");
}
END_TEST

Suite *suite_text(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");
    tcase_add_loop_test(t, test_text, 0, sizeof texts / sizeof *texts);
    tcase_add_test(t, test_long_text);
    tcase_add_loop_test(t, test_number, 0, sizeof numbers / sizeof *numbers);
    tcase_add_test(t, test_number_rounds_once);
    tcase_add_loop_test(t, test_whole, 0, sizeof wholes / sizeof *wholes);
    tcase_add_loop_test(t, test_number_written, 0, sizeof written / sizeof *written);
    tcase_add_test(t, test_sizes);
    suite_add_tcase(s, t);
    return s;
}
