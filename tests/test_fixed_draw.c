/* Fixed binarisation: the images it draws, and that a run and its evaluations all use them. */
#include "../vae/base/streams.h"
#include "../vae/data/dataset.h"
#include "../vae/data/fixed_draw.h"
#include "cli.h"
#include "each.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct images copy_of(const struct images *i)
{
    struct images to;
    ck_assert(vae_images_make(&to, i->count, i->rows, i->cols, CHANNELS_GRAY));
    memcpy(to.pixels, i->pixels, i->count * vae_images_bytes(i));
    return to;
}

/* --- which images --- */

/* Images of one pixel, less than a part, one part, a part and a tail, several parts (PART). */
static const struct {
    size_t rows, cols;
} sizes[] = {{1, 1}, {7, 5}, {28, 28}, {32, 32}, {25, 41}, {50, 61}};

/* On every instruction set, in bytes or floats, the pixels are those of one kernel call over all
 * images. */
START_TEST(test_draw)
{
    const struct sv_rng rng = sv_rng_at(17, STREAM_FIXED_TRAIN, 0);
    struct images grey = random_images(9, sizes[_i].rows, sizes[_i].cols);
    const size_t size = vae_images_size(&grey), n = grey.count * size;
    float *want = malloc(n * sizeof *want), *values = malloc(n * sizeof *values);
    struct sv_kernels k;
    sv_dispatch("generic", &k);
    k.u8_to_f32(n, grey.pixels, want);
    k.bernoulli(grey.count, size, rng, want, size, want, size);
    for (size_t isa = 0; sv_isa_name(isa); isa++) {
        if (!sv_isa_supported(isa)) continue;
        struct images bytes = copy_of(&grey);
        struct images floats = {
            .count = grey.count, .rows = grey.rows, .cols = grey.cols, .values = values};
        sv_dispatch(sv_isa_name(isa), &k);
        k.u8_to_f32(n, grey.pixels, values);
        vae_images_draw(&bytes, &k, rng);
        vae_images_draw(&floats, &k, rng);
        for (size_t i = 0; i < n; i++) {
            each(bytes.pixels[i] == (want[i] > 0 ? 255 : 0));
            each(values[i] == want[i]);
        }
        vae_images_free(&bytes);
    }
    free(want), free(values);
    vae_images_free(&grey);
}
END_TEST

/* The frequency of 1 is the grey value, to 4.5 standard errors. */
START_TEST(test_frequency)
{
    enum { MANY = 20000, GREYS = 16 };
    struct images i;
    struct sv_kernels k;
    double sum[GREYS] = {0};
    sv_dispatch(NULL, &k);
    ck_assert(vae_images_make(&i, MANY, 1, GREYS, CHANNELS_GRAY));
    for (size_t p = 0; p < MANY * GREYS; p++) i.pixels[p] = (uint8_t)(p % GREYS * 17);
    vae_images_draw(&i, &k, sv_rng_at(3, STREAM_FIXED_TEST, 0));
    for (size_t p = 0; p < MANY * GREYS; p++) sum[p % GREYS] += i.pixels[p] / 255.0;
    for (size_t g = 0; g < GREYS; g++) {
        const double p = (double)g / 15, sd = sqrt(p * (1 - p) / (double)MANY);
        ck_assert_double_le(fabs(sum[g] / (double)MANY - p), 4.5 * sd);
    }
    vae_images_free(&i);
}
END_TEST

/* The draws differ between sets of the same grey images and between seeds; an equal seed repeats
 * them. */
START_TEST(test_own_draws)
{
    static const uint64_t seeds[] = {5, 5, 6};
    struct images grey = random_images(6, 8, 9), got[3][2];
    struct sv_choice k;
    ck_assert_int_eq(sv_choice_default(NULL, &k), SV_OK);
    for (size_t s = 0; s < 3; s++) {
        struct dataset d = {.train = copy_of(&grey), .test = copy_of(&grey)};
        vae_dataset_draw(&d, &k, seeds[s]);
        got[s][0] = d.train;
        got[s][1] = d.test;
    }
    for (size_t a = 0; a < 6; a++)
        for (size_t b = 0; b < a; b++) {
            const bool same = !memcmp(got[a / 2][a % 2].pixels, got[b / 2][b % 2].pixels, 6 * 72);
            ck_assert_int_eq(same, seeds[a / 2] == seeds[b / 2] && a % 2 == b % 2);
        }
    for (size_t a = 0; a < 6; a++) vae_images_free(&got[a / 2][a % 2]);
    vae_images_free(&grey);
}
END_TEST

/* --- in a run --- */

