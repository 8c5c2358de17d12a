/* Data of one's own: resizing, tables, labels, a test set of its own; and what is refused. */
#include "../vae/data/csv_images.h"
#include "../vae/data/dataset.h"
#include "../vae/data/labels.h"
#include "../vae/data/png_folder.h"
#include "../vae/data/png_write.h"
#include "../vae/data/resize.h"
#include "cli.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* --- resizing --- */

static const struct {
    size_t rows, cols, to_rows, to_cols;
} resizes[] = {{4, 6, 2, 3}, {5, 7, 3, 2}, {1, 1, 3, 2},   {2, 3, 5, 7},
               {7, 5, 7, 5}, {9, 4, 1, 1}, {3, 11, 4, 13}, {28, 28, 9, 31}};

/* The mean of the area, old pixels cut into to_rows x to_cols parts, all in whole numbers. */
static unsigned area_mean(const uint8_t *from, size_t rows, size_t cols, size_t to_rows,
                          size_t to_cols, size_t r, size_t c)
{
    uint64_t sum = 0;
    for (size_t y = r * rows; y < (r + 1) * rows; y++)
        for (size_t x = c * cols; x < (c + 1) * cols; x++)
            sum += from[y / to_rows * cols + x / to_cols];
    return (unsigned)((2 * sum + rows * cols) / (2 * rows * cols));
}

START_TEST(test_resize)
{
    enum { COUNT = 3 };
    const size_t rows = resizes[_i].rows, cols = resizes[_i].cols;
    const size_t to_rows = resizes[_i].to_rows, to_cols = resizes[_i].to_cols;
    struct images bytes = random_images(COUNT, rows, cols), all = random_images(COUNT, rows, cols);
    float values[COUNT * 28 * 28];
    for (size_t p = 0; p < COUNT * rows * cols; p++) values[p] = all.pixels[p];
    struct images floats = {.count = COUNT, .rows = rows, .cols = cols, .values = values}, to;
    ck_assert(vae_images_make_like(&to, &floats, to_rows, to_cols));
    for (size_t i = COUNT; i-- > 0;) vae_resize(&floats, i, &to, i);
    ck_assert(vae_images_resize(&bytes, to_rows, to_cols));
    ck_assert(bytes.rows == to_rows && bytes.cols == to_cols && bytes.count == COUNT);
    for (size_t p = 0; p < COUNT * to_rows * to_cols; p++) {
        const size_t i = p / (to_rows * to_cols), at = p % (to_rows * to_cols);
        ck_assert_uint_eq(bytes.pixels[p], area_mean(all.pixels + i * rows * cols, rows, cols,
                                                     to_rows, to_cols, at / to_cols, at % to_cols));
        ck_assert_double_le(fabs((double)to.values[p] - bytes.pixels[p]), 0.5001);
    }
    vae_images_free(&bytes);
    vae_images_free(&all);
    vae_images_free(&to);
}
END_TEST

/* --- pictures --- */

static void write_picture(const char *path, size_t rows, size_t cols, uint8_t first)
{
    uint8_t pixels[64];
    size_t size;
    for (size_t p = 0; p < rows * cols; p++) pixels[p] = (uint8_t)(first + p);
    void *png = vae_png_encode(rows, cols, CHANNELS_GRAY, pixels, &size);
    cli_make_folders(path);
    cli_write(path, png, size);
    free(png);
}

static void write_pictures(const char *folder, size_t count, size_t rows, size_t cols)
{
    char path[64];
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%02zu.png", folder, i);
        write_picture(path, rows, cols, (uint8_t)i);
    }
}

