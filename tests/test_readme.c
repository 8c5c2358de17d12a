/* The documents are right: README's examples are compiled and run here, and links lead to files. */
#include "../kernels/kernels.h"
#include "../vae/api/vae.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The text of a file; the caller frees it. */
static char *text_of(const char *path)
{
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s: run the tests from the checkout's top folder", path);
    fseek(f, 0, SEEK_END);
    const size_t size = (size_t)ftell(f);
    rewind(f);
    char *text = calloc(size + 1, 1);
    ck_assert_uint_eq(fread(text, 1, size, f), size);
    fclose(f);
    return text;
}

START_TEST(test_example_runs)
{
#include "readme_example.def"
    for (int i = 0; i < 5; i++) {
        const double want = tanh((double)x[i]);
        ck_assert_double_le(fabs((double)y[i] - want), 2 * 0x1p-23 * fabs(want));
    }
}
END_TEST

/* In a folder of its own, for it saves a model. */
START_TEST(test_library_example_runs)
{
    static const unsigned char pixels[1000 * 64];
    static float mu[1000 * 2], logvar[1000 * 2];
    char folder[] = "/tmp/vae-readme-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
#include "readme_library.def"
    ck_assert(mu[0] != 0 && logvar[0] != 0);
    ck_assert_int_eq(unlink("model.safetensors"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

static const char *const examples[] = {"tests/readme_example.def", "tests/readme_library.def"};

START_TEST(test_example_is_in_readme)
{
    char *readme = text_of("README.md"), *example = text_of(examples[_i]);
    char block[1024];
    snprintf(block, sizeof block, "```c\n%s```\n", example);
    ck_assert_msg(strstr(readme, block) != NULL, "README.md does not show %s", examples[_i]);
    free(example);
    free(readme);
}
END_TEST

static const char *const documents[] = {"README.md", "REPORT.md", "CONTRIBUTING.md",
                                        "bench/README.md", "examples/README.md"};

/* Relative links of Markdown, [words](path#place), start from the document's folder. */
START_TEST(test_links)
{
    const char *path = documents[_i], *slash = strrchr(path, '/');
    char *text = text_of(path), target[1024];
    for (char *code = text;
         (code = strstr(code, "```"));) { /* what looks like a link there is none */
        char *end = strstr(code + 3, "```");
        ck_assert_ptr_nonnull(end);
        while (code < end + 3) *code++ = ' ';
    }
    for (const char *at = text; (at = strstr(at, "](")); at++) {
        const int length = (int)strcspn(at + 2, ")#\n");
        if (length == 0 || !strncmp(at + 2, "http", 4)) continue;
        snprintf(target, sizeof target, "%.*s%.*s", slash ? (int)(slash + 1 - path) : 0, path,
                 length, at + 2);
        ck_assert_msg(access(target, F_OK) == 0, "%s links to %s, which is not there", path,
                      target);
    }
    free(text);
}
END_TEST

Suite *suite_readme(void)
{
    Suite *s = suite_create("readme");
    TCase *t = tcase_create("readme");
    tcase_add_test(t, test_example_runs);
    tcase_add_test(t, test_library_example_runs);
    tcase_add_loop_test(t, test_example_is_in_readme, 0, 2);
    tcase_add_loop_test(t, test_links, 0, (int)(sizeof documents / sizeof *documents));
    suite_add_tcase(s, t);
    return s;
}
