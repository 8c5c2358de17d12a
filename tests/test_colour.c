/* Colour images: arrays of three channels in every order, pictures, training, and what a checkpoint remembers. */
#include "../vae/data/dataset.h"
#include "../vae/data/png_folder.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 20, ROWS = 2, COLS = 4, CHANNELS = 3, SIZE = ROWS * COLS * CHANNELS };

static const struct dataset_options colour = {.wanted = {.channels = CHANNELS_RGB}};

/* Channel k of row r, column c of image i. */
static uint8_t value_at(size_t i, size_t r, size_t c, size_t k)
{
    return (uint8_t)(i * 7 + r * 90 + c * 20 + k * 3);
}

/* --- arrays --- */

/* Where element `at` of an array lies: its index in each of four dimensions. */
static void place_of(size_t at, const size_t size[4], bool fortran, size_t index[4])
{
    for (size_t d = 0; d < 4; d++) {
        const size_t dim = fortran ? d : 3 - d;
        index[dim] = at % size[dim];
        at /= size[dim];
    }
}

/* Bytes, images of four dimensions: the channels are dimension 1 or 3. */
static void write_npy(const char *path, const size_t size[4], bool fortran, size_t channel)
{
    unsigned char bytes[128 + 4096] = "\x93NUMPY\1\0\x76";
    char *text = (char *)bytes + 10;
    const size_t total = size[0] * size[1] * size[2] * size[3];
    ck_assert_uint_le(total, 4096);
    memset(text, ' ', 118);
    const int n =
        snprintf(text, 118, "{'descr': '|u1', 'fortran_order': %s, 'shape': (%zu, %zu, %zu, %zu)}",
                 fortran ? "True" : "False", size[0], size[1], size[2], size[3]);
    text[n] = ' ';
    for (size_t at = 0; at < total; at++) {
        size_t x[4];
        place_of(at, size, fortran, x);
        bytes[128 + at] =
            channel == 1 ? value_at(x[0], x[2], x[3], x[1]) : value_at(x[0], x[1], x[2], x[3]);
    }
    cli_write(path, bytes, 128 + total);
}

/* channel: the dimension that holds them, 0: refused. */
static const struct {
    size_t size[4];
    bool fortran;
    size_t channel;
    const char *says;
} arrays[] = {
    {{COUNT, ROWS, COLS, 3}, false, 3, ""},
    {{COUNT, 3, ROWS, COLS}, false, 1, ""},
    {{COUNT, ROWS, COLS, 3}, true, 3, ""},
    {{COUNT, 3, ROWS, COLS}, true, 1, ""},
    {{COUNT, 3, COLS, 3}, false, 3, ""}, /* both could be: the last is */
    {{COUNT, ROWS, COLS, 4}, false, 0, "images of 2 x 4 x 4; three channels are read"},
    {{COUNT, ROWS, COLS, 1}, false, 0, "images of 2 x 4 x 1; three channels are read"},
    {{COUNT, 1, ROWS, COLS}, false, 0, "images of 1 x 2 x 4; three channels are read"},
};

START_TEST(test_array)
{
    const size_t *size = arrays[_i].size;
    struct dataset d;
    struct vae_error e = {""};
    write_npy("a.npy", size, arrays[_i].fortran, arrays[_i].channel);
    struct dataset_options all = colour;
    all.test_only = true;
    const bool read = vae_dataset_open("a.npy", &all, &d, &e);
    ck_assert_msg(read == (arrays[_i].channel > 0), "%s", e.line);
    ck_assert_msg(read || strstr(e.line, arrays[_i].says), "%s", e.line);
    if (!read) return;
    const struct images *i = &d.test;
    const size_t channel = arrays[_i].channel;
    ck_assert(i->count == COUNT && i->channels == CHANNELS_RGB &&
              i->rows == size[channel == 1 ? 2 : 1] && i->cols == size[channel == 1 ? 3 : 2]);
    for (size_t at = 0; at < i->count * vae_images_size(i); at++) {
        const size_t pixel = at / 3, image = at / vae_images_size(i);
        ck_assert_uint_eq(i->pixels[at],
                          value_at(image, pixel / i->cols % i->rows, pixel % i->cols, at % 3));
    }
    vae_dataset_free(&d);
}
END_TEST

/* --- what is refused --- */

