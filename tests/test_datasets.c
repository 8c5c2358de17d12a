/* Where images are found: names and folders of MNIST and its kin, sets and single files, transposed
 * or not. */
#include "../vae/data/dataset.h"
#include "cli.h"
#include "suites.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- files: count x 2 x 3 bytes, so that the count tells which file was read --- */

static void make_file(const char *path, uint8_t count)
{
    unsigned char bytes[16 + 256 * 6] = {0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 3};
    cli_make_folders(path);
    for (size_t i = 0; i < 6u * count; i++) bytes[16 + i] = (unsigned char)i;
    cli_write(path, bytes, 16 + 6u * count);
}

/* files: path:count, separated by spaces. train, test: numbers of images; test 0: refused. */
static const struct {
    const char *files, *source;
    size_t train, test;
    const char *says;
} layouts[] = {
    {"train-images-idx3-ubyte:20 t10k-images-idx3-ubyte:11", "", 20, 11, ""},
    {"train-images.idx3-ubyte:20 t10k-images.idx3-ubyte:11", "", 20, 11, ""},
    {"train-images-idx3-ubyte.gz:20 t10k-images-idx3-ubyte:11", "", 20, 11, ""},
    {"train-images-idx3-ubyte:20 train-images-idx3-ubyte.gz:21 train-images.idx3-ubyte:22 "
     "t10k-images-idx3-ubyte.gz:11 t10k-images.idx3-ubyte:12",
     "", 20, 11, ""},
    /* from Kaggle, and after "extract all" */
    {"train-images-idx3-ubyte/train-images-idx3-ubyte:20 train-images.idx3-ubyte:21 "
     "t10k-images-idx3-ubyte/t10k-images-idx3-ubyte:11 t10k-images.idx3-ubyte:12",
     "", 21, 12, ""},
    {"train-images-idx3-ubyte/train-images-idx3-ubyte:20 "
     "t10k-images.idx3-ubyte/t10k-images-idx3-ubyte:11 t10k-labels.idx1-ubyte/x:1",
     "", 20, 11, ""},
    {"train-images-idx3-ubyte/train-images.idx3-ubyte:20 train-images-idx3-ubyte.gz:21 "
     "t10k-images-idx3-ubyte/t10k-images.idx3-ubyte:11 t10k-images-idx3-ubyte.gz:12",
     "", 21, 12, ""},
    {"train-images-idx3-ubyte/other:20 t10k-images-idx3-ubyte:11", "", 0, 0,
     "no train-images-idx3-ubyte in it"},
    /* from torchvision */
    {"MNIST/raw/train-images-idx3-ubyte:20 MNIST/raw/t10k-images-idx3-ubyte:11", "", 20, 11, ""},
    {"MNIST/raw/train-images-idx3-ubyte:20 MNIST/raw/t10k-images-idx3-ubyte:11", "/MNIST", 20, 11,
     ""},
    {"MNIST/raw/train-images-idx3-ubyte:20 MNIST/raw/t10k-images-idx3-ubyte:11", "/MNIST/raw/", 20,
     11, ""},
    {"KMNIST/raw/train-images-idx3-ubyte.gz:20 KMNIST/raw/t10k-images-idx3-ubyte.gz:11", "", 20, 11,
     ""},
    {"MNIST/raw/train-images-idx3-ubyte:20 FashionMNIST/raw/train-images-idx3-ubyte:20", "", 0, 0,
     "holds MNIST/raw, FashionMNIST/raw; give one of them"},
    /* sets with a name */
    {"qmnist-train-images-idx3-ubyte.gz:20 qmnist-test-images-idx3-ubyte.gz:11 "
     "qmnist-train-labels-idx2-int.gz:1",
     "", 20, 11, ""},
    {"emnist-letters-train-images-idx3-ubyte:20 emnist-letters-test-images-idx3-ubyte:11", "", 20,
     11, ""},
    {"gzip/emnist-letters-train-images-idx3-ubyte:20 gzip/emnist-letters-test-images-idx3-ubyte:11 "
     "gzip/emnist-digits-train-images-idx3-ubyte:30 gzip/emnist-digits-test-images-idx3-ubyte:15",
     "/gzip/emnist-digits", 30, 15, ""},
    {"gzip/emnist-letters-train-images-idx3-ubyte:20 gzip/emnist-letters-test-images-idx3-ubyte:11 "
     "gzip/emnist-digits-train-images-idx3-ubyte:30 gzip/emnist-digits-test-images-idx3-ubyte:15",
     "/gzip", 0, 0, "layout16/gzip/emnist-digits (emnist-digits, emnist-letters)"},
    {"gzip/emnist-letters-train-images-idx3-ubyte:20 gzip/emnist-letters-test-images-idx3-ubyte:11",
     "/gzip/emnist-let", 0, 0, "no such file, and no set of that name in layout17/gzip"},
    {"train-images-idx3-ubyte:20 t10k-images-idx3-ubyte:11 "
     "emnist-letters-train-images-idx3-ubyte:30 emnist-letters-test-images-idx3-ubyte:15",
     "", 0, 0,
     "holds several sets; give one of them a name, as in layout18/mnist (mnist, "
     "emnist-letters)"},
    {"train-images-idx3-ubyte:20 t10k-images-idx3-ubyte:11 "
     "emnist-letters-train-images-idx3-ubyte:30 emnist-letters-test-images-idx3-ubyte:15",
     "/mnist", 20, 11, ""},
    {"emnist-letters-train-images-idx3-ubyte:20", "/emnist-letters-train-images-idx3-ubyte", 18, 2,
     ""},
    {"train-images-idx3-ubyte:20 emnist-letters-test-images-idx3-ubyte:11", "", 0, 0,
     "no t10k-images-idx3-ubyte in it, plain or .gz; to use the file alone"},
    {"train-images-idx3-ubyte:20", "", 0, 0, "no t10k-images-idx3-ubyte in it"},
    {"t10k-images-idx3-ubyte:20", "", 0, 0, "no train-images-idx3-ubyte in it"},
    {"mytrain-images-idx3-ubyte:20 t10k-images-idx3-ubyte:20", "", 0, 0, "no train-images"},
    {"train-images-idx1-ubyte:20 t10k-images-idx3-ubyte:20", "", 0, 0, "no train-images"},
    {"train-images-idx3-ubyte.zip:20 t10k-images-idx3-ubyte:20", "", 0, 0, "no train-images"},
    {"readme:20", "", 0, 0, "`make data` fetches MNIST"},
    {"readme:20", "/none/such", 0, 0, "No such file or directory"},
    {"one.idx:9", "/one.idx", 0, 0, "9 images are too few; at least 10"},
    {"one.idx:10", "/one.idx", 9, 1, ""},
};

