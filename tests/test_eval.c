/* vae eval beyond the bound: log p(x), figures of each image, latent dimensions, splits. */
#include "../vae/base/table_file.h"
#include "cli.h"
#include "suites.h"
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEST_IMAGES = 40, LATENT = 3 };

/* Adds to the fixture, trained on grey images, a checkpoint trained on binary ones. */
static void enter(void)
{
    cli_make_fixture();
    cli_must_work("train --data plain --out b --epochs 40 --batch 20 --hidden 11 --latent 3 "
                  "--samples-per-x 2 --binarize dynamic --optimizer adam --lr 0.01 --quiet");
}

#define EVAL "eval b/model.safetensors --data plain --json "

static json_t *eval(const char *options) { return cli_eval("b", options); }

/* Optional fields appear only on request and leave the other fields unchanged. */
START_TEST(test_fields)
{
    static const char *const asked[] = {"log_likelihood",
                                        "log_likelihood_se",
                                        "ess",
                                        "kl_per_dimension",
                                        "mean_variance",
                                        "active_units",
                                        "first",
                                        "importance_samples",
                                        "local_steps",
                                        "local_elbo",
                                        "amortisation_gap",
                                        "amortisation_gap_se",
                                        "approximation_gap"};
    json_t *plain = eval("");
    json_t *full = eval("--importance-samples 50 --per-dimension --active-units --first 40 "
                        "--local-steps 30");
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        ck_assert_msg(!json_object_get(plain, asked[i]), "%s", asked[i]);
        ck_assert_msg(json_object_get(full, asked[i]) != NULL, "%s", asked[i]);
    }
    for (void *at = json_object_iter(plain); at; at = json_object_iter_next(plain, at)) {
        const char *key = json_object_iter_key(at);
        ck_assert_msg(json_equal(json_object_iter_value(at), json_object_get(full, key)), "%s",
                      key);
    }
    ck_assert_str_eq(json_string_value(json_object_get(plain, "split")), "test");
    ck_assert_double_eq(cli_number(full, "importance_samples"), 50);
    ck_assert_double_gt(cli_number(full, "log_likelihood"), cli_number(full, "test_bound") - 0.5);
    ck_assert_double_gt(cli_number(full, "log_likelihood_se"), 0);
    ck_assert(cli_number(full, "ess") >= 1 && cli_number(full, "ess") <= 50);
    ck_assert_double_eq(cli_number(full, "local_steps"), 30);
    ck_assert_double_gt(cli_number(full, "local_elbo"), cli_number(full, "test_bound") - 0.5);
    ck_assert_double_eq_tol(cli_number(full, "approximation_gap"),
                            cli_number(full, "log_likelihood") - cli_number(full, "local_elbo"),
                            1e-6);
    json_decref(plain);
    json_decref(full);
}
END_TEST

/* The KLs of the dimensions add up to the KL. A unit is active if its variance exceeds 0.01. */
START_TEST(test_dimensions)
{
    json_t *j = eval("--per-dimension --active-units");
    const json_t *kl = json_object_get(j, "kl_per_dimension");
    const json_t *variance = json_object_get(j, "mean_variance");
    double sum = 0, active = 0;
    ck_assert_uint_eq(json_array_size(kl), LATENT);
    ck_assert_uint_eq(json_array_size(variance), LATENT);
    for (size_t i = 0; i < LATENT; i++) {
        ck_assert_double_gt(json_real_value(json_array_get(variance, i)), 0);
        sum += json_real_value(json_array_get(kl, i));
        active += json_real_value(json_array_get(variance, i)) > 0.01;
    }
    ck_assert_double_eq_tol(sum, cli_number(j, "kl"), 1e-6 * (sum + 1));
    ck_assert_double_eq(cli_number(j, "active_units"), active);
    ck_assert(active > 0 && active < (double)LATENT);
    json_decref(j);
}
END_TEST

/* --- figures of each image --- */

/* The values of a .npy file of doubles, format 1.0. The caller frees them. */
static double *read_npy(const char *path, size_t rows, size_t columns)
{
    unsigned char *bytes;
    char shape[64];
    const size_t n = cli_read(path, &bytes), header = 10 + bytes[8] + 256 * (size_t)bytes[9];
    double *values = malloc(rows * columns * sizeof *values);
    ck_assert(!memcmp(bytes, "\x93NUMPY\1\0", 8));
    ck_assert_uint_eq(header % 64, 0);
    ck_assert_uint_eq(n, header + rows * columns * sizeof *values);
    ck_assert_int_eq(bytes[header - 1], '\n');
    bytes[header - 1] = 0;
    snprintf(shape, sizeof shape, "'shape': (%zu, %zu)", rows, columns);
    ck_assert_ptr_nonnull(strstr((char *)bytes + 10, shape));
    ck_assert_ptr_nonnull(strstr((char *)bytes + 10, "'descr': '<f8', 'fortran_order': False"));
    memcpy(values, bytes + header, rows * columns * sizeof *values);
    free(bytes);
    return values;
}

