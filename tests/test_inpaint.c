/* vae inpaint and vae denoise: files in and out, errors that fall, input that is refused. */
#include "../vae/data/code_file.h"
#include "../vae/data/png_grid.h"
#include "cli.h"
#include "suites.h"
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 7, COLS = 5, PIXELS = ROWS * COLS };
#define MODEL   "out/model.safetensors --data plain "
#define INPAINT "inpaint " MODEL
#define DENOISE "denoise " MODEL

static void make_fixture(void)
{
    cli_make_fixture();
    cli_must_work("train --data plain --out gauss --samples 300 --likelihood gaussian " CLI_MODEL
                  " --quiet");
    cli_must_work("train --data plain --out mixed --samples 300 --likelihood gaussian --noise "
                  "mixture " CLI_MODEL " --quiet");
    cli_must_work("train --data plain --out chains --samples 1500 --method mcem " CLI_MODEL
                  " --quiet");
}

/* A header of NumPy's and its bytes, 1 where a pixel of each image is missing. */
static void write_npy(const char *path, const char *shape, size_t n, const unsigned char *values)
{
    unsigned char bytes[128 + 4 * PIXELS];
    char header[119];
    const int used = snprintf(header, sizeof header,
                              "{'descr': '|u1', 'fortran_order': False, 'shape': (%s), }", shape);
    memset(header + used, ' ', sizeof header - (size_t)used);
    memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(bytes + 10, header, 118);
    memcpy(bytes + 128, values, n);
    cli_write(path, bytes, 128 + n);
}

static void write_mask(const char *path, size_t width, size_t height, unsigned char value)
{
    unsigned char grey[64 * 64];
    for (size_t i = 0; i < width * height; i++) grey[i] = i % width < width / 2 ? value : 0;
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)width,
                     .height = (png_uint_32)height,
                     .format = PNG_FORMAT_GRAY};
    ck_assert(png_image_write_to_file(&png, path, 0, grey, 0, NULL));
}

/* One mask in several forms gives the same bytes. */
START_TEST(test_masks)
{
    unsigned char flags[4 * PIXELS] = {0};
    for (size_t i = 0; i < sizeof flags; i++) flags[i] = i % COLS < COLS / 2;
    write_npy("rows.npy", "7, 5", PIXELS, flags);
    write_npy("one.npy", "1, 7, 5", PIXELS, flags);
    write_npy("each.npy", "4, 7, 5", 4 * PIXELS, flags);
    write_mask("left.png", COLS, ROWS, 255);
    cli_must_work(INPAINT "--first 4 --mask left --out want.npy");
    static const char *const same[] = {"rows.npy --threads 3", "one.npy --isa generic", "each.npy",
                                       "left.png"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char command[256];
        snprintf(command, sizeof command, INPAINT "--first 4 --out got.npy --mask %s", same[i]);
        cli_must_work(command);
        ck_assert_msg(cli_same_file("want.npy", "got.npy"), "%s", same[i]);
    }
    static const char *const other[] = {"left --seed 9", "left --steps 30", "left --result draw",
                                        "right", "random:0.5"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        char command[256];
        snprintf(command, sizeof command, INPAINT "--first 4 --out got.npy --mask %s", other[i]);
        cli_must_work(command);
        ck_assert_msg(!cli_same_file("want.npy", "got.npy"), "%s", other[i]);
    }
}
END_TEST

/* What a mask leaves is the same in every restored image, and in what vae inpaint is given. */
START_TEST(test_halves)
{
    static const struct {
        const char *name;
        size_t rows[2], cols[2]; /* seen: first ... end - 1 */
    } halves[] = {{"left", {0, 7}, {2, 5}},
                  {"right", {0, 7}, {0, 3}},
                  {"top", {3, 7}, {0, 5}},
                  {"bottom", {0, 4}, {0, 5}}};
    struct code_table x[2];
    struct vae_error e = {""};
    for (size_t h = 0; h < 4; h++) {
        for (int seed = 0; seed < 2; seed++) {
            char command[256];
            snprintf(command, sizeof command,
                     INPAINT "--mask %s --seed %d --result draw --out x.csv", halves[h].name, seed);
            cli_must_work(command);
            ck_assert(vae_code_file_read("x.csv", &x[seed], &e));
        }
        size_t differ = 0;
        for (size_t i = 0; i < x[0].rows * PIXELS; i++) {
            const size_t r = i % PIXELS / COLS, c = i % COLS;
            const bool seen = r >= halves[h].rows[0] && r < halves[h].rows[1] &&
                              c >= halves[h].cols[0] && c < halves[h].cols[1];
            if (seen)
                ck_assert(x[0].values[i] == x[1].values[i]);
            else
                differ += x[0].values[i] != x[1].values[i];
        }
        ck_assert_uint_gt(differ, 0);
        free(x[0].values), free(x[1].values);
    }
}
END_TEST

static void must_be_picture(const char *path, size_t across, size_t down)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    ck_assert_msg(png_image_begin_read_from_file(&png, path), "%s", path);
    ck_assert_uint_eq(png.width, across * (COLS * GRID_SCALE + GRID_GAP) + GRID_GAP);
    ck_assert_uint_eq(png.height, down * (ROWS * GRID_SCALE + GRID_GAP) + GRID_GAP);
    png_image_free(&png);
}

/* All pixels may be missing; of a mixture too; pictures have two rows, or three with --corrupt. */
START_TEST(test_pictures)
{
    cli_must_work(INPAINT "--mask random:0.999999 --out a.png");
    must_be_picture("a.png", 10, 2);
    cli_must_work("inpaint mixed/model.safetensors --data plain --mask top --out a.png --corrupt");
    must_be_picture("a.png", 10, 3);
    cli_must_work(DENOISE "--flip 0.1 --out a.png --corrupt --first 9 --across 4");
    must_be_picture("a.png", 4, 9);
    cli_must_work("denoise gauss/model.safetensors --data plain --noise-sd 0.1 --out a.png");
    must_be_picture("a.png", 10, 2);
}
END_TEST

