/* Codes in and out: vae encode and vae decode, and tables that are none. */
#include "../vae/data/code_file.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LATENT = 3 };
#define MODEL "out/model.safetensors "

static struct code_table read_codes(const char *path)
{
    struct code_table t;
    struct vae_error e = {""};
    ck_assert_msg(vae_code_file_read(path, &t, &e), "%s", e.line);
    return t;
}

static void must_encode(const char *options)
{
    char command[512];
    snprintf(command, sizeof command, "encode " MODEL "--data plain --split train %s", options);
    cli_must_work(command);
}

/* The KL of the posteriors in the table is that of `vae eval`; draws lie as far from mu as sigma says. */
START_TEST(test_encode)
{
    must_encode("--out mean.npy");
    must_encode("--out posterior.npy --codes posterior");
    must_encode("--out draw.csv --codes draw");
    const struct code_table mean = read_codes("mean.npy"), draw = read_codes("draw.csv");
    const struct code_table posterior = read_codes("posterior.npy");
    ck_assert(mean.columns == LATENT && draw.columns == LATENT && posterior.columns == 2 * LATENT);
    ck_assert(mean.rows == posterior.rows && mean.rows == draw.rows && mean.rows > 10);
    double kl = 0, squares = 0;
    const double n = (double)(mean.rows * LATENT);
    for (size_t i = 0; i < mean.rows * LATENT; i++) {
        const float *row = posterior.values + i / LATENT * 2 * LATENT;
        const double mu = (double)row[i % LATENT], logvar = (double)row[LATENT + i % LATENT];
        const double away = ((double)draw.values[i] - mu) * exp(-logvar / 2);
        ck_assert(mean.values[i] == row[i % LATENT]);
        kl += (mu * mu + exp(logvar) - 1 - logvar) / 2;
        squares += away * away;
    }
    json_t *j = cli_eval("out", "--data plain --split train");
    ck_assert_double_eq_tol(cli_number(j, "kl"), kl / (double)mean.rows, 1e-5);
    ck_assert_double_eq_tol(squares / n, 1, 4.5 * sqrt(2 / n));
    json_decref(j);
    free(mean.values), free(draw.values), free(posterior.values);
}
END_TEST

START_TEST(test_encode_same_bytes)
{
    static const char *const ways[] = {"--threads 3", "--threads 1 --isa generic"};
    must_encode("--out a.npy --codes draw --threads 1");
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        char options[128];
        snprintf(options, sizeof options, "--out b.npy --codes draw %s", ways[w]);
        must_encode(options);
        ck_assert(cli_same_file("a.npy", "b.npy"));
    }
    must_encode("--out b.npy --codes draw --seed 7");
    ck_assert(!cli_same_file("a.npy", "b.npy"));
    must_encode("--out b.npy --codes draw --first 5");
    const struct code_table all = read_codes("a.npy"), five = read_codes("b.npy");
    ck_assert_uint_eq(five.rows, 5);
    ck_assert_mem_eq(all.values, five.values, 5 * LATENT * sizeof(float));
    free(all.values), free(five.values);
}
END_TEST

/* Images of codes are the same from .npy and .csv; the decoded array is a data set of its own. */
START_TEST(test_decode)
{
    must_encode("--out c.npy");
    must_encode("--out c.csv");
    cli_must_work("decode " MODEL "--codes c.npy --out x.npy");
    cli_must_work("decode " MODEL "--codes c.csv --out y.npy");
    ck_assert(cli_same_file("x.npy", "y.npy"));
    cli_must_work("decode " MODEL "--codes c.npy --out x.csv");
    cli_must_work("decode " MODEL "--codes c.npy --out x.png --across 7");
    cli_must_work("eval " MODEL "--data x.npy");
    const struct code_table flat = read_codes("x.csv");
    for (size_t i = 0; i < flat.rows * flat.columns; i++)
        ck_assert(flat.values[i] > 0 && flat.values[i] < 1);
    free(flat.values);
    static const char *const same[] = {"0,0,0\n-1e-3,2,.5\n", "0,0,0\r\n\r\n-1e-3, 2 ,+.5",
                                       " 0, 0, 0\n -1e-3, 2, .5\n",
                                       ("\xef\xbb\xbf"
                                        "0,0,0\n-1e-3,2,.5"),
                                       "\"a\",b,c\n0,0,0\n-1e-3,2,.5"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        cli_write("one.csv", same[i], strlen(same[i]));
        cli_must_work(i ? "decode " MODEL "--codes one.csv --out one.npy"
                        : "decode " MODEL "--codes one.csv --out first.npy");
        ck_assert(!i || cli_same_file("first.npy", "one.npy"));
    }
    cli_must_fail("decode " MODEL "--codes one.csv --out one.npy --across 3", 1,
                  "--across is of a picture");
}
END_TEST

