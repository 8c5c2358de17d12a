/* vae plot: labels, the pictures, and what is refused. */
#include "../vae/cli/plots.h"
#include "../vae/data/code_file.h"
#include "../vae/data/dataset.h"
#include "../vae/data/labels.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- labels --- */

START_TEST(test_labels)
{
    struct images l = {.count = 3};
    struct vae_error e = {""};
    size_t classes;
    static const unsigned char idx[] = {0, 0, 8, 1, 0, 0, 0, 3, 7, 10, 7};
    cli_write("l.idx", idx, sizeof idx);
    ck_assert_msg(vae_labels_from("l.idx", &l, &e), "%s", e.line);
    ck_assert_str_eq(l.labels[1].text, "10");
    struct image_label *all = vae_labels_classes(&l, &(struct images){0}, &classes);
    ck_assert(all && classes == 2); /* 7 before 10: they are numbers */
    ck_assert_str_eq(all[0].text, "7");
    free(all);
    vae_images_free(&l);
}
END_TEST

START_TEST(test_labels_of_synthetic)
{
    struct dataset d;
    struct vae_error e = {""};
    int seen[10] = {0};
    const struct dataset_options o = {.test_only = true, .wanted = {.labels = true}};
    ck_assert_msg(vae_dataset_open("synthetic", &o, &d, &e), "%s", e.line);
    for (size_t i = 0; i < d.test.count; i++) seen[d.test.labels[i].text[0] - '0']++;
    for (int digit = 0; digit < 10; digit++) ck_assert(seen[digit] > 120 && seen[digit] < 280);
    vae_dataset_free(&d);
}
END_TEST

/* --- pictures --- */

#define MODEL "out/model.safetensors --data plain "
static const struct {
    const char *arguments, *holds; /* in the SVG */
    unsigned width, height;        /* 0: not checked */
} pictures[] = {
    {"out/log.jsonl", ">Learning curves of out</text>", 760, 422},
    {"out/log.jsonl", "bound (nats per image)", 760, 422},
    {"out/log.jsonl", ">training</text>", 760, 422},
    {"out/log.jsonl mixed.jsonl", ">mixed.jsonl</text>", 760, 422},
    {"mixed.jsonl", ">validation</text>", 760, 422},
    {"mixed.jsonl", ">test, IWAE</text>", 760, 422},
    {"one.jsonl", "h0", 760, 422},
    {"'<&\">\x1b.jsonl'", "&lt;&amp;&quot;&gt;?.jsonl", 760, 422},
    {MODEL, "KL of each dimension of z: ", 760, 392},
    {MODEL, "mean KL (nats)", 760, 392},
    {MODEL "--kind scatter", "first principal component of mu (", 640, 614},
    {MODEL "--kind scatter --labels forty.idx --first 30", ">3</text>", 640, 632},
    {MODEL "--kind scatter --split train", "Codes of 100 images", 640, 614},
};

static void write_logs(void)
{
    static const char mixed[] = "{\"samples\":100,\"train_bound\":-1e6,\"test_bound\":-30,"
                                "\"validation_bound\":-31.5,\"iwae_bound\":-29}\n"
                                "{\"samples\":1000,\"train_bound\":-25,\"test_bound\":-26}\n"
                                "{\"samples\":2000,\"train_bound\":-24,\"test_bound\":-25}\n";
    cli_write("mixed.jsonl", mixed, sizeof mixed - 1);
    cli_write("one.jsonl", mixed, (size_t)(strchr(mixed, '\n') + 1 - mixed));
    cli_write("<&\">\x1b.jsonl", mixed, sizeof mixed - 1);
    unsigned char forty[8 + 40] = {0, 0, 8, 1, 0, 0, 0, 40};
    for (size_t i = 0; i < 40; i++) forty[8 + i] = (unsigned char)(i % 4);
    cli_write("forty.idx", forty, sizeof forty);
}

/* Elements open and close in turn, and no bare & stands. */
static void must_be_well_formed(const char *xml)
{
    const char *open[16];
    size_t depth = 0, elements = 0;
    for (const char *c = xml; *c; c++) {
        ck_assert(*c != '&' || !strncmp(c, "&amp;", 5) || !strncmp(c, "&lt;", 4) ||
                  !strncmp(c, "&gt;", 4) || !strncmp(c, "&quot;", 6));
        if (*c != '<') continue;
        const char *end = strchr(c, '>');
        ck_assert(end != NULL && memchr(c + 1, '<', (size_t)(end - c - 1)) == NULL);
        if (c[1] == '/') {
            ck_assert_uint_gt(depth, 0);
            const size_t n = (size_t)(end - c - 2);
            ck_assert(!strncmp(open[--depth] + 1, c + 2, n) && strchr(" >", open[depth][1 + n]));
        } else if (end[-1] != '/') {
            ck_assert_uint_lt(depth, 16);
            open[depth++] = c;
        }
        elements++;
        c = end;
    }
    ck_assert(depth == 0 && elements > 10);
}