static void make_layout(const char *files, const char *root)
{
    char copy[1024];
    snprintf(copy, sizeof copy, "%s", files);
    mkdir(root, 0777);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        char path[512], *colon = strchr(word, ':');
        snprintf(path, sizeof path, "%s/%.*s", root, (int)(colon - word), word);
        make_file(path, (uint8_t)atoi(colon + 1));
    }
}

START_TEST(test_layout)
{
    char root[32], source[256];
    struct dataset d;
    struct vae_error e = {""};
    snprintf(root, sizeof root, "layout%d", _i);
    make_layout(layouts[_i].files, root);
    snprintf(source, sizeof source, "%s%s", root, layouts[_i].source);
    const bool found =
        vae_dataset_open(source, &(struct dataset_options){.transpose = false}, &d, &e);
    ck_assert_msg(found == (layouts[_i].test > 0), "%s: %s", layouts[_i].files, e.line);
    if (!found) {
        ck_assert_msg(strstr(e.line, layouts[_i].says) != NULL, "%s", e.line);
        return;
    }
    ck_assert_uint_eq(d.train.count, layouts[_i].train);
    ck_assert_uint_eq(d.test.count, layouts[_i].test);
    vae_dataset_free(&d);
}
END_TEST

/* For eval, all of a single file is the test set; a directory's training images are not read. */
START_TEST(test_test_only)
{
    static const struct dataset_options test_only = {.test_only = true};
    struct dataset d;
    struct vae_error e = {""};
    make_file("alone/t10k-images-idx3-ubyte", 7);
    ck_assert_msg(vae_dataset_open("alone", &test_only, &d, &e), "%s", e.line);
    ck_assert(d.test.count == 7 && d.train.count == 0 && !d.train.pixels);
    vae_dataset_free(&d);
    ck_assert_msg(vae_dataset_open("alone/t10k-images-idx3-ubyte", &test_only, &d, &e), "%s",
                  e.line);
    ck_assert(d.test.count == 7 && d.train.count == 0);
    vae_dataset_free(&d);
    const struct outcome o = cli_run("eval out/model.safetensors --data one.idx");
    ck_assert_msg(strstr(o.out, "on 60 images") != NULL, "%s", o.out);
    const struct outcome t10k =
        cli_run("eval out/model.safetensors --data plain/t10k-images-idx3-ubyte");
    const struct outcome plain = cli_run("eval out/model.safetensors --data plain");
    ck_assert_str_eq(t10k.out, plain.out);
    cli_must_work(
        "reconstruct out/model.safetensors --data plain/t10k-images-idx3-ubyte --out a.png");
    cli_must_work("reconstruct out/model.safetensors --data plain --out b.png");
    ck_assert(cli_same_file("a.png", "b.png"));
}
END_TEST