static const struct cli_wrong wrong[] = {
    {"--data c.npy", 1,
     "c.npy: images of 2 x 4 x 3; one channel is read, of grey; for colour --channels rgb"},
    {"--data one.idx --channels rgb", 1, "one.idx: grey images; those of colour are"},
    {"--data plain --channels rgb", 1, "grey images; those of colour are"},
    {"--data c.npy --channels rgb --likelihood bernoulli", 2,
     "pixels of colour are no probabilities"},
    {"--data c.npy --channels rgb --binarize fixed", 2, "pixels of colour stay as they are"},
    {"--data c.npy --channels red", 2, "--channels red: give one of gray, rgb"},
    {"--data c.npy --channels rgb --test one.idx", 1, "one.idx: grey images"},
    {"--data c.npy --channels rgb --resize 4", 2,
     "give width and height from 1 to 4096, such as 28x20"},
    {"--data c.npy --channels rgb --resize 4x5000", 2, "give width and height"},
    {"--resume rgb/model.safetensors --data one.idx", 1,
     "trained on images of 2 x 4 x 3, but those of one.idx are 7 x 5"},
    {"--resume rgb/model.safetensors --data c.npy", 1, "for colour --channels rgb"},
};

#define MODEL " --batch 6 --hidden 5 --latent 2 --quiet "

START_TEST(test_wrong) { cli_must_refuse("train --out wrong --epochs 1", &wrong[_i]); }
END_TEST

/* --- training --- */

static void make_fixture(void)
{
    cli_make_fixture();
    write_npy("c.npy", (const size_t[]){COUNT, ROWS, COLS, 3}, false, 3);
    cli_must_work("train --data c.npy --channels rgb --epochs 2 --out rgb" MODEL);
}

/* The picture's colour type and size. */
static void must_be_colour(const char *path, uint32_t width, uint32_t height)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    ck_assert_msg(png_image_begin_read_from_file(&png, path), "%s: %s", path, png.message);
    ck_assert_msg(png.format & PNG_FORMAT_FLAG_COLOR, "%s is grey", path);
    ck_assert_msg(png.width == width && png.height == height, "%s: %u x %u", path, png.width,
                  png.height);
    png_image_free(&png);
}

START_TEST(test_trained)
{
    ck_assert(cli_header_holds("rgb/model.safetensors", "\"image_channels\":\"rgb\""));
    ck_assert(cli_header_holds("rgb/model.safetensors", "\"likelihood\":\"gaussian\""));
    ck_assert(!cli_header_holds("out/model.safetensors", "image_channels"));
    must_be_colour("rgb/samples.png", 2 + 10 * 10, 2 + 10 * 6);
    must_be_colour("rgb/reconstructions.png", 2 + 2 * 10, 2 + 2 * 6); /* of two test images */
#define M " rgb/model.safetensors "
    cli_must_work("eval" M "--data c.npy");
    cli_must_work("reconstruct" M "--data c.npy --out r.png");
    must_be_colour("r.png", 2 + 10 * 10, 2 + 4 * 6);
    cli_must_work("sample" M "--out s.png --across 3 --down 2");
    must_be_colour("s.png", 2 + 3 * 10, 2 + 2 * 6);
    cli_must_work("manifold" M "--out m.png --side 3");
    must_be_colour("m.png", 2 + 3 * 10, 2 + 3 * 6);
    cli_must_work("interpolate" M "--data c.npy --out i.png --steps 2 --pairs 1");
    must_be_colour("i.png", 2 + 4 * 10, 2 + 6);
    cli_must_work("encode" M "--data c.npy --out z.csv");
    cli_must_work("decode" M "--codes z.csv --out d.png --across 5");
    must_be_colour("d.png", 2 + 5 * 10, 2 + 4 * 6);
    cli_must_fail("eval" M "--data one.idx", 1, "one.idx: grey images");
    cli_must_fail("eval out/model.safetensors --data c.npy", 1, "one channel is read, of grey");
}
END_TEST

