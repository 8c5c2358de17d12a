/* Messages of failed checks: kernel, shape and data, element, and how to replay the shape alone. */
#include "../reference/verify/verify.h"
#include "broken.h"
#include "suites.h"
#include <stdlib.h>
#include <string.h>

enum { LOG = 8192, SAYS = 4 };

static const struct {
    const char *function, *says[SAYS];
} messages[] = {
    {"fails_at_one_length",
     {"tanh [fails_at_one_length] on 31, random data, y at the start of its pages: ",
      "1 of 31 values wrong, the worst y[17]: got 0 (00000000), want ", ", bound "}},
    {"fails_unaligned",
     {" on 4, random data, y at the end of its pages: ", "y 4 elements into its pages: ",
      "the first y[3]: got "}},
    {"clears_before_it_reads", {" on 1, random data, y at the end of its pages, in place: "}},
    {"swallows_nan", {"relu [swallows_nan] on ", ", specials data, y at the start of "}},
    {"rounds_a_sum_of_integers", {", integers data, y at the start of its pages: ", ", bound 0\n"}},
    {"drops_last_lane", {" on 1, random data, ", "left 1 of 1 values unwritten, the first y[0]"}},
    {"writes_into_the_gap", {" on 100x20, ", "y (ld 40)", "wrote into the gap after row 0"}},
    {"changes_its_input", {", mu (ld ", "changed row 0 of this input"}},
    {"ignores_the_limit", {", logvar >= -0.5, random data, ll at the start of its pages: "}},
    {"forgets_the_bias", {", epilogue bias", ", random data, c (ld ", " wrong, the worst c["}},
    {"splits_k", {", epilogue none, ", " have other bits than generic ", ", the first c["}},
    {"reads_one_past", {" on 0, random data, x at the end of its pages: crashed ("}},
};
enum { MESSAGES = sizeof messages / sizeof *messages };

static struct broken broken_by_name(const char *name)
{
    struct broken b;
    size_t i = 0;
    while (broken_kernel(i, &b) && strcmp(b.name, name)) i++;
    ck_assert_msg(broken_kernel(i, &b), "no broken kernel %s", name);
    return b;
}

/* Verifies b with `options` and keeps the messages in log. */
static struct verdict check_broken(const struct broken *b, struct verify_options options,
                                   char log[LOG])
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    options.compare_bits = b->compare_bits;
    options.first_failure = true;
    options.log = file;
    const struct verdict v = verify_kernel_forked(b->id, &b->table, &options);
    rewind(file);
    log[fread(log, 1, LOG - 1, file)] = 0;
    fclose(file);
    return v;
}

/* Sets the variables in the message's last line, as one would to replay it in a shell. */
static void follow_replay(const char *log)
{
    char line[512];
    const char *at = strstr(log, "replay: ");
    ck_assert_ptr_nonnull(at);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        char *value = strchr(word, '=');
        if (!value || !strncmp(word, "CK_", 3)) continue;
        *value++ = 0;
        ck_assert_int_eq(setenv(word, value, 1), 0);
    }
}

/* The failing shape, replayed alone, fails with the same message, values included, and no other
 * shape is run. */
START_TEST(test_message)
{
    char log[LOG], again[LOG];
    const struct broken b = broken_by_name(messages[_i].function);
    struct verify_options options = {
        .quick = true, .most_work = most_work(), .seed = verify_seed() + 1};
    const struct verdict all = check_broken(&b, options, log);
    ck_assert_msg(all.reasons & b.reason, "%s: found for reasons %#x, not %#x", b.name, all.reasons,
                  b.reason);
    for (int i = 0; i < SAYS && messages[_i].says[i]; i++)
        ck_assert_msg(strstr(log, messages[_i].says[i]) != NULL, "not said: %s\nbut: %s",
                      messages[_i].says[i], log);
    follow_replay(log);
    options = asked_options();
    ck_assert_ptr_nonnull(options.only);
    const struct verdict one = check_broken(&b, options, again);
    ck_assert_str_eq(log, again);
    ck_assert_uint_eq(one.failures, all.failures);
    ck_assert_uint_eq(one.reasons, all.reasons);
    ck_assert(asked_kernel(sv_kernel_names[b.id]) && !asked_kernel("another"));
    /* It alone is wrong: the shape before it passes. */
    struct verify_shape other = *options.only;
    options.only = &other;
    if (!(all.reasons & CRASHED) && other.number) {
        ck_assert_uint_lt(one.calls, all.calls);
        other.number--;
        ck_assert_uint_eq(check_broken(&b, options, again).failures, 0);
    }
}
END_TEST