START_TEST(test_mixed_sizes)
{
    struct images i;
    struct vae_error e = {""};
    const struct images_wanted small = {.rows = 2, .cols = 2};
    write_pictures("mixed/a", 10, 4, 2);
    write_pictures("mixed/b", 10, 2, 2);
    cli_must_fail(
        "data mixed", 1,
        "mixed/b/00.png: 2 x 2, but mixed/a/00.png is 4 x 2; make all of one size, or give "
        "--resize WxH");
    ck_assert_msg(vae_png_folder_read("mixed", &small, &i, &e), "%s", e.line);
    ck_assert(i.count == 20 && i.rows == 2 && i.cols == 2 && !i.labels);
    const uint8_t means[] = {1, 2, 5, 6}, as_is[] = {0, 1, 2, 3}; /* (0 + 2) / 2, ... */
    ck_assert_mem_eq(i.pixels, means, 4);
    ck_assert_mem_eq(i.pixels + 40, as_is, 4);
    vae_images_free(&i);
    const struct outcome o = cli_run("data mixed --resize 3x2 --json");
    ck_assert_msg(strstr(o.out, "\"rows\":2,\"columns\":3"), "%s%s", o.out, o.err);
    const struct outcome t = cli_run("data mixed --resize 3x2 --transpose --json");
    ck_assert_msg(strstr(t.out, "\"rows\":2,\"columns\":3"), "%s%s", t.out, t.err);
    cli_must_work(
        "train --data mixed --resize 3x3 --epochs 1 --batch 6 --hidden 5 --latent 2 --quiet "
        "--out m");
    cli_must_fail("eval m/model.safetensors --data mixed --resize 2x2", 1,
                  "mixed: images of 2 x 2, but the checkpoint was trained on 3 x 3");
    cli_must_work("eval m/model.safetensors --data mixed --resize 3x3");
    cli_must_work("eval m/model.safetensors --data one.idx --resize 3x3");
}
END_TEST

/* --- tables --- */

/* rows, cols 0: refused. */
static const struct {
    const char *text;
    size_t count, rows, cols;
    double second; /* the second number of the first image */
    size_t classes;
    const char *says;
} tables[] = {
    {"0,51,102,255\n1,2,3,4\n", 2, 2, 2, 51. / 255, 0, ""},
    {"0,0.5,1\n1,0,0.25\n", 2, 1, 3, 0.5, 0, ""},
    {"0,1,1,1\r\n\r\n0,0,0,0", 2, 2, 2, 1, 0, ""},
    {"label,pixel0,pixel1,pixel2,pixel3\n7,0,51,0,255\n1,0,0,0,0\n7,9,9,9,9\n", 3, 2, 2, 51. / 255,
     2, ""},
    {"\xef\xbb\xbf\"a\",\"b\",\"Class\"\n 0 , .5 ,cat\n1,0,\"a dog\"\n", 2, 1, 2, 0.5, 2, ""},
    {"a,b\n1,0\n", 1, 1, 2, 0, 0, ""},
    {"\n\na,b\n1,0\n", 1, 1, 2, 0, 0, ""},
    {"info,b,label\n1,0,nan\n0,1,2\n0,1,10\n0,1,1a\n0,0,2\n", 5, 1, 2, 0, 4, ""},
    {"nan,1\n1,0\n", 0, 0, 0, 0, 0, "t.csv: line 1, column 1 is `nan`, not a number"},
    {"0,1,2\n1,2\n", 0, 0, 0, 0, 0, "t.csv: line 2 has 2 numbers, the first has 3"},
    {"0,1\n1,2,3\n", 0, 0, 0, 0, 0, "t.csv: line 2 has 3 numbers, the first has 2"},
    {"a,b,c\n1,2\n", 0, 0, 0, 0, 0, "t.csv: line 2 has 2 numbers, the first has 3"},
    {"0,1\n1,x\n", 0, 0, 0, 0, 0, "t.csv: line 2, column 2 is `x`, not a number"},
    {"0,1\n1,\n", 0, 0, 0, 0, 0, "t.csv: line 2, column 2 is ``, not a number"},
    {"0,1\n1,nan\n", 0, 0, 0, 0, 0, "t.csv: line 2, column 2 is `nan`, not a number"},
    {"0,1\n1,256\n", 0, 0, 0, 0, 0, "t.csv: line 2, column 2 is 256; pixels are from 0 to 1"},
    {"0,1\n1,-1e-9\n", 0, 0, 0, 0, 0, "t.csv: line 2, column 2 is -1e-09; pixels"},
    {"label,y,a\n1,2,3\n", 0, 0, 0, 0, 0, "t.csv: columns 1 and 2 are both named as labels"},
    {"label\n1\n", 0, 0, 0, 0, 0, "t.csv: holds labels, not images"},
    {"label,a\n", 0, 0, 0, 0, 0, "t.csv: holds no numbers"},
    {"", 0, 0, 0, 0, 0, "t.csv: holds no numbers"},
    {"<!doctype html>\n", 0, 0, 0, 0, 0, "t.csv: a web page, not a table"},
    {"\xff\xd8\xffJFIF\n", 0, 0, 0, 0, 0, "t.csv: a JPEG picture, not a table"},
};