/* A PNG of twice the size that has ink beside white, and the same bytes each time. */
static void must_be_png(const char *path, unsigned width, unsigned height)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    ck_assert_msg(png_image_begin_read_from_file(&png, path), "%s", png.message);
    ck_assert_uint_eq(png.width, 2 * width);
    ck_assert_uint_eq(png.height, 2 * height);
    png.format = PNG_FORMAT_GRAY;
    unsigned char *grey = malloc((size_t)png.width * png.height);
    ck_assert(png_image_finish_read(&png, NULL, grey, 0, NULL));
    size_t inked = 0;
    for (size_t i = 0; i < (size_t)png.width * png.height; i++) inked += grey[i] < 200;
    ck_assert(inked > 2000 && inked < (size_t)png.width * png.height / 2);
    for (size_t y = 0; y < png.height; y++) /* nothing runs over the edge */
        ck_assert(grey[y * png.width] == 255 && grey[(y + 1) * png.width - 1] == 255);
    free(grey);
}

START_TEST(test_pictures)
{
    char command[256];
    unsigned char *svg;
    write_logs();
    for (int i = 0; i < 2; i++) {
        snprintf(command, sizeof command, "plot %s --out %c.svg", pictures[_i].arguments, "ab"[i]);
        cli_must_work(command);
        snprintf(command, sizeof command, "plot %s --out %c.png", pictures[_i].arguments, "ab"[i]);
        cli_must_work(command);
    }
    ck_assert(cli_same_file("a.svg", "b.svg") && cli_same_file("a.png", "b.png"));
    const size_t n = cli_read("a.svg", &svg);
    char *text = strndup((char *)svg, n);
    must_be_well_formed(text);
    ck_assert_msg(strstr(text, pictures[_i].holds) != NULL, "%s", text);
    ck_assert(strstr(text, "prefers-color-scheme: dark") && !strstr(text, "nan"));
    must_be_png("a.png", pictures[_i].width, pictures[_i].height);
    free(svg), free(text);
}
END_TEST

/* The picture does not depend on instruction set and threads. */
START_TEST(test_same_picture)
{
    static const char *const kinds[] = {"kl", "scatter"};
    char command[256];
    snprintf(command, sizeof command, "plot " MODEL "--kind %s --out a.svg --threads 1", kinds[_i]);
    cli_must_work(command);
    snprintf(command, sizeof command,
             "plot " MODEL "--kind %s --out b.svg --threads 3 --isa generic", kinds[_i]);
    cli_must_work(command);
    ck_assert(cli_same_file("a.svg", "b.svg"));
}
END_TEST

/* --- what is refused --- */

#define LINE "{\"samples\":100,\"train_bound\":-9,\"test_bound\":-9}\n"
static const struct {
    const char *log, *says;
} logs[] = {
    {"", "wrong.jsonl: the log is empty"},
    {LINE "{\"samples\":200,\"train_", "wrong.jsonl: line 2 is cut short, or no JSON"},
    {LINE "\n", "wrong.jsonl: line 2 is cut short, or no JSON"},
    {"{\"samples\":100,\"train_bound\":null,\"test_bound\":-9}\n",
     "line 1: train_bound is no number; the run diverged"},
    {"{\"samples\":100,\"train_bound\":NaN,\"test_bound\":-9}\n",
     "line 1 is cut short, or no JSON"},
    {"{\"samples\":100,\"train_bound\":-9}\n", "line 1 has no test_bound"},
    {"{\"train_bound\":-9,\"test_bound\":-9}\n", "line 1 has no number of samples"},
    {"[1]\n", "line 1 has no number of samples"},
};

START_TEST(test_bad_logs)
{
    cli_write("wrong.jsonl", logs[_i].log, strlen(logs[_i].log));
    cli_must_fail("plot wrong.jsonl --out no.svg", 1, logs[_i].says);
    ck_assert_int_ne(access("no.svg", F_OK), 0);
}
END_TEST

