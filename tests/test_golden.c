/* The same bits on every machine: what each instruction set computes here has the sums that
 * reference/golden keeps. */
#include "../kernels/choice.h"
#include "../reference/golden/golden.h"
#include "golden/golden_training.h"
#include "suites.h"
#include <string.h>

static void must_be_kept(const char *name, const char *isa, const char *variant, const char *sum)
{
    const char *kept = golden_kept(name);
    ck_assert_msg(kept && !strcmp(sum, kept),
                  "%s [%s %s]: other bits than in reference/golden; if they are meant, make golden",
                  name, isa, variant);
}

/* Test number i: kernel i % SV_KERNEL_COUNT of table i / SV_KERNEL_COUNT. */
START_TEST(test_kernel_sum)
{
    const size_t id = (size_t)_i % SV_KERNEL_COUNT, table = (size_t)_i / SV_KERNEL_COUNT;
    const struct sv_kernels *k = sv_candidate(table);
    char hex[SHA256_HEX], name[GOLDEN_NAME];
    if (!sv_candidate_supported(table) || !asked_isa(k->isa) || !sv_has(k, id)) return;
    for (int part = 0; part < GOLDEN_PARTS && golden_part(id, part, name); part++) {
        golden_kernel(id, part, k, hex);
        must_be_kept(name, k->isa, k->variant, hex);
    }
}
END_TEST

START_TEST(test_training_sum)
{
    for (size_t i = 0; sv_isa_name(i); i++) {
        struct vae_error e = {""};
        char hex[SHA256_HEX];
        const char *isa = sv_isa_name(i);
        if (!sv_isa_supported(i) || !asked_isa(isa)) continue;
        ck_assert_msg(golden_training((size_t)_i, isa, hex, &e), "%s", e.line);
        must_be_kept(golden_run((size_t)_i), isa, "base", hex);
    }
}
END_TEST

/* The examples of FIPS 180-4, in pieces of every size. */
static const struct {
    const char *text, *sum;
} examples[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(test_sha256)
{
    const char *text = examples[_i].text;
    const size_t n = strlen(text);
    for (size_t piece = 1; piece <= n + 1; piece++) {
        struct sha256 s;
        char hex[SHA256_HEX];
        sha256_start(&s);
        for (size_t at = 0; at < n; at += piece)
            sha256_take(&s, text + at, at + piece < n ? piece : n - at);
        sha256_end(&s, hex);
        ck_assert_str_eq(hex, examples[_i].sum);
    }
}
END_TEST

Suite *suite_golden(void)
{
    size_t tables = 0, runs = 0;
    while (sv_candidate(tables)) tables++;
    while (golden_run(runs)) runs++;
    Suite *s = suite_create("golden");
    TCase *t = tcase_create("sums");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "golden");
    tcase_add_loop_test(t, test_sha256, 0, sizeof examples / sizeof *examples);
    tcase_add_loop_test(t, test_kernel_sum, 0, (int)(SV_KERNEL_COUNT * tables));
    tcase_add_loop_test(t, test_training_sum, 0, (int)runs);
    suite_add_tcase(s, t);
    return s;
}
