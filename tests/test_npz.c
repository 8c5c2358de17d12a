/* Images in NumPy's archives: which arrays are taken, stored or compressed; and archives that are damaged. */
#include "../vae/data/dataset.h"
#include "../vae/data/npz.h"
#include "cli.h"
#include "suites.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { ROWS = 2, COLS = 3, SIZE = ROWS * COLS, FILE_BYTES = 1 << 16 };

/* Writes FILE with arrays given as "name:count", separated by spaces; count 0: a vector of labels, 20c: a column of 20. The first
 * pixel of image i is i. */
struct array {
    char name[64], shape[64];
    size_t bytes;
};
static struct array array_of(const char *word)
{
    struct array a;
    const char *colon = strrchr(word, ':');
    const size_t count = strtoul(colon + 1, NULL, 10);
    snprintf(a.name, sizeof a.name, "%.*s.npy", (int)(colon - word), word);
    snprintf(a.shape, sizeof a.shape, colon[strlen(colon) - 1] == 'c' ? "(%zu, 1)" : "(%zu, 2, 3)",
             count);
    a.bytes = colon[strlen(colon) - 1] == 'c' ? count : count * SIZE;
    if (!count) {
        strcpy(a.shape, "(6,)");
        a.bytes = 6;
    }
    return a;
}

static void write_npz(const char *path, const char *arrays, int level)
{
    char copy[256], *rest = copy;
    snprintf(copy, sizeof copy, "%s", arrays);
    remove(path);
    zipFile zip = zipOpen64(path, APPEND_STATUS_CREATE);
    ck_assert_ptr_nonnull(zip);
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        static unsigned char bytes[FILE_BYTES];
        const struct array a = array_of(word);
        char text[128];
        snprintf(text, sizeof text, "{'descr': '|u1', 'fortran_order': False, 'shape': %s}",
                 a.shape);
        const size_t length = strlen(text), all = 10 + length + a.bytes;
        memcpy(bytes, "\x93NUMPY\1\0\0\0", 10);
        bytes[8] = (unsigned char)length;
        memcpy(bytes + 10, text, length);
        for (size_t i = 0; i < a.bytes; i++)
            bytes[10 + length + i] = (unsigned char)(i % SIZE ? 7 * i : i / SIZE);
        ck_assert_int_eq(zipOpenNewFileInZip64(zip, a.name, NULL, NULL, 0, NULL, 0, NULL,
                                               level ? Z_DEFLATED : 0, level, 1),
                         ZIP_OK);
        ck_assert_int_eq(zipWriteInFileInZip(zip, bytes, (unsigned)all), ZIP_OK);
        ck_assert_int_eq(zipCloseFileInZip(zip), ZIP_OK);
    }
    ck_assert_int_eq(zipClose(zip, NULL), ZIP_OK);
}

/* train, test: numbers of images; test 0: refused. */
static const struct {
    const char *arrays, *source;
    size_t train, test;
    const char *says;
} archives[] = {
    {"x_train:20 y_train:0 x_test:11 y_test:0", "a.npz", 20, 11, ""},
    {"train_images:20 val_images:12 test_images:11 test_labels:0", "a.npz", 20, 11, ""},
    {"test:11 train:20", "a.npz", 20, 11, ""},
    {"X_train:20 X_test:11", "a.npz", 20, 11, ""},
    {"arr_0:30", "a.npz", 27, 3, ""},
    {"labels:0 images:30", "a.npz", 27, 3, ""},
    {"train_images:20 val_images:30 test_images:11", "a.npz:val_images", 27, 3, ""},
    {"one:30 other:30", "a.npz", 0, 0,
     "a.npz: holds the arrays one, other; give one, as in a.npz:other"},
    {"labels:0", "a.npz", 0, 0, "a.npz: no array of images in it"},
    {"one:30", "a.npz:two", 0, 0, "a.npz: no array two in it"},
    {"one:30 labels:0", "a.npz:labels", 0, 0, "a.npz:labels: an array of 1 dimensions"},
    {"one:9", "a.npz", 0, 0, "a.npz:one: 9 images are too few"},
    {"x_train:20", "a.npz", 18, 2, ""},
    {"a,b:30", "a.npz", 27, 3, ""},
    {"labels:30c images:30", "a.npz", 27, 3, ""},
    {"a:b:30", "a.npz", 27, 3, ""},
};

