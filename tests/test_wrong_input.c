/* Wrong input: the program prints one line, exits with the right status, and loses nothing. */
#include "cli.h"
#include "suites.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *arguments;
    int status;
    const char *says;
} wrong[] = {
    {"", 2, ""}, /* usage, checked separately */
    {"fly", 2, "no such command"},
    {"train --data missing --out out", 1, "missing: No such file"},
    {"train --data nothing.idx --out out", 1, "nothing.idx: the file is empty"},
    {"train --data cut.gz --out out", 1, "cut.gz: "},
    {"train --data cut.idx --out out", 1, "cut.idx: cut short"},
    {"train --data cut-header.idx --out out", 1, "ends inside its header"},
    {"train --data magic.idx --out out", 1, "not an image file"},
    {"train --data labels.idx --out out", 1, "holds labels"},
    {"train --data none.idx --out out", 1, "holds no images"},
    {"train --data flat.idx --out out", 1, "images of 0 x 5"},
    {"train --data empty --out out", 1, "no train-images-idx3-ubyte in it"},
    {"train --data plain --out /dev/null/x", 1, "/dev/null/x: Not a directory"},
    {"train --data plain --out file", 1, "file: Not a directory"},
    {"train --data plain --out ''", 1, "No such file"},
    {"train --data plain --out out --log /dev/null/log", 1, "/dev/null/log: "},
    {"train --data plain", 2, "give --out"},
    {"train --out out", 2, "give --data"},
    {"train --data plain --out out --fast", 2, "--fast: unknown option"},
    {"train --data plain --out out --epochs", 2, "--epochs: its value is missing"},
    {"train --data plain --out out more", 2, "more: one argument too many"},
    {"train --data plain --out out --batch 0", 2, "--batch 0: give a whole number"},
    {"train --data plain --out out --latent -3", 2, "--latent -3: give a whole number"},
    {"train --data plain --out out --hidden 1e9", 2, "--hidden 1e9: give a whole number"},
    {"train --data plain --out out --hidden 1000000000", 2, "--hidden 1000000000: give"},
    {"train --data plain --out out --hidden 0", 2, "--hidden 0: give a whole number from 1"},
    {"train --data plain --out out --hidden 5,", 2, "--hidden 5,: give a whole number from 1"},
    {"train --data plain --out out --hidden 1,2,3,4,5", 2, "up to 4 of them"},
    {"train --data plain --out out --decoder-hidden 5,x", 2, "--decoder-hidden 5,x: give a whole"},
    {"train --data plain --out out --activation gelu", 2, "give one of tanh, relu, softplus, sig"},
    {"train --data plain --out out --lr nan", 2, "--lr nan: give a number above 0"},
    {"train --data plain --out out --lr 0", 2, "--lr 0: give a number above 0"},
    {"train --data plain --out out --lr inf", 2, "--lr inf: give a number above 0"},
    {"train --data plain --out out --lr 0x1p-3", 2, "--lr 0x1p-3: give a number above 0"},
    {"train --data plain --out out --lr ' 1'", 2, "--lr  1: give a number above 0"},
    {"train --data plain --out out --lr 0.5garbage", 2, "give a number above 0"},
    {"train --data plain --out out --likelihood gaussian --min-logvar -41", 2, "from -40 to 40"},
    {"train --data plain --out out --likelihood gaussian --min-logvar nan", 2, "from -40 to 40"},
    {"train --data plain --out out --likelihood gaussian --min-logvar=-3x", 2, "from -40 to 40"},
    {"train --data plain --out out --likelihood gaussian --min-logvar=-0x2", 2, "from -40 to 40"},
    {"train --data plain --out out --likelihood gaussian --sigma 0", 2, "--sigma 0: give a number"},
    {"train --data plain --out out --likelihood gaussian --sigma -1", 2,
     "give a number from 1e-08"},
    {"train --data plain --out out --likelihood gaussian --sigma inf", 2, "--sigma inf: give"},
    {"train --data plain --out out --likelihood gaussian --sigma 1 --min-logvar -3", 2, "not both"},
    {"train --data plain --out out --min-logvar -3", 2, "are for --likelihood gaussian"},
    {"train --data plain --out out --sigma 1", 2, "are for --likelihood gaussian"},
    {"train --data plain --out out --optimizer lbfgs", 2, "give one of sgd, adagrad, adam"},
    {"train --data plain --out out --binarize often", 2, "give one of none, dynamic, threshold"},
    {"train --data plain --out out --samples 50", 1, "one step takes 100"},
    {"train --data plain --out out --samples 100 --epochs 1", 2, "not both"},
    {"train --data plain --out out --isa avx3", 1, "--isa avx3: give one of generic"},
    {"train --data plain --out out --resume out/model.safetensors --batch 7", 2, "--resume takes"},
    {"train --data other-size.idx --out out --resume out/model.safetensors", 1,
     "trained on images of 7 x 5"},
    {"train --data plain --out out --resume out/model.safetensors --samples 60", 1, "has seen"},
    {"train --data plain --out out --lr 1e30 --optimizer sgd --quiet", 1, "diverged"},
    {"eval out/model.safetensors --data other-size.idx", 1, "images of 8 x 5"},
    {"eval missing.safetensors --data plain", 1, "missing.safetensors: No such file"},
    {"eval plain --data plain", 1, "plain: a directory, not a file"},
    {"eval one.idx --data plain", 1, "one.idx: "},
    {"eval --data plain", 2, "give a checkpoint"},
    {"eval out/model.safetensors", 2, "give --data"},
    {"eval out/model.safetensors -fast x", 2, "-fast: unknown"},
    {"sample out/model.safetensors --out plain", 1, "plain: not a regular file"},
    {"sample out/model.safetensors", 2, "give --out"},
    {"sample out/model.safetensors --out /dev/null/x.png", 1, "/dev/null/x.png: "},
    {"manifold out/model.safetensors --out x.png", 1, "train one with --latent 2"},
    {"manifold out/model.safetensors", 2, "give --out"},
    {"train --data plain --out x --points 0", 2, "--points 0: "},
    {"train --data plain --out x --init-sd -1", 2, "--init-sd -1: "},
    {"sample out/model.safetensors --out x.png --across 0", 2, "--across 0: "},
    {"reconstruct out/model.safetensors --data other-size.idx --out x.png", 1, "images of 8 x 5"},
    {"kernels --isa avx3", 1, "--isa avx3: give one of"},
    {"kernels --kernel sqrt", 2, "--kernel sqrt: no such kernel"},
    {"tune fast", 2, "fast: one argument too many"},
    {"tune --fast", 2, "--fast: unknown"},
    {"kernels --json-please", 2, "unknown option"},
};
enum { WRONG = sizeof wrong / sizeof *wrong };