/* Writes the drawn images as an IDX file, for a run without binarisation. */
static void write_images(const char *path, const struct images *i)
{
    const size_t n = i->count * vae_images_bytes(i);
    unsigned char *file = calloc(16 + n, 1);
    memcpy(file, (unsigned char[]){0, 0, 8, 3}, 4);
    file[7] = (unsigned char)i->count, file[11] = (unsigned char)i->rows;
    file[15] = (unsigned char)i->cols;
    memcpy(file + 16, i->pixels, n);
    cli_write(path, file, 16 + n);
    free(file);
}

static void draw_files(uint64_t seed)
{
    struct dataset d;
    struct vae_error e = {""};
    struct sv_choice k;
    ck_assert_int_eq(sv_choice_default(NULL, &k), SV_OK);
    ck_assert(vae_dataset_open("plain", &(struct dataset_options){.transpose = false}, &d, &e));
    vae_dataset_draw(&d, &k, seed);
    ck_assert_int_eq(system("mkdir -p drawn"), 0);
    write_images("drawn/train-images-idx3-ubyte", &d.train);
    write_images("drawn/t10k-images-idx3-ubyte", &d.test);
    vae_dataset_free(&d);
}

/* Checkpoints are equal apart from their headers. */
static void must_hold_the_same(const char *a, const char *b)
{
    unsigned char *x, *y;
    uint64_t p, q;
    const size_t n = cli_read(a, &x), m = cli_read(b, &y);
    memcpy(&p, x, 8);
    memcpy(&q, y, 8);
    ck_assert(n - p == m - q && !memcmp(x + 8 + p, y + 8 + q, n - p - 8));
    free(x), free(y);
}

static double bound_of(const char *arguments)
{
    const struct outcome o = cli_run("eval --json %s", arguments);
    double bound = 0;
    ck_assert_msg(sscanf(o.out, "{\"test_bound\":%lf", &bound) == 1, "%s: %s", arguments, o.err);
    return bound;
}

#define RUN   "--seed 12 --init-bias data --quiet " CLI_MODEL " "
#define TRAIN "train --epochs 4 " RUN

/* A run with fixed binarisation, stopped within an epoch and resumed with other threads and
 * kernels, equals a run on files of the drawn images, initial biases included. `vae eval` and the
 * pictures use the drawn images too; there --seed changes only the noise of z. */
START_TEST(test_run)
{
    draw_files(12);
    cli_must_work(TRAIN "--data drawn --out taken");
    cli_must_work("train --samples 130 --data plain --out fixed " RUN
                  "--binarize fixed --threads 3");
    cli_must_work("train --epochs 4 --data plain --out fixed --quiet "
                  "--resume fixed/model.safetensors --isa generic");
    must_hold_the_same("taken/model.safetensors", "fixed/model.safetensors");
    ck_assert(cli_same_file("taken/reconstructions.png", "fixed/reconstructions.png"));
    ck_assert(bound_of("fixed/model.safetensors --data plain") ==
              bound_of("taken/model.safetensors --data drawn"));
    ck_assert(bound_of("fixed/model.safetensors --data plain --seed 3") ==
              bound_of("taken/model.safetensors --data drawn --seed 3"));
    ck_assert(bound_of("fixed/model.safetensors --data plain") !=
              bound_of("fixed/model.safetensors --data plain --seed 3"));
    cli_must_work("reconstruct fixed/model.safetensors --data plain --out a.png");
    cli_must_work("reconstruct taken/model.safetensors --data drawn --out b.png");
    ck_assert(cli_same_file("a.png", "b.png"));
}
END_TEST

/* Every reported bound names the binarisation. */
START_TEST(test_said)
{
    cli_must_work(TRAIN "--data plain --out said --binarize fixed");
    ck_assert(cli_header_holds("said/model.safetensors", "\"binarize\":\"fixed\""));
    const struct outcome train = cli_run(TRAIN "--data plain --out said --binarize fixed"),
                         line = cli_run("eval said/model.safetensors --data plain"),
                         json = cli_run("eval said/model.safetensors --data plain --json");
    ck_assert_msg(strstr(train.out, "binarisation: fixed)") != NULL, "%s", train.out);
    ck_assert_msg(strstr(line.out, "binarisation: fixed)") != NULL, "%s", line.out);
    ck_assert_msg(strstr(json.out, "\"binarize\":\"fixed\"") != NULL, "%s", json.out);
}
END_TEST

Suite *suite_fixed_draw(void)
{
    Suite *s = suite_create("fixed_draw");
    TCase *t = tcase_create("fixed_draw");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads-program program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_draw, 0, sizeof sizes / sizeof *sizes);
    tcase_add_test(t, test_frequency);
    tcase_add_test(t, test_own_draws);
    tcase_add_test(t, test_run);
    tcase_add_test(t, test_said);
    suite_add_tcase(s, t);
    return s;
}