static double mean_of(const double *values, size_t column, size_t columns)
{
    double sum = 0;
    for (size_t i = 0; i < TEST_IMAGES; i++) sum += values[i * columns + column];
    return sum / (double)TEST_IMAGES;
}

static void must_be_csv(const char *path, const char *names, const double *values, size_t rows,
                        size_t columns)
{
    unsigned char *text;
    const size_t n = cli_read(path, &text);
    text[n] = 0;
    char *at = (char *)text + strlen(names);
    ck_assert(!strncmp((char *)text, names, strlen(names)));
    for (size_t i = 0; i < rows * columns; i++) {
        ck_assert_double_eq(strtod(at, &at), values[i]);
        ck_assert_int_eq(*at++, (i + 1) % columns ? ',' : '\n');
    }
    ck_assert_ptr_eq(at, (char *)text + n);
    free(text);
}

/* The printed figures are the means over the file, and the CSV file holds the same doubles. */
START_TEST(test_per_image)
{
    json_t *j = eval("--importance-samples 20 --per-image a.npy");
    double *values = read_npy("a.npy", TEST_IMAGES, 3);
    ck_assert_double_eq_tol(mean_of(values, 0, 3), cli_number(j, "test_bound"), 1e-6);
    ck_assert_double_eq_tol(mean_of(values, 1, 3), cli_number(j, "log_likelihood"), 1e-6);
    ck_assert_double_eq_tol(mean_of(values, 2, 3), cli_number(j, "ess"), 1e-6);
    double squares = 0;
    for (size_t i = 0; i < TEST_IMAGES; i++)
        squares += pow(values[3 * i + 1] - mean_of(values, 1, 3), 2);
    ck_assert_double_eq_tol(cli_number(j, "log_likelihood_se"),
                            sqrt(squares / (double)(TEST_IMAGES - 1) / (double)TEST_IMAGES), 1e-6);
    json_decref(j);
    json_decref(eval("--importance-samples 20 --per-image a.csv"));
    must_be_csv("a.csv", "bound,log_likelihood,ess\n", values, TEST_IMAGES, 3);
    free(values);
}
END_TEST

START_TEST(test_local_bounds_per_image)
{
    json_t *j = eval("--local-steps 25 --importance-samples 9 --per-image a.npy");
    double *values = read_npy("a.npy", TEST_IMAGES, 5), gap = 0, squares = 0;
    for (size_t i = 0; i < TEST_IMAGES; i++)
        gap += (values[5 * i + 4] - values[5 * i + 3]) / (double)TEST_IMAGES;
    for (size_t i = 0; i < TEST_IMAGES; i++)
        squares += pow(values[5 * i + 4] - values[5 * i + 3] - gap, 2);
    ck_assert_double_eq_tol(mean_of(values, 4, 5), cli_number(j, "local_elbo"), 1e-6);
    ck_assert_double_eq_tol(gap, cli_number(j, "amortisation_gap"), 1e-6);
    ck_assert_double_eq_tol(cli_number(j, "amortisation_gap_se"),
                            sqrt(squares / (double)(TEST_IMAGES - 1) / (double)TEST_IMAGES), 1e-6);
    json_decref(j);
    json_decref(eval("--local-steps 25 --importance-samples 9 --per-image a.csv"));
    must_be_csv("a.csv", "bound,log_likelihood,ess,amortised_elbo,local_elbo\n", values,
                TEST_IMAGES, 5);
    free(values);
}
END_TEST

START_TEST(test_bound_alone_per_image)
{
    json_t *j = eval("--per-image a.npy");
    double *values = read_npy("a.npy", TEST_IMAGES, 1);
    ck_assert_double_eq_tol(mean_of(values, 0, 1), cli_number(j, "test_bound"), 1e-6);
    free(values);
    json_decref(j);
}
END_TEST

/* A table larger than the write buffer. */
START_TEST(test_long_table)
{
    enum { ROWS = 3000, COLUMNS = 2 };
    static const char *const names[] = {"one", "two"}, *const paths[] = {"long.npy", "long.csv"};
    double values[ROWS * COLUMNS];
    for (size_t i = 0; i < ROWS * COLUMNS; i++) values[i] = 1 / (3.0 + (double)i);
    for (size_t p = 0; p < 2; p++) {
        struct replace_file r;
        struct vae_error e = {""};
        ck_assert(vae_replace_begin(&r, paths[p], &e));
        vae_table_write(&r, paths[p],
                        &(struct table){.name = vae_table_listed,
                                        .about = names,
                                        .columns = COLUMNS,
                                        .rows = ROWS,
                                        .values = values});
        ck_assert(vae_replace_commit(&r, &e));
    }
    double *npy = read_npy("long.npy", ROWS, COLUMNS);
    ck_assert(!memcmp(npy, values, sizeof values));
    free(npy);
    must_be_csv("long.csv", "one,two\n", values, ROWS, COLUMNS);
}
END_TEST