START_TEST(test_table)
{
    const struct images_wanted w = {.labels = true};
    for (int packed = 0; packed < 2; packed++) {
        struct images i;
        struct vae_error e = {""};
        const char *path = packed ? "t.csv.gz" : "t.csv";
        gzFile f = gzopen(path, packed ? "wb" : "wbT");
        gzwrite(f, tables[_i].text, (unsigned)strlen(tables[_i].text));
        gzclose(f);
        ck_assert(vae_csv_images_is(path));
        const bool read = vae_image_file_read(path, &w, &i, &e);
        ck_assert_msg(read == (tables[_i].count > 0), "%s", e.line);
        ck_assert_msg(packed || read || strstr(e.line, tables[_i].says), "%s", e.line);
        if (!read) {
            ck_assert(!i.values && !i.labels);
            continue;
        }
        ck_assert(i.count == tables[_i].count && i.rows == tables[_i].rows &&
                  i.cols == tables[_i].cols);
        ck_assert(i.values[1] == (float)tables[_i].second);
        size_t classes = 0;
        struct image_label *all = vae_labels_classes(&i, &(struct images){0}, &classes);
        ck_assert_ptr_nonnull(all);
        free(all);
        ck_assert_uint_eq(classes, tables[_i].classes);
        vae_images_free(&i);
    }
}
END_TEST

/* A table of the same pixels trains to the same bound. */
START_TEST(test_table_training)
{
    struct dataset d;
    struct vae_error e = {""};
    ck_assert_msg(vae_dataset_open("one.idx", &(struct dataset_options){.test_only = true}, &d, &e),
                  "%s", e.line);
    FILE *f = fopen("one.csv", "w");
    for (size_t i = 0; i < d.test.count; i++)
        for (size_t p = 0, n = vae_images_size(&d.test); p < n; p++)
            fprintf(f, "%d%c", d.test.pixels[i * n + p], p + 1 < n ? ',' : '\n');
    fclose(f);
    vae_dataset_free(&d);
#define ONE " --epochs 2 --batch 12 --hidden 5 --latent 2 --quiet"
    cli_must_work("train --data one.csv --out c" ONE);
    const struct outcome o = cli_run("eval c/model.safetensors --data one.csv");
    ck_assert_msg(strstr(o.out, "on 60 images") != NULL, "%s%s", o.out, o.err);
}
END_TEST

/* --- labels --- */

static void write_idx(const char *path, uint8_t count, bool labels)
{
    unsigned char bytes[16 + 256] = {0, 0, 8, labels ? 1 : 3, 0, 0, 0, count};
    if (!labels) bytes[11] = bytes[15] = 1;
    for (size_t i = 0; i < count; i++) bytes[(labels ? 8 : 16) + i] = (unsigned char)(i % 3);
    cli_make_folders(path);
    cli_write(path, bytes, (labels ? 8u : 16u) + count);
}