/* Weights from elsewhere, here those of a checkpoint whose metadata are of another format. */
START_TEST(test_foreign)
{
    unsigned char *bytes;
    const size_t n = cli_read("rgb/model.safetensors", &bytes);
    unsigned char *format = memmem(bytes, n, "\"vae 1\"", 7);
    ck_assert_ptr_nonnull(format);
    format[1] = 'x';
    cli_write("x.safetensors", bytes, n);
    free(bytes);
    cli_must_work(
        "sample x.safetensors --channels rgb --image 2x4 --out x.png --across 3 --down 2");
    must_be_colour("x.png", 2 + 3 * 10, 2 + 2 * 6);
    cli_must_fail("sample x.safetensors --channels rgb --image 3x8 --out x.png", 1,
                  "has 24 inputs, not 3 x 8 x 3");
    cli_must_fail("sample x.safetensors --out x.png", 1,
                  "24 inputs are no square image; give its rows and columns, or channels");
    cli_must_fail("sample" M "--channels gray --out x.png", 1, "its images are rgb, not gray");
}
END_TEST

/* Decoded images are a colour data set, of which pictures hold the same pixels. */
START_TEST(test_decoded)
{
    struct dataset floats, bytes;
    struct vae_error e = {""};
    cli_must_work("encode" M "--data c.npy --out y.npy");
    cli_must_work("decode" M "--codes y.npy --out x.npy");
    cli_must_work("data x.npy --channels rgb --out pictures");
    ck_assert_msg(vae_dataset_open("x.npy", &colour, &floats, &e), "%s", e.line);
    ck_assert_msg(vae_dataset_open("pictures", &colour, &bytes, &e), "%s", e.line);
    ck_assert(
        floats.train.values && bytes.train.pixels && floats.train.count == bytes.train.count &&
        vae_images_alike(&floats.train, &bytes.train) && bytes.test.count == floats.test.count);
    for (size_t p = 0; p < floats.train.count * SIZE; p++)
        ck_assert_double_le(fabs(255 * (double)floats.train.values[p] - bytes.train.pixels[p]),
                            0.501);
    vae_dataset_free(&floats);
    vae_dataset_free(&bytes);
    cli_must_fail("data c.npy --channels rgb --out pictures", 1, "pictures: exists; give a new");
}
END_TEST

/* The same images as an array and as pictures train to the same model, resumed or not. */
START_TEST(test_same_training)
{
    cli_must_work("data c.npy --channels rgb --out same");
    cli_must_work("train --data same --channels rgb --epochs 1 --out half" MODEL);
    cli_must_work("train --data same --channels rgb --epochs 2 --out p --quiet "
                  "--resume half/model.safetensors");
    ck_assert(cli_same_file("p/model.safetensors", "rgb/model.safetensors"));
    cli_must_work("train --data same --epochs 1 --out grey" MODEL); /* made grey */
    ck_assert(!cli_header_holds("grey/model.safetensors", "image_channels"));
    const struct outcome o = cli_run("data same");
    ck_assert_ptr_nonnull(strstr(o.out, "18 training and 2 test images of 2 x 4, kept"));
    ck_assert_ptr_nonnull(
        strstr(o.out, "the pictures have colour, made grey here; --channels rgb"));
    const struct outcome c = cli_run("data same --channels rgb");
    ck_assert_ptr_nonnull(strstr(c.out, "test images of 2 x 4 x 3, kept as bytes\n"));
    ck_assert_ptr_nonnull(strstr(c.out, "\ncolour: "));
}
END_TEST

START_TEST(test_synthetic)
{
    struct dataset d;
    struct vae_error e = {""};
    ck_assert_msg(vae_dataset_open("synthetic", &colour, &d, &e), "%s", e.line);
    ck_assert(d.train.channels == CHANNELS_RGB && d.test.count == 2000);
    const uint8_t *p = d.test.pixels;
    ck_assert(p[0] != p[1] || p[1] != p[2]); /* paper has a hue */
    ck_assert(p[0] <= 64 && p[1] <= 64 && p[2] <= 64);
    vae_dataset_free(&d);
}
END_TEST

Suite *suite_colour(void)
{
    Suite *s = suite_create("colour");
    TCase *t = tcase_create("colour");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_array, 0, sizeof arrays / sizeof *arrays);
    tcase_add_loop_test(t, test_wrong, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(t, test_trained);
    tcase_add_test(t, test_foreign);
    tcase_add_test(t, test_decoded);
    tcase_add_test(t, test_same_training);
    tcase_add_test(t, test_synthetic);
    suite_add_tcase(s, t);
    return s;
}