/* --- the same bits with any threads and kernels; splits --- */

START_TEST(test_bits_of_eval)
{
    static const char *const ways[] = {"--threads 1 --isa generic", "--threads 3", "--threads 2"};
#define ALL "--importance-samples 200 --per-dimension --local-steps 21 --per-image "
    const struct outcome want = cli_run(EVAL ALL "want.npy");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct outcome got = cli_run(EVAL ALL "got.npy %s", ways[i]);
        ck_assert_str_eq(got.out, want.out);
        ck_assert(cli_same_file("got.npy", "want.npy"));
    }
    /* an image has the same figures with --first as without */
    json_decref(eval("--importance-samples 200 --local-steps 21 --first 7 --per-image few.npy"));
    double *all = read_npy("want.npy", TEST_IMAGES, 5), *few = read_npy("few.npy", 7, 5);
    ck_assert(!memcmp(all, few, 7 * 5 * sizeof *all));
    free(all);
    free(few);
}
END_TEST

/* The training split has other images and other noise than the test split. */
START_TEST(test_splits)
{
    json_t *test = eval("--importance-samples 20"), *named = eval("--importance-samples 20 --split "
                                                                  "test");
    json_t *train = eval("--importance-samples 20 --split train");
    ck_assert(json_equal(test, named));
    ck_assert_double_eq(cli_number(train, "images"), 100);
    ck_assert_double_eq(cli_number(test, "images"), TEST_IMAGES);
    ck_assert_str_eq(json_string_value(json_object_get(train, "split")), "train");
    ck_assert_double_ne(cli_number(train, "train_bound"), cli_number(test, "test_bound"));
    ck_assert_ptr_null(json_object_get(train, "test_bound"));
    json_decref(test);
    json_decref(named);
    json_decref(train);
    /* the noise differs even for the same images */
    mkdir("same", 0777);
    link("plain/t10k-images-idx3-ubyte", "same/t10k-images-idx3-ubyte");
    link("plain/t10k-images-idx3-ubyte", "same/train-images-idx3-ubyte");
    const struct outcome as_test = cli_run("eval b/model.safetensors --data same");
    const struct outcome as_train = cli_run("eval b/model.safetensors --data same --split train");
    ck_assert_ptr_nonnull(strstr(as_test.out, "test bound -"));
    ck_assert_ptr_nonnull(strstr(as_train.out, "training bound -"));
    ck_assert_str_ne(strchr(as_test.out, '-'), strchr(as_train.out, '-'));
}
END_TEST

/* --- grey pixels --- */

START_TEST(test_grey)
{
    cli_must_fail("eval out/model.safetensors --data plain --importance-samples 5", 2,
                  "pixels are grey, of which log p(x) is no likelihood");
    cli_must_work("eval out/model.safetensors --data plain --per-image grey.csv");
    const struct outcome text =
        cli_run("eval out/model.safetensors --data plain --importance-samples 5 --grey");
    ck_assert_int_eq(text.status, 0);
    ck_assert_ptr_nonnull(strstr(text.out, "of grey pixels, so it is no likelihood"));
    const struct outcome json =
        cli_run("eval out/model.safetensors --data plain --importance-samples 5 --grey --json");
    ck_assert_ptr_nonnull(strstr(json.out, "\"is_likelihood\":false"));
    const struct outcome binary = cli_run(EVAL "--importance-samples 5 --grey");
    ck_assert_ptr_null(strstr(binary.out, "is_likelihood")); /* no effect on binary images */
}
END_TEST

/* Files of 0 and 255 only are binary without --binarize, and a Gaussian decoder has a density. */
START_TEST(test_what_is_not_grey)
{
    unsigned char *bytes;
    const size_t n = cli_read("one.idx", &bytes);
    for (size_t i = 16; i < n; i++) bytes[i] = bytes[i] > 127 ? 255 : 0;
    cli_write("binary.idx", bytes, n);
    cli_must_work("eval out/model.safetensors --data binary.idx --importance-samples 5");
    bytes[n - 1] = 1;
    cli_write("nearly.idx", bytes, n);
    cli_must_fail("eval out/model.safetensors --data nearly.idx --importance-samples 5", 2,
                  "nearly.idx: pixels are grey");
    cli_must_work("eval out/model.safetensors --data nearly.idx --importance-samples 5 --first 59");
    free(bytes);
    cli_must_work("train --data plain --out g --epochs 1 --batch 20 --hidden 11 --latent 3 "
                  "--likelihood gaussian --quiet");
    cli_must_work("eval g/model.safetensors --data plain --importance-samples 5");
}
END_TEST