/* An array of samples holds the images of the picture; a temperature of 2 draws twice as wide. */
START_TEST(test_sample_array)
{
#define SAMPLE "sample " MODEL
    cli_must_work(SAMPLE "--out s.csv --across 3 --down 2");
    cli_must_work(SAMPLE "--out t.csv --count 6");
    ck_assert(cli_same_file("s.csv", "t.csv"));
    cli_must_work(SAMPLE "--out t.csv --count 6 --temperature 2");
    ck_assert(!cli_same_file("s.csv", "t.csv"));
    cli_must_work(SAMPLE "--out u.csv --count 6 --temperature 1e-30");
    const struct code_table cold = read_codes("u.csv");
    for (size_t i = cold.columns; i < cold.rows * cold.columns; i++)
        ck_assert(cold.values[i] == cold.values[i % cold.columns]);
    free(cold.values);
    cli_must_fail(SAMPLE "--out p.png --count 6", 2, "--count is of an array");
    cli_must_fail(SAMPLE "--out p.npy --count 6 --across 3", 2, "give --count, or --across");
    cli_must_fail(SAMPLE "--out p.npy --temperature 0", 2,
                  "--temperature 0: give a number above 0");
}
END_TEST

/* Monte Carlo EM trains no encoder. */
START_TEST(test_no_encoder)
{
    static const char *const uses[][2] = {
        {"encode m/model.safetensors --data plain --out n.npy", "vae encode needs one"},
        {"interpolate m/model.safetensors --data plain --out n.png", "vae interpolate needs one"},
        {"eval m/model.safetensors --data plain --hmc --grey --hmc-from encoder",
         "--hmc-from encoder needs one"}};
    cli_must_work("train --data plain --out m --samples 1500 --method mcem --batch 20 --hidden 11 "
                  "--latent 3 --quiet");
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        cli_must_fail(uses[i][0], 1, uses[i][1]);
    cli_write("m.csv", "0,0,0\n", 6);
    cli_must_work("decode m/model.safetensors --codes m.csv --out n.npy");
}
END_TEST

/* --- tables that are none --- */

#define BYTES(text)         text, sizeof text - 1
#define NPY(length, header) "\x93NUMPY\1\0" length "\0" header
static const struct {
    const char *name, *bytes;
    size_t size;
    const char *says;
} tables[] = {
    {"t.csv", BYTES("1,2\n"), "t.csv: 2 columns; z has 3 dimensions here"},
    {"t.csv", BYTES("1,2,3,4,5,6\n"), "t.csv: 6 columns, as of `vae encode --codes posterior`"},
    {"t.csv", BYTES("1,2,3\n4,5\n"), "line 2 has 2 numbers, the first has 3"},
    {"t.csv", BYTES("a,b,c\n1,x2,3\n"), "line 2, column 2 is `x2`, not a number"},
    {"t.csv", BYTES("1,2,3\n1,,3\n"), "line 2, column 2 is ``, not a number"},
    {"t.csv", BYTES("1,2,3\n1,nan,3\n"), "line 2, column 2 is `nan`, not a number"},
    {"t.csv", BYTES("1,1e300,3\n"), "row 0, column 1 is 1e+300; codes are finite floats"},
    {"t.csv", BYTES("1 9 9,2,3\n"), "line 1, column 1 is `1 9 9`, not a number"},
    {"t.csv", BYTES("1,2,3\0,4\n"), "holds a byte of 0"},
    {"t.csv", BYTES("nan,2,3\n1,2,3\n"), "line 1, column 1 is `nan`, not a number"},
    {"t.csv", BYTES("a,b,c\n"), "t.csv: holds no numbers"},
    {"t.csv", BYTES(""), "t.csv: holds no numbers"},
    {"t.npy", BYTES("1,2,3\n"), "t.npy: not a NumPy array"},
    {"t.npy",
     BYTES(NPY("\x3a", "{'descr': '|u1', 'fortran_order': False, 'shape': (3,1,1)}") "abc"),
     "an array of 3 dimensions; codes are rows x columns"},
    {"t.npy", BYTES(NPY("\x37", "{'descr': '|u1', 'fortran_order': True, 'shape': (1,3)}") "abc"),
     "in Fortran's order"},
    {"t.npy",
     BYTES(NPY("\x38", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,3)}") "abcde"),
     "5 of 2 x 3 numbers"},
    {"t.npy", BYTES(NPY("\x38", "{'descr': '|u1', 'fortran_order': False, 'shape': (1,0)}") ""),
     "1 x 0 codes"},
    {"t.npy",
     BYTES(NPY("\x38",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (1,3)}") "\0\0\0\0\0\0\xc0\x7f"
                                                                           "\0\0\0\0"),
     "row 0, column 1 is nan"},
};

START_TEST(test_tables)
{
    cli_write(tables[_i].name, tables[_i].bytes, tables[_i].size);
    const struct outcome o = cli_run("decode " MODEL "--codes %s --out no.npy", tables[_i].name);
    ck_assert_int_eq(o.status, 1);
    ck_assert_msg(strstr(o.err, tables[_i].says) != NULL, "%s", o.err);
    ck_assert_int_ne(access("no.npy", F_OK), 0);
}
END_TEST

Suite *suite_codes(void)
{
    Suite *s = suite_create("codes");
    TCase *t = tcase_create("codes");
    tcase_set_timeout(t, 60);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_encode);
    tcase_add_test(t, test_decode);
    tcase_add_test(t, test_sample_array);
    tcase_add_test(t, test_no_encoder);
    tcase_add_loop_test(t, test_tables, 0, sizeof tables / sizeof *tables);
    suite_add_tcase(s, t);
    TCase *threads = tcase_create("threads");
    tcase_set_tags(threads, "threads-program program");
    tcase_add_unchecked_fixture(threads, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(threads, test_encode_same_bytes);
    suite_add_tcase(s, threads);
    return s;
}