START_TEST(test_labels)
{
    write_idx("l/train-images-idx3-ubyte", 20, false);
    write_idx("l/t10k-images-idx3-ubyte", 10, false);
    const struct outcome none = cli_run("data l");
    ck_assert(none.status == 0 && !strstr(none.out, "labels"));
    write_idx("l/train-labels-idx1-ubyte", 20, true);
    const struct outcome some = cli_run("data l");
    ck_assert_msg(strstr(some.out, "\nlabels of 20 images: 3 classes;"), "%s%s", some.out,
                  some.err);
    write_idx("l/train-labels-idx1-ubyte", 19, true);
    cli_must_fail("data l", 1, "l/train-labels-idx1-ubyte: 19 labels, but there are 20 images");
    write_idx("l/train-labels-idx1-ubyte", 20, false);
    cli_must_fail("data l", 1, "l/train-labels-idx1-ubyte: no array of labels");
    cli_write("l/train-labels-idx1-ubyte", "\0\0\x08\1\0\0\0\x14...", 11);
    cli_must_fail("data l", 1, "l/train-labels-idx1-ubyte: ends after 3 of 20 labels");
    cli_must_work("train --data l --out l1" ONE); /* which needs none */
    write_idx("alone/train-images-idx3-ubyte", 20, false);
    cli_must_work("train --data alone --test l/t10k-images-idx3-ubyte --out l2" ONE);
    cli_must_fail("eval l1/model.safetensors --data nothere --test l", 1, "nothere: No such file");
    write_pictures("classes/cat", 10, 2, 2);
    write_pictures("classes/dog", 10, 2, 2);
    const struct outcome folders = cli_run("data classes --json");
    ck_assert_ptr_nonnull(strstr(folders.out, "\"labels\":20,\"classes\":2}"));
}
END_TEST

/* --- a test set of its own --- */

START_TEST(test_test)
{
    struct dataset d;
    struct vae_error e = {""};
    write_idx("train.idx", 9, false);
    write_idx("test.idx", 3, false);
    struct dataset_options o = {.test = "test.idx"};
    ck_assert_msg(vae_dataset_open("train.idx", &o, &d, &e), "%s", e.line);
    ck_assert(d.train.count == 9 && d.test.count == 3);
    vae_dataset_free(&d);
    ck_assert_msg(vae_dataset_open("plain", &(struct dataset_options){.test = "one.idx"}, &d, &e),
                  "%s", e.line);
    ck_assert(d.train.count == 100 && d.test.count == 60); /* a divided set: its training images */
    vae_dataset_free(&d);
    o.test_only = true;
    ck_assert(!vae_dataset_open("nowhere", &o, &d, &e) && strstr(e.line, "nowhere: "));
    ck_assert_msg(vae_dataset_open("one.idx", &o, &d, &e), "%s", e.line);
    ck_assert(!d.train.count && d.test.count == 3);
    vae_dataset_free(&d);
    cli_must_fail("train --data one.idx --test test.idx --out wrong" ONE, 1,
                  "one.idx: training images are 7 x 5 but test images of test.idx 1 x 1");
    cli_must_fail("train --data one.idx --test nowhere.idx --out wrong" ONE, 1,
                  "nowhere.idx: No such file");
    cli_must_work("train --data one.idx --test plain --out t" ONE);
    ck_assert(cli_header_holds("t/model.safetensors", "\"train_images\":\"60\""));
    const struct outcome a = cli_run("eval t/model.safetensors --data one.idx --test plain");
    const struct outcome b = cli_run("eval t/model.safetensors --data plain");
    ck_assert_str_eq(a.out, b.out);
    const struct outcome c =
        cli_run("eval t/model.safetensors --data one.idx --test plain --split train");
    ck_assert_msg(strstr(c.out, "on 60 images") != NULL, "%s%s", c.out, c.err);
}
END_TEST

/* --- few images --- */

START_TEST(test_few)
{
    write_picture("single/a.png", 2, 2, 0);
    cli_must_fail("data single", 1, "single: 1 image is too few; at least 10 are needed");
    cli_must_fail("data single/a.png", 1, "a PNG picture; give the folder that it lies in");
    cli_must_fail("train --data single --out wrong" ONE, 1, "1 image is too few");
    cli_write("p.jpg", "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1", 17);
    cli_must_fail("data p.jpg", 1,
                  "a JPEG picture; give the folder that it lies in, once it is conv");
    cli_must_fail("data plain --first 3", 2, "--first is of the pictures to write; give --out DIR");
}
END_TEST

Suite *suite_own_data(void)
{
    Suite *s = suite_create("own_data");
    TCase *t = tcase_create("own_data");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_resize, 0, sizeof resizes / sizeof *resizes);
    tcase_add_test(t, test_mixed_sizes);
    tcase_add_loop_test(t, test_table, 0, sizeof tables / sizeof *tables);
    tcase_add_test(t, test_table_training);
    tcase_add_test(t, test_labels);
    tcase_add_test(t, test_test);
    tcase_add_test(t, test_few);
    suite_add_tcase(s, t);
    return s;
}