/* --- errors --- */

static const struct cli_wrong wrong[] = {
    {"--importance-samples 0", 2, "--importance-samples 0: give a whole number from 1"},
    {"--importance-samples many", 2, "--importance-samples many"},
    {"--local-steps 0", 2, "--local-steps 0: give a whole number from 1"},
    {"--first 41", 1, "plain: has 40 test images; --first 41 is too many"},
    {"--split validation", 1, "was trained without --validation"},
    {"--first 101 --split train", 1, "has 100 train images"},
    {"--split valid", 2, "--split valid: give one of test, train, validation"},
    {"--per-image a.txt", 2, "--per-image a.txt: give a name that ends in .npy or .csv"},
    {"--per-image .csv", 2, "give a name that ends in"},
    {"--per-image missing/a.csv", 1, "missing"},
    {"--per-image empty.npy", 1, "empty.npy"},
};

START_TEST(test_wrong_options)
{
    mkdir("empty.npy", 0777);
    cli_must_refuse("eval b/model.safetensors --data plain", &wrong[_i]);
}
END_TEST

/* If the bound is not finite, an older file stays as it was and no temporary file remains. */
START_TEST(test_failure_keeps_the_file)
{
    unsigned char *bytes;
    uint64_t header;
    const size_t n = cli_read("b/model.safetensors", &bytes);
    memcpy(&header, bytes, sizeof header);
    const float large = 1e30f; /* for every weight, so that sums overflow */
    for (size_t at = 8 + header; at < n; at += sizeof large)
        memcpy(bytes + at, &large, sizeof large);
    cli_write("large.safetensors", bytes, n);
    free(bytes);
    cli_write("kept.csv", "old", 3);
    cli_must_fail("eval large.safetensors --data plain --per-image kept.csv", 1,
                  "large.safetensors: its bound is no number");
    const size_t m = cli_read("kept.csv", &bytes);
    ck_assert(m == 3 && !memcmp(bytes, "old", 3));
    free(bytes);
    ck_assert_int_eq(system("test -z \"$(ls -A | grep tmp)\""), 0);
}
END_TEST

/* So does a signal in the middle of the draws, or of the steps of Adam. */
static const char *const endless[] = {"--importance-samples 100000000", "--local-steps 1000000"};

START_TEST(test_signal_keeps_the_file)
{
    unsigned char *bytes;
    char line[128];
    cli_write("kept.csv", "old", 3);
    unlink("err");
    snprintf(line, sizeof line, "eval b/model.safetensors --data plain --per-image kept.csv %s",
             endless[_i]);
    const pid_t child = cli_start(line);
    for (int i = 0; i < 1000 && system("ls -A | grep -q tmp"); i++) cli_sleep_ms(10);
    kill(child, SIGTERM);
    ck_assert_int_eq(cli_status_of(child), 128 + SIGTERM);
    const size_t n = cli_read("kept.csv", &bytes);
    ck_assert(n == 3 && !memcmp(bytes, "old", 3));
    free(bytes);
    cli_read("err", &bytes);
    ck_assert(!strncmp((char *)bytes, "vae eval: stopped by signal 15; nothing was written\n", 52));
    free(bytes);
    ck_assert_int_eq(system("test -z \"$(ls -A | grep tmp)\""), 0);
}
END_TEST

Suite *suite_eval(void)
{
    Suite *s = suite_create("eval");
    TCase *t = tcase_create("eval");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "threads-program program");
    tcase_add_unchecked_fixture(t, enter, cli_remove_fixture);
    tcase_add_test(t, test_fields);
    tcase_add_test(t, test_dimensions);
    tcase_add_test(t, test_per_image);
    tcase_add_test(t, test_local_bounds_per_image);
    tcase_add_test(t, test_bound_alone_per_image);
    tcase_add_test(t, test_long_table);
    tcase_add_test(t, test_bits_of_eval);
    tcase_add_test(t, test_splits);
    tcase_add_test(t, test_grey);
    tcase_add_test(t, test_what_is_not_grey);
    tcase_add_loop_test(t, test_wrong_options, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(t, test_failure_keeps_the_file);
    suite_add_tcase(s, t);
    tcase_add_loop_test(cli_stopped_case(s, enter), test_signal_keeps_the_file, 0, 2);
    return s;
}