/* Errors fall, by far. _i: how. */
START_TEST(test_errors_fall)
{
    static const struct {
        const char *train, *command;
        double mean_square; /* after, of that before: at most */
        bool nats;
    } ways[] = {
        {"", "denoise d/model.safetensors --flip 0.15", 0.35, true},
        {"", "inpaint d/model.safetensors --mask random:0.5", 0.35, true},
        {"--likelihood gaussian", "denoise d/model.safetensors --noise-sd 0.3", 0.5, false},
        {"--likelihood gaussian", "inpaint d/model.safetensors --mask random:0.5", 0.35, false}};
    char command[256];
    snprintf(
        command, sizeof command,
        "train --data synthetic --out d --samples 40000 --hidden 60 --latent 8 --optimizer adam "
        "--quiet --lr 0.003 %s",
        ways[_i].train);
    cli_must_work(command);
    const struct outcome o =
        cli_run("%s --data synthetic --first 100 --corrupt --out x.npy", ways[_i].command);
    double square[2], nats[2] = {1, 0};
    const char *at = strstr(o.out, "mean squared error ");
    ck_assert_msg(o.status == 0 && at, "%s%s", o.err, o.out);
    ck_assert_msg(sscanf(at,
                         "mean squared error %lf before, %lf after; %lf nats per image before, "
                         "%lf after",
                         &square[0], &square[1], &nats[0], &nats[1]) == (ways[_i].nats ? 4 : 2),
                  "%s", at);
    ck_assert_msg(square[1] < ways[_i].mean_square * square[0] && nats[1] < nats[0], "%s", at);
}
END_TEST

static const struct cli_wrong wrong[] = {
    {"inpaint " MODEL "--out wrong.npy", 2, "give --mask NAME|FILE"},
    {"inpaint " MODEL "--out wrong.npy --mask middle", 1, "middle"},
    {"inpaint " MODEL "--out wrong.npy --mask random:1.5", 1,
     "give random:P with P between 0 and 1"},
    {"inpaint " MODEL "--out wrong.npy --mask random:", 1, "give random:P with P between 0 and 1"},
    {"inpaint " MODEL "--out wrong.npy --mask small.png", 1,
     "small.png: a mask of 3 x 4; the images are 7 x 5"},
    {"inpaint " MODEL "--out wrong.npy --mask grey.png", 1,
     "grey.png: mask 0, pixel 0 is 128; 0 is seen, 1 or 255 is missing"},
    {"inpaint " MODEL "--out wrong.npy --mask seen.png", 1,
     "--mask seen.png: no pixel is missing, so there is nothing to restore"},
    {"inpaint " MODEL "--out wrong.npy --mask three.npy", 1,
     "three.npy: 3 masks; give one, or one for each of the 40 images"},
    {"inpaint " MODEL "--out wrong.npy --mask out/model.safetensors", 1, "model.safetensors"},
    {"inpaint " MODEL "--out wrong.npy --mask top --steps 0", 2, "--steps 0"},
    {"inpaint " MODEL "--out wrong.npy --mask top --result both", 2, "--result both"},
    {"inpaint chains/model.safetensors --data plain --out wrong.npy --mask top", 1,
     "vae inpaint needs one"},
    {"denoise chains/model.safetensors --data plain --out wrong.npy --flip 0.1", 1,
     "vae denoise needs one"},
    {"denoise " MODEL "--out wrong.npy", 1, "has a bernoulli decoder; give its noise as --flip P"},
    {"denoise " MODEL "--out wrong.npy --noise-sd 1", 1, "give its noise as --flip P"},
    {"denoise " MODEL "--out wrong.npy --noise-sd 1 --flip 0.1", 1, "give its noise as --flip P"},
    {"denoise " MODEL "--out wrong.npy --flip 0.5", 2, "a probability above 0 and below 0.5"},
    {"denoise " MODEL "--out wrong.npy --flip nan", 2, "a probability above 0 and below 0.5"},
    {"denoise gauss/model.safetensors --data plain --out wrong.npy --flip 0.1", 1,
     "has a gaussian decoder; give its noise as --noise-sd S"},
    {"denoise gauss/model.safetensors --data plain --out wrong.npy --noise-sd 0", 2,
     "--noise-sd 0: give a number from 1e-06 to 1000"},
    {"denoise mixed/model.safetensors --data plain --out wrong.npy --noise-sd 1", 1,
     "a mixture with a uniform density"},
};

START_TEST(test_restore_refused)
{
    unsigned char three[3 * PIXELS] = {1};
    write_mask("small.png", 4, 3, 255);
    write_mask("grey.png", COLS, ROWS, 128);
    write_mask("seen.png", COLS, ROWS, 0);
    write_npy("three.npy", "3, 7, 5", sizeof three, three);
    cli_must_refuse("", &wrong[_i]);
    ck_assert_int_ne(access("wrong.npy", F_OK), 0);
}
END_TEST

Suite *suite_inpaint(void)
{
    Suite *s = suite_create("inpaint");
    TCase *t = tcase_create("inpaint");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_masks);
    tcase_add_test(t, test_halves);
    tcase_add_test(t, test_pictures);
    tcase_add_loop_test(t, test_restore_refused, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(s, t);
    TCase *learns = tcase_create("learns");
    tcase_set_timeout(learns, 60);
    tcase_set_tags(learns, "program large");
    tcase_add_unchecked_fixture(learns, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(learns, test_errors_fall, 0, 4);
    suite_add_tcase(s, learns);
    return s;
}