START_TEST(test_arrays)
{
    for (int level = 0; level < 2; level++) {
        struct dataset d;
        struct vae_error e = {""};
        write_npz("a.npz", archives[_i].arrays, 6 * level);
        const bool ok = vae_dataset_open(archives[_i].source, &(struct dataset_options){0}, &d, &e);
        ck_assert_msg(ok == (archives[_i].test > 0), "%s", e.line);
        ck_assert_msg(ok || strstr(e.line, archives[_i].says), "%s", e.line);
        if (!ok) continue;
        ck_assert(d.train.count == archives[_i].train && d.test.count == archives[_i].test);
        ck_assert(d.train.rows == ROWS && d.train.cols == COLS && d.train.pixels[SIZE] == 1);
        vae_dataset_free(&d);
        ck_assert(vae_dataset_open(archives[_i].source,
                                   &(struct dataset_options){.test_only = true}, &d, &e));
        ck_assert_uint_eq(d.test.count,
                          archives[_i].train == 20 ? 11 : archives[_i].train + archives[_i].test);
        vae_dataset_free(&d);
    }
}
END_TEST

/* Cut anywhere but in its last four bytes, which no reader needs, the archive is refused; with any byte changed it
 * is refused or read. */
START_TEST(test_damaged)
{
    static unsigned char bytes[FILE_BYTES];
    struct dataset d;
    struct vae_error e;
    write_npz("a.npz", "x_train:20 x_test:11", 6 * _i);
    FILE *f = fopen("a.npz", "rb");
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t cut = 4; cut + 4 < n; cut += 1 + cut % 3) {
        cli_write("b.npz", bytes, cut);
        e = (struct vae_error){""};
        ck_assert_msg(!vae_dataset_open("b.npz", &(struct dataset_options){0}, &d, &e),
                      "%zu of %zu", cut, n);
        ck_assert_msg(strstr(e.line, "b.npz") == e.line, "%s", e.line);
    }
    for (size_t at = 4; at < n; at += 1 + at % 4) {
        bytes[at] ^= 0x41;
        cli_write("b.npz", bytes, n);
        e = (struct vae_error){""};
        if (vae_dataset_open("b.npz", &(struct dataset_options){0}, &d, &e))
            vae_dataset_free(&d);
        else
            ck_assert_msg(strstr(e.line, "b.npz") == e.line, "%s", e.line);
        bytes[at] ^= 0x41;
    }
}
END_TEST

/* A pipe is opened once: its writer is not cut off by a look at what it is. */
START_TEST(test_pipe)
{
    struct dataset d;
    struct vae_error e = {""};
    ck_assert_int_eq(system("mkfifo pipe"), 0);
    for (int i = 0; i < 50; i++) {
        ck_assert_int_eq(system("cat one.idx >pipe &"), 0);
        ck_assert_msg(vae_dataset_open("pipe", &(struct dataset_options){0}, &d, &e), "%s", e.line);
        vae_dataset_free(&d);
    }
}
END_TEST

START_TEST(test_npz_training)
{
    write_npz("a.npz", "x_train:20 x_test:11", 6);
    cli_must_work("train --data a.npz --out n --epochs 2 --batch 12 --hidden 5 --latent 2 --quiet");
    cli_must_work("eval n/model.safetensors --data a.npz:x_train");
}
END_TEST

Suite *suite_npz(void)
{
    Suite *s = suite_create("npz");
    TCase *t = tcase_create("npz");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_arrays, 0, sizeof archives / sizeof *archives);
    tcase_add_loop_test(t, test_damaged, 0, 2);
    tcase_add_test(t, test_pipe);
    tcase_add_test(t, test_npz_training);
    suite_add_tcase(s, t);
    return s;
}