/* One line and the right status; existing files are still there. */
START_TEST(test_wrong_input)
{
    ck_assert_int_eq(system("cp out/model.safetensors before.safetensors"), 0);
    ck_assert_int_eq(system("cp out/log.jsonl before.jsonl"), 0);
    if (!*wrong[_i].arguments)
        ck_assert_int_eq(cli_run("%s", "").status, 2);
    else
        cli_must_fail(wrong[_i].arguments, wrong[_i].status, wrong[_i].says);
    ck_assert(cli_same_file("out/model.safetensors", "before.safetensors"));
    ck_assert(cli_same_file("out/log.jsonl", "before.jsonl"));
    ck_assert_int_ne(access("x.png", F_OK), 0);
    ck_assert_int_ne(access("out/model.safetensors.tmp", F_OK), 0);
}
END_TEST

START_TEST(test_truncated_checkpoint)
{
    for (size_t part = 0; part < 16; part++) {
        cli_truncate_copy("out/model.safetensors", "cut.safetensors", part, 16);
        cli_must_fail("eval cut.safetensors --data plain", 1, "cut.safetensors: ");
        cli_must_fail("train --data plain --out c --resume cut.safetensors", 1,
                      "cut.safetensors: ");
    }
    ck_assert_int_ne(access("c", F_OK), 0);
}
END_TEST

/* Damages each byte of the header in turn: an error or the same answer results, never a crash. */
START_TEST(test_damaged_checkpoint)
{
    unsigned char *bytes;
    uint64_t header;
    const size_t n = cli_read("out/model.safetensors", &bytes);
    const struct outcome whole = cli_run("eval out/model.safetensors --data plain");
    memcpy(&header, bytes, sizeof header);
    const size_t step = slow_run() ? 149 : quick_run() ? 37 : 5;
    for (size_t i = 0; i < 8 + (size_t)header; i += i < 8 ? 1 : step) {
        const unsigned char old = bytes[i];
        bytes[i] ^= 0x15;
        cli_write("bad.safetensors", bytes, n);
        bytes[i] = old;
        const struct outcome o = cli_run("eval bad.safetensors --data plain");
        ck_assert_msg(o.status == 0 || o.status == 1, "byte %zu: status %d", i, o.status);
        if (o.status == 1)
            cli_must_fail("eval bad.safetensors --data plain", 1, "bad.safetensors: ");
    }
    bytes[7] = 0x7f; /* header length past the end */
    cli_write("bad.safetensors", bytes, n);
    cli_must_fail("eval bad.safetensors --data plain", 1, "header length");
    bytes[7] = 0;
    const uint32_t nan = 0x7fc00000;
    memcpy(bytes + 8 + header, &nan, sizeof nan);
    cli_write("bad.safetensors", bytes, n);
    cli_must_fail("eval bad.safetensors --data plain", 1, "holds NaN or infinity");
    ck_assert_int_eq(whole.status, 0);
    free(bytes);
}
END_TEST

Suite *suite_wrong_input(void)
{
    Suite *s = suite_create("wrong_input");
    TCase *t = tcase_create("wrong_input");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_wrong_input, 0, WRONG);
    tcase_add_test(t, test_truncated_checkpoint);
    tcase_add_test(t, test_damaged_checkpoint);
    suite_add_tcase(s, t);
    return s;
}