/* The images whose index's hash says so go to the test set; both sets keep their order. */
START_TEST(test_split)
{
    static const uint8_t held[] = {2, 18, 29, 30, 31, 43, 68, 72, 75, 82};
    struct dataset d;
    struct vae_error e = {""};
    make_file("split.idx", 42);
    ck_assert_msg(
        vae_dataset_open("split.idx", &(struct dataset_options){.transpose = false}, &d, &e), "%s",
        e.line);
    ck_assert(d.train.count == 37 && d.test.count == 5);
    for (size_t i = 0, next = 0; i < 42; i++)
        if (i == held[next])
            ck_assert_uint_eq(d.test.pixels[6 * next++], 6 * i);
        else
            ck_assert_uint_eq(d.train.pixels[6 * (i - next)], 6 * i);
    vae_dataset_free(&d);
    for (size_t i = 0, next = 0; i < 83; i++) {
        ck_assert_int_eq(vae_images_held_out(i), i == held[next]);
        next += i == held[next];
    }
    size_t count = 0;
    for (size_t i = 0; i < 60000; i++) count += vae_images_held_out(i);
    ck_assert_uint_eq(count, 5994);
}
END_TEST

START_TEST(test_transpose)
{
    static const uint8_t want[2][6] = {{0, 3, 1, 4, 2, 5}, {6, 9, 7, 10, 8, 11}};
    struct dataset d;
    struct vae_error e = {""};
    float values[12];
    make_file("transpose.idx", 12);
    ck_assert_msg(vae_dataset_open("transpose.idx",
                                   &(struct dataset_options){.test_only = true, .transpose = true},
                                   &d, &e),
                  "%s", e.line);
    ck_assert(d.test.count == 12 && d.test.rows == 3 && d.test.cols == 2);
    ck_assert_mem_eq(d.test.pixels, want, sizeof want);
    vae_dataset_free(&d);
    struct images floats = {.count = 2, .rows = 2, .cols = 3, .values = values};
    for (int i = 0; i < 12; i++) values[i] = (float)i;
    ck_assert(vae_images_transpose(&floats) && floats.rows == 3 && floats.cols == 2);
    for (int i = 0; i < 12; i++) ck_assert(values[i] == want[i / 6][i % 6]);
    cli_must_work("train --data plain --out tr --epochs 1 --batch 20 --hidden 5 --latent 2 --quiet "
                  "--transpose");
    cli_must_work("eval tr/model.safetensors --data plain --transpose");
    cli_must_work("reconstruct tr/model.safetensors --data plain --transpose --out c.png");
    cli_must_fail("eval tr/model.safetensors --data plain", 1, "images of 7 x 5, but");
}
END_TEST

Suite *suite_datasets(void)
{
    Suite *s = suite_create("datasets");
    TCase *t = tcase_create("datasets");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_layout, 0, sizeof layouts / sizeof *layouts);
    tcase_add_test(t, test_test_only);
    tcase_add_test(t, test_split);
    tcase_add_test(t, test_transpose);
    suite_add_tcase(s, t);
    return s;
}