static const struct cli_wrong wrong[] = {
    {"--out no.svg", 2, "give FILE.jsonl...|FILE.safetensors"},
    {"out/log.jsonl", 2, "give --out FILE.svg|FILE.png"},
    {"out/log.jsonl --out no.pdf", 2, "--out no.pdf: give a name that ends in .svg or .png"},
    {"nothere.jsonl --out no.svg", 1, "nothere.jsonl"},
    {"out/log.jsonl --out no/no.svg", 1, "no/no.svg"},
    {"out/log.jsonl --out no.svg --data plain", 2, "--data is of a checkpoint's pictures"},
    {"out/log.jsonl --out no.svg --first 3", 2, "--first is of a checkpoint's pictures"},
    {"far.jsonl --out no.svg", 1, "far.jsonl: line 1: test_bound is 1e+300 nats; the run diverged"},
    {"out/model.safetensors --out no.svg", 2, "give --data PATH|synthetic"},
    {"out/model.safetensors --out no.svg --kind curves", 2, "curves are of its log.jsonl"},
    {MODEL "out/log.jsonl --out no.svg", 2, "out/log.jsonl: one argument too many"},
    {MODEL "--out no.svg --labels forty.idx", 2, "--labels is for --kind scatter"},
    {MODEL "--out no.svg --kind scatter --labels short.idx", 1,
     "short.idx: 39 labels, but there are 40 images"},
    {MODEL "--out no.svg --kind scatter --labels cut.idx", 1,
     "cut.idx: ends after 39 of 40 labels"},
    {MODEL "--out no.svg --kind scatter --labels wide.idx", 1,
     "wide.idx: 40 different labels; colours tell up to 20 apart"},
    {MODEL "--out no.svg --kind scatter --labels one.idx", 1,
     "one.idx: no array of labels, one for each image"},
    {MODEL "--out no.svg --kind pie", 2, "--kind pie"},
    {"flat/model.safetensors --data plain --out no.svg --kind scatter", 1,
     "z has one dimension; --kind kl shows it"},
    {"a a a a a a a a a a a --out no.svg", 2, "11 logs; colours tell up to 10 apart"},
};

/* An early point far above all others leaves the chart at its top, dashed or not. */
START_TEST(test_far_above)
{
    static const char *const outs[] = {"above.svg", "above.png"};
    static const char above[] = "{\"samples\": 1, \"train_bound\": 1e9, \"test_bound\": 9e14}\n"
                                "{\"samples\": 1000, \"train_bound\": -9, \"test_bound\": -8}\n"
                                "{\"samples\": 2000, \"train_bound\": -7, \"test_bound\": -7}\n";
    char line[128];
    cli_write("above.jsonl", above, sizeof above - 1);
    snprintf(line, sizeof line, "plot above.jsonl out/log.jsonl --out %s", outs[_i]);
    cli_must_work(line);
}
END_TEST

START_TEST(test_plot_refused)
{
    unsigned char labels[8 + 40] = {0, 0, 8, 1, 0, 0, 0, 40};
    write_logs();
    for (size_t i = 0; i < 40; i++) labels[8 + i] = (unsigned char)i;
    cli_write("wide.idx", labels, sizeof labels);
    cli_write("cut.idx", labels, sizeof labels - 1);
    labels[7] = 39;
    cli_write("short.idx", labels, sizeof labels - 1);
    static const char far[] = "{\"samples\": 100, \"train_bound\": -9, \"test_bound\": 1e300}\n";
    cli_write("far.jsonl", far, sizeof far - 1);
    cli_must_refuse("plot", &wrong[_i]);
    ck_assert_int_ne(access("no.svg", F_OK), 0);
}
END_TEST

static void make_fixture(void)
{
    cli_make_fixture();
    cli_must_work("train --data plain --out flat --samples 100 --batch 20 --hidden 11 --latent 1 "
                  "--quiet");
}

Suite *suite_plot(void)
{
    Suite *s = suite_create("plot");
    TCase *t = tcase_create("plot");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_labels);
    tcase_add_test(t, test_labels_of_synthetic);
    tcase_add_loop_test(t, test_pictures, 0, sizeof pictures / sizeof *pictures);
    tcase_add_loop_test(t, test_same_picture, 0, 2);
    tcase_add_loop_test(t, test_bad_logs, 0, sizeof logs / sizeof *logs);
    tcase_add_loop_test(t, test_far_above, 0, 2);
    tcase_add_loop_test(t, test_plot_refused, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(s, t);
    return s;
}
