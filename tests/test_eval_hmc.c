/* vae eval --hmc: its fields, what it says, and that it agrees with importance sampling. */
#include "cli.h"
#include "suites.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEST_IMAGES = 40 };

/* Two decoders of binary images: of 3 and of 6 dimensions. */
static void enter(void)
{
    cli_make_fixture();
    for (int z = 3; z <= 6; z += 3) {
        char command[256];
        snprintf(command, sizeof command,
                 "train --data plain --out m%d --latent %d --epochs 40 --batch 20 --hidden 11 "
                 "--binarize dynamic --optimizer adam --lr 0.01 --quiet",
                 z, z);
        cli_must_work(command);
    }
}

/* Both methods estimate the same log p(x); the table has the image's, whose mean is reported. */
START_TEST(test_agrees)
{
    json_t *j = cli_eval("m3", "--hmc --importance-samples 5000 --per-image t.csv");
    const json_t *hmc = json_object_get(j, "hmc");
    unsigned char *table;
    double sum = 0;
    ck_assert_double_eq_tol(cli_number(hmc, "log_likelihood"), cli_number(j, "log_likelihood"),
                            0.5);
    ck_assert_double_eq_tol(cli_number(hmc, "log_likelihood_se"),
                            cli_number(j, "log_likelihood_se"), 0.1);
    ck_assert_double_eq_tol(cli_number(hmc, "acceptance"), 0.9, 0.1);
    ck_assert_double_gt(cli_number(hmc, "step"), 0.01);
    ck_assert_double_eq(cli_number(hmc, "stuck"), 0);
    ck_assert_double_eq(cli_number(hmc, "samples"), 50);
    ck_assert_double_eq(cli_number(hmc, "leapfrog"), 4);
    ck_assert_double_eq(cli_number(hmc, "burn_in"), 60);
    ck_assert(json_is_false(json_object_get(hmc, "unreliable")));
    table = NULL;
    const size_t n = cli_read("t.csv", &table);
    table[n] = 0;
    static const char head[] = "bound,log_likelihood,ess,hmc_log_likelihood\n";
    ck_assert(!strncmp((char *)table, head, strlen(head)));
    char *at = (char *)table + strlen(head);
    for (int i = 0; i < TEST_IMAGES; i++, at = strchr(at, '\n') + 1) {
        char *end = strchr(at, '\n'), *last = end;
        while (last[-1] != ',') last--;
        sum += strtod(last, NULL) / (double)TEST_IMAGES;
    }
    ck_assert_double_eq_tol(sum, cli_number(hmc, "log_likelihood"), 1e-6);
    free(table);
    json_decref(j);
}
END_TEST

/* The other fields are as without it; ISA and threads change nothing; another seed does. */
START_TEST(test_fields)
{
    json_t *plain = cli_eval("m3", ""), *full = cli_eval("m3", "--hmc --hmc-samples 9 --burn-in 7"),
           *same = cli_eval("m3", "--hmc --hmc-samples 9 --burn-in 7 --threads 3 --isa generic"),
           *other = cli_eval("m3", "--hmc --hmc-samples 9 --burn-in 7 --seed 99"),
           *longer = cli_eval("m3", "--hmc --hmc-samples 9 --burn-in 7 --leapfrog 5");
    ck_assert(json_equal(json_object_get(full, "hmc"), json_object_get(same, "hmc")));
    ck_assert(!json_equal(json_object_get(full, "hmc"), json_object_get(other, "hmc")));
    ck_assert(!json_equal(json_object_get(full, "hmc"), json_object_get(longer, "hmc")));
    ck_assert(!json_object_get(plain, "hmc"));
    json_object_del(full, "hmc");
    ck_assert(json_equal(full, plain));
    json_decref(plain), json_decref(full), json_decref(same), json_decref(other);
    json_decref(longer);
}
END_TEST

START_TEST(test_what_it_says)
{
    struct outcome o = cli_run("eval m6/model.safetensors --data plain --hmc --first 10");
    ck_assert_int_eq(o.status, 0);
    ck_assert_ptr_nonnull(
        strstr(o.out, "(Hamiltonian Monte Carlo from the prior, 50 draws, acceptance 0."));
    ck_assert_ptr_nonnull(strstr(o.out, "not to be trusted with 6 dimensions of z: above 5 "));
    json_t *j = cli_eval("m6", "--hmc --first 10");
    ck_assert(json_is_true(json_object_get(json_object_get(j, "hmc"), "unreliable")));
    json_decref(j);
    o = cli_run("eval m3/model.safetensors --data plain --hmc --first 1");
    ck_assert_ptr_null(strstr(o.out, "not to be trusted"));
    ck_assert_ptr_null(strstr(o.out, "standard error"));
    o = cli_run("eval m3/model.safetensors --data plain --burn-in 3");
    ck_assert_int_eq(o.status, 2);
    ck_assert_str_eq(o.err, "vae eval: --burn-in is for --hmc; give both\n");
    o = cli_run("eval m3/model.safetensors --data plain --hmc-from encoder");
    ck_assert_str_eq(o.err, "vae eval: --hmc-from is for --hmc; give both\n");
    o = cli_run("eval m3/model.safetensors --data plain --hmc --hmc-from encoder --hmc-starts 5");
    ck_assert_ptr_nonnull(strstr(o.err, "--hmc-starts is for --hmc-from prior"));
    j = cli_eval("m3", "--hmc --hmc-from encoder --first 5");
    const json_t *hmc = json_object_get(j, "hmc");
    ck_assert_str_eq(json_string_value(json_object_get(hmc, "from")), "encoder");
    ck_assert_ptr_null(json_object_get(hmc, "starts"));
    json_decref(j);
    cli_must_work("train --data plain --out grey --epochs 1 --hidden 11 --latent 3 --quiet");
    o = cli_run("eval grey/model.safetensors --data plain --hmc");
    ck_assert_int_eq(o.status, 2);
    ck_assert_ptr_nonnull(strstr(o.err, "pixels are grey"));
}
END_TEST

Suite *suite_eval_hmc(void)
{
    Suite *s = suite_create("eval_hmc");
    TCase *t = tcase_create("eval_hmc");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, enter, cli_remove_fixture);
    tcase_add_test(t, test_agrees);
    tcase_add_test(t, test_fields);
    tcase_add_test(t, test_what_it_says);
    suite_add_tcase(s, t);
    return s;
}