/* A number past the list, or a kind of data that the kernel is not tried with, runs nothing;
 * test_kernel then fails. */
START_TEST(test_no_such_shape)
{
    static const struct verify_shape none[] = {{1000000, DATA_KINDS}, {3, DATA_INTEGERS}};
    char log[LOG];
    const struct broken b = broken_by_name("fails_at_one_length");
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        const struct verify_options options = {.quick = true, .only = &none[i]};
        ck_assert_uint_eq(check_broken(&b, options, log).calls, 0);
        ck_assert_str_eq(log, "");
    }
}
END_TEST

static const struct {
    const char *text;
    bool good;
    size_t number;
    int kind;
} texts[] = {
    {"0", true, 0, DATA_KINDS},
    {"412", true, 412, DATA_KINDS},
    {"412:random", true, 412, DATA_RANDOM},
    {"7:integers", true, 7, DATA_INTEGERS},
    {"7:specials", true, 7, DATA_SPECIALS},
    {"", false, 0, 0},
    {":random", false, 0, 0},
    {"7:", false, 0, 0},
    {"7:odd", false, 0, 0},
    {"7:random ", false, 0, 0},
    {"-7", false, 0, 0},
    {"7x9", false, 0, 0},
    {"99999999999999999999", false, 0, 0},
    {"999999999999999999999999999999999", false, 0, 0},
};

START_TEST(test_shape_of_text)
{
    struct verify_shape s;
    ck_assert_int_eq(shape_of_text(texts[_i].text, &s), texts[_i].good);
    if (!texts[_i].good) return;
    ck_assert_uint_eq(s.number, texts[_i].number);
    ck_assert_int_eq(s.kind, texts[_i].kind);
}
END_TEST

/* Data differ for each seed, kernel, shape and kind, and are the same if all four are. */
START_TEST(test_sources_differ)
{
    const struct source s[] = {
        source_of(1, "tanh", 3, DATA_RANDOM),          source_of(1, "tanh", 3, DATA_RANDOM),
        source_of(2, "tanh", 3, DATA_RANDOM),          source_of(1, "exp", 3, DATA_RANDOM),
        source_of(1, "tanh", 4, DATA_RANDOM),          source_of(1, "tanh", 3, DATA_SPECIALS),
        source_of(1ull << 40, "tanh", 3, DATA_RANDOM),
    };
    for (size_t i = 0; i < sizeof s / sizeof *s; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_msg((s[i].state == s[j].state) == (i == 1), "sources %zu and %zu", i, j);
}
END_TEST

static const struct {
    struct shape shape;
    const char *text;
} shapes[] = {
    {{119, 17, 384, 3, 1}, "119x17x384"}, {{4, 37, 0, 2, 0}, "4x37"}, {{1, 37, 0, 0, 0}, "37"},
    {{0, 20, 0, 3, 0}, "0x20"},           {{1, 0, 0, 0, 0}, "0"},
};

START_TEST(test_shape_text)
{
    char text[SHAPE_TEXT];
    shape_text(&shapes[_i].shape, text);
    ck_assert_str_eq(text, shapes[_i].text);
}
END_TEST

TCase *tcase_messages(void)
{
    TCase *t = tcase_create("messages");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_message, 0, MESSAGES);
    tcase_add_test(t, test_no_such_shape);
    tcase_add_loop_test(t, test_shape_of_text, 0, (int)(sizeof texts / sizeof *texts));
    tcase_add_test(t, test_sources_differ);
    tcase_add_loop_test(t, test_shape_text, 0, (int)(sizeof shapes / sizeof *shapes));
    return t;
}
