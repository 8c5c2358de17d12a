/* Folders of PNG pictures: forms of PNG, order, folders of labels, training and test; and what is refused. */
#include "../vae/data/dataset.h"
#include "../vae/data/png_folder.h"
#include "cli.h"
#include "suites.h"
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 2, COLS = 3, SIZE = ROWS * COLS };

/* --- files --- */

/* How a picture is written: its form in libpng's terms and the bytes of a pixel of that grey. */
static const struct form {
    int bits, color;
    bool opaque;
} forms[] = {{8, PNG_COLOR_TYPE_GRAY, true},       {16, PNG_COLOR_TYPE_GRAY, true},
             {8, PNG_COLOR_TYPE_RGB, true},        {16, PNG_COLOR_TYPE_RGB, true},
             {8, PNG_COLOR_TYPE_GRAY_ALPHA, true}, {8, PNG_COLOR_TYPE_RGB_ALPHA, true},
             {8, PNG_COLOR_TYPE_PALETTE, true},    {8, PNG_COLOR_TYPE_RGB_ALPHA, false}};
enum { FORMS = sizeof forms / sizeof *forms };

static size_t put_pixel(uint8_t *to, const struct form *f, uint8_t grey)
{
    const bool color = f->color & PNG_COLOR_MASK_COLOR && f->color != PNG_COLOR_TYPE_PALETTE;
    size_t n = 0;
    for (int c = 0; c < (color ? 3 : 1); c++)
        for (int b = 0; b < f->bits; b += 8) to[n++] = grey; /* 16 bits: 257 times the grey */
    if (f->color & PNG_COLOR_MASK_ALPHA) to[n++] = f->opaque ? 255 : 0;
    return n;
}

