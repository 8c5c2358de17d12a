/* vae interpolate: its strips' ends are the images and their codes' pictures. */
#include "../vae/data/png_grid.h"
#include "../vae/methods/latent_path.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL "interpolate out/model.safetensors --data plain "

struct picture {
    size_t width, height;
    unsigned char *grey;
};

static struct picture read_picture(const char *path)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    ck_assert_msg(png_image_begin_read_from_file(&png, path), "%s", path);
    png.format = PNG_FORMAT_GRAY;
    struct picture p = {png.width, png.height, malloc((size_t)png.width * png.height)};
    ck_assert(png_image_finish_read(&png, NULL, p.grey, 0, NULL));
    return p;
}

/* Columns of one picture from `at` on are those of another from its left edge on. */
static void must_hold(const struct picture *whole, size_t at, const struct picture *part)
{
    ck_assert(whole->height == part->height && at + part->width <= whole->width);
    for (size_t y = 0; y < whole->height; y++)
        ck_assert_mem_eq(whole->grey + y * whole->width + at, part->grey + y * part->width,
                         part->width);
}

/* Between both images of a strip lie the pictures of their codes, whichever the path. */
START_TEST(test_strip)
{
    enum { COLS = 5, CELL = COLS * GRID_SCALE + GRID_GAP };
    unsigned char *codes;
    cli_must_work("encode out/model.safetensors --data plain --first 4 --out c.csv");
    const size_t n = cli_read("c.csv", &codes);
    char *lines[6], *rest = strndup((char *)codes, n), *all = rest;
    for (int i = 0; i < 5; i++) lines[i] = strtok_r(rest, "\n", &rest);
    char two[512];
    snprintf(two, sizeof two, "%s\n%s\n", lines[1 + 3], lines[1 + 1]);
    cli_write("two.csv", two, strlen(two));
    cli_must_work("decode out/model.safetensors --codes two.csv --out two.png");
    cli_must_work(_i ? MODEL "--from 3 --to 1 --steps 2 --out s.png --path spherical"
                     : MODEL "--from 3 --to 1 --steps 2 --out s.png");
    const struct picture strip = read_picture("s.png"), want = read_picture("two.png");
    ck_assert_uint_eq(strip.width, 4 * CELL + GRID_GAP);
    must_hold(&strip, CELL, &want);
    cli_must_work(
        "reconstruct out/model.safetensors --data plain --across 4 --pairs 1 --out r.png");
    const struct picture originals = read_picture("r.png");
    for (size_t y = 0; y < strip.height - GRID_GAP; y++) { /* above their reconstructions */
        const unsigned char *row = strip.grey + y * strip.width;
        const unsigned char *there = originals.grey + y * originals.width;
        ck_assert_mem_eq(row, there + 3 * CELL, CELL);
        ck_assert_mem_eq(row + 3 * CELL, there + CELL, CELL);
    }
    free(strip.grey), free(want.grey), free(originals.grey), free(codes), free(all);
}
END_TEST

START_TEST(test_pairs)
{
    cli_must_work(MODEL "--out a.png --pairs 3 --steps 5");
    const struct picture a = read_picture("a.png");
    ck_assert_uint_eq(a.width, 7 * (5 * GRID_SCALE + GRID_GAP) + GRID_GAP);
    ck_assert_uint_eq(a.height, 3 * (7 * GRID_SCALE + GRID_GAP) + GRID_GAP);
    cli_must_work(MODEL "--out b.png --pairs 3 --steps 5 --isa generic");
    ck_assert(cli_same_file("a.png", "b.png"));
    cli_must_work(MODEL "--out b.png --pairs 3 --steps 5 --seed 9");
    ck_assert(!cli_same_file("a.png", "b.png"));
    cli_must_work(MODEL "--out b.png --pairs 1 --steps 1");
    free(a.grey);
}
END_TEST

/* On the arc the angle from a grows in even steps, and the length from 3 to 1. */
START_TEST(test_arc)
{
    const float a[3] = {3, 0, 0}, b[3] = {0.6f, 0.8f, 0}, opposite[3] = {-1, 0, 0}, none[3] = {0};
    const double whole = acos(0.6);
    double w[2];
    for (double u = 0; u <= 1; u += 0.125) {
        vae_path_weights(PATH_SPHERICAL, 3, a, b, u, w);
        const double x = w[0] * 3 + w[1] * (double)b[0], y = w[1] * (double)b[1];
        ck_assert_double_eq_tol(hypot(x, y), 3 - 2 * u, 1e-6);
        ck_assert_double_eq_tol(atan2(y, x), u * whole, 1e-6);
        for (int i = 0; i < 3; i++) { /* a straight line */
            vae_path_weights(i ? PATH_SPHERICAL : PATH_LINEAR, 3, a,
                             i == 0   ? b
                             : i == 1 ? opposite
                                      : none,
                             u, w);
            ck_assert(w[0] == 1 - u && w[1] == u);
        }
    }
}
END_TEST

static const struct cli_wrong wrong[] = {
    {"--out wrong --from 0", 1, "give --from and --to, or neither"},
    {"--out wrong --from 0 --to 1 --pairs 2", 1, "--pairs is of images drawn at random"},
    {"--out wrong --from 0 --to 100000", 1,
     "plain: image 100000 is not there; its test images are 0"},
    {"--out wrong --path curved", 2, "--path curved"},
    {"--out wrong --steps 0", 2, "--steps 0: give a whole number from 1 to 98"},
};

START_TEST(test_interpolate_refused) { cli_must_refuse(MODEL, &wrong[_i]); }
END_TEST

Suite *suite_interpolate(void)
{
    Suite *s = suite_create("interpolate");
    TCase *t = tcase_create("interpolate");
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_strip, 0, 2);
    tcase_add_test(t, test_pairs);
    tcase_add_test(t, test_arc);
    tcase_add_loop_test(t, test_interpolate_refused, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(s, t);
    return s;
}