static void write_png(const char *path, const struct form *f, uint32_t rows, uint32_t cols,
                      const uint8_t *greys)
{
    uint8_t row[8 * 64];
    png_color palette[256];
    for (int i = 0; i < 256; i++) palette[i] = (png_color){(png_byte)i, (png_byte)i, (png_byte)i};
    cli_make_folders(path);
    FILE *to = fopen(path, "wb");
    ck_assert_ptr_nonnull(to);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, to);
    png_set_IHDR(png, info, cols, rows, f->bits, f->color, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (f->color == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 256);
    png_write_info(png, info);
    for (uint32_t r = 0; r < rows; r++) {
        size_t n = 0;
        for (uint32_t c = 0; c < cols; c++) n += put_pixel(row + n, f, greys[r * cols + c]);
        png_write_row(png, row);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(to);
}

/* A picture whose first pixel is `mark`. */
static void write_marked(const char *path, uint8_t mark)
{
    write_png(path, &forms[0], ROWS, COLS, (const uint8_t[SIZE]){mark, 10, 20, 128, 254, 255});
}

/* --- forms --- */

START_TEST(test_form)
{
    const uint8_t greys[SIZE] = {0, 1, 77, 128, 254, 255};
    struct images i;
    struct vae_error e = {""};
    write_png("forms/a.png", &forms[_i], ROWS, COLS, greys);
    ck_assert_msg(vae_png_folder_read("forms", &(struct images_wanted){0}, &i, &e), "%s", e.line);
    ck_assert(i.count == 1 && i.rows == ROWS && i.cols == COLS && i.pixels && !i.values);
    for (size_t p = 0; p < SIZE; p++)
        ck_assert_uint_eq(i.pixels[p], forms[_i].opaque ? greys[p] : 0);
    vae_images_free(&i);
    remove("forms/a.png");
}
END_TEST

/* --- order, labels, other files --- */

START_TEST(test_order)
{
    static const char *const paths[] = {"set/1/b.png", "set/0/10.png", "set/z.png",
                                        "set/0/9.PNG", "set/1/a.png",  "set/1/deep/x.png"};
    const uint8_t order[] = {1, 3, 4, 0, 5, 2}; /* by the bytes of the paths */
    struct images i;
    struct vae_error e = {""};
    for (uint8_t n = 0; n < 6; n++) write_marked(paths[n], n);
    write_marked("set/.hidden.png", 99);
    write_marked("set/__MACOSX/0/9.png", 99);
    cli_write("set/labels.csv", "0,1\n", 4);
    write_marked("set/run/samples.png", 99); /* what vae train wrote there */
    cli_write("set/run/model.safetensors", "", 0);
    ck_assert(symlink(".", "set/loop") == 0 && mkfifo("set/pipe.png", 0600) == 0);
    ck_assert(vae_png_folder_is("set"));
    ck_assert(!vae_png_folder_is("plain") && !vae_png_folder_is("nowhere"));
    ck_assert_msg(vae_png_folder_read("set", &(struct images_wanted){0}, &i, &e), "%s", e.line);
    ck_assert_uint_eq(i.count, 6);
    for (size_t n = 0; n < 6; n++) ck_assert_uint_eq(i.pixels[n * SIZE], order[n]);
    vae_images_free(&i);
}
END_TEST

static void fill(const char *folder, size_t count)
{
    char path[64];
    for (size_t n = 0; n < count; n++) {
        snprintf(path, sizeof path, "%s/%03zu.png", folder, n);
        write_marked(path, (uint8_t)n);
    }
}

START_TEST(test_split)
{
    const struct dataset_options train = {0}, test = {.test_only = true};
    struct dataset d;
    struct vae_error e = {""};
    fill("whole/3", 15);
    fill("whole/7", 15);
    ck_assert_msg(vae_dataset_open("whole", &train, &d, &e), "%s", e.line);
    ck_assert(d.train.count == 27 && d.test.count == 3);
    ck_assert(d.test.pixels[0] == 2 && d.test.pixels[SIZE] == 3);
    vae_dataset_free(&d);
    ck_assert(vae_dataset_open("whole", &test, &d, &e) && d.test.count == 30);
    vae_dataset_free(&d);
    fill(_i ? "pair/training/0" : "pair/train/0", 12);
    fill(_i ? "pair/testing/0" : "pair/test/0", 4);
    ck_assert_msg(vae_dataset_open("pair", &train, &d, &e), "%s", e.line);
    ck_assert(d.train.count == 12 && d.test.count == 4);
    vae_dataset_free(&d);
    ck_assert(vae_dataset_open("pair", &test, &d, &e) && d.test.count == 4);
    vae_dataset_free(&d);
    ck_assert_int_eq(system("rm -r pair"), 0);
}
END_TEST

/* --- what is refused --- */

static void must_refuse(const char *folder, const char *says)
{
    struct dataset d;
    struct vae_error e = {""};
    ck_assert(!vae_dataset_open(folder, &(struct dataset_options){0}, &d, &e));
    ck_assert_msg(strstr(e.line, says) != NULL, "%s", e.line);
    ck_assert(!d.train.pixels && !d.test.pixels);
}

START_TEST(test_refused)
{
    const uint8_t greys[12] = {0};
    char bytes[64];
    fill("few", 9);
    must_refuse("few", "few: 9 images are too few; at least 10");
    fill("mixed", 11);
    write_png("mixed/x.png", &forms[0], 3, 4, greys);
    must_refuse("mixed", "mixed/x.png: 3 x 4, but mixed/000.png is 2 x 3; make all of one size");
    fill("jpeg", 11);
    cli_write("jpeg/photo.JPG", "\xff\xd8\xff", 3);
    must_refuse("jpeg", "jpeg/photo.JPG: a JPEG picture; convert it to PNG");
    fill("fake", 11);
    cli_write("fake/page.png", "<!doctype html>", 15);
    must_refuse("fake", "fake/page.png: a web page, whatever its name says");
    fill("torn", 11);
    FILE *f = fopen("torn/010.png", "rb");
    const size_t n = fread(bytes, 1, 48, f);
    fclose(f);
    cli_write("torn/010.png", bytes, n);
    must_refuse("torn", "torn/010.png: ");
    write_png("wide/0.png", &forms[0], 1, 1, greys);
    FILE *wide = fopen("wide/0.png", "r+b"); /* claims a width of 2^24 */
    fseek(wide, 16, SEEK_SET);
    fwrite("\1\0\0\0", 1, 4, wide);
    fclose(wide);
    must_refuse("wide", "wide/0.png: ");
    fill("half", 11); /* IDX by its names, and one is missing */
    cli_write("half/train-images-idx3-ubyte", greys, 12);
    must_refuse("half", "half: no t10k-images-idx3-ubyte in it");
    mkdir("empty", 0777);
    must_refuse("empty", "empty: ");
}
END_TEST

/* The same pixels as PNG and as IDX train to the same checkpoint; a folder of both is IDX's. */
START_TEST(test_training)
{
    unsigned char idx[16 + 20 * SIZE] = {0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, ROWS, 0, 0, 0, COLS};
    char path[64];
    for (size_t n = 0; n < 20; n++) {
        uint8_t *greys = idx + 16 + n * SIZE;
        for (size_t p = 0; p < SIZE; p++) greys[p] = (uint8_t)(n * 13 + p * 29);
        snprintf(path, sizeof path, "png/%zu/%02zu.png", n / 10, n);
        write_png(path, &forms[n % 7], ROWS, COLS, greys);
    }
    cli_write("same.idx", idx, sizeof idx);
#define ONE " --epochs 2 --batch 12 --hidden 5 --latent 2 --quiet"
    cli_must_work("train --data png --out p" ONE);
    cli_must_work("train --data same.idx --out i" ONE);
    ck_assert(cli_same_file("p/model.safetensors", "i/model.safetensors"));
    cli_must_work("eval p/model.safetensors --data png");
    cli_make_folders("both/x");
    cli_write("both/t10k-images-idx3-ubyte", idx, sizeof idx);
    fill("both/pictures", 11);
    struct dataset d;
    struct vae_error e = {""};
    ck_assert(vae_dataset_open("both", &(struct dataset_options){.test_only = true}, &d, &e));
    ck_assert_uint_eq(d.test.count, 20);
    vae_dataset_free(&d);
}
END_TEST

Suite *suite_pictures(void)
{
    Suite *s = suite_create("pictures");
    TCase *t = tcase_create("pictures");
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_form, 0, FORMS);
    tcase_add_test(t, test_order);
    tcase_add_loop_test(t, test_split, 0, 2);
    tcase_add_test(t, test_refused);
    tcase_add_test(t, test_training);
    suite_add_tcase(s, t);
    return s;
}
