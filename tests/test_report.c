/* REPORT.md and README.md agree with the raw rounds in results/: some figures are recomputed here,
 * by other code than wrote them. */
#include "../vae/base/order.h"
#include "suites.h"
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 512, MOST_ROUNDS = 64 };

static char *report;
static char folder[PATH]; /* results/<machine> */

static void read_report(void)
{
    FILE *f = fopen("REPORT.md", "r");
    ck_assert_msg(f != NULL, "REPORT.md: run the tests from the checkout's top folder");
    fseek(f, 0, SEEK_END);
    const size_t size = (size_t)ftell(f);
    rewind(f);
    report = calloc(size + 1, 1);
    ck_assert_uint_eq(fread(report, 1, size, f), size);
    fclose(f);
    const char *at = strstr(report, "](results/");
    ck_assert_ptr_nonnull(at);
    snprintf(folder, sizeof folder, "%.*s", (int)(strcspn(at + 10, "/") + 8), at + 2);
}

static void drop_report(void) { free(report); }

static json_t *load(const char *name)
{
    char path[2 * PATH];
    json_error_t e;
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    json_t *file = json_load_file(path, 0, &e);
    ck_assert_msg(file != NULL, "%s: %s", path, e.text);
    return file;
}

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The first row of that name. */
static json_t *row_of(json_t *file, const char *what)
{
    json_t *row;
    size_t i;
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        const char *name = text(row, "what");
        if (!strcmp(name, what)) return row;
    }
    ck_abort_msg("no row %s", what);
    return NULL;
}

static json_t *rates(const json_t *row, const char *contender)
{
    json_t *c;
    size_t i;
    json_array_foreach(json_object_get(row, "contenders"), i, c)
    {
        if (!strcmp(text(c, "name"), contender)) return json_object_get(c, "rates");
    }
    ck_abort_msg("no contender %s", contender);
    return NULL;
}

/* The median over rounds of a / b. */
static double ratio(const json_t *row, const char *a, const char *b)
{
    const json_t *over = rates(row, a), *under = rates(row, b);
    const size_t n = json_array_size(over);
    double r[MOST_ROUNDS] = {0};
    ck_assert(n >= 11 && n <= MOST_ROUNDS && json_array_size(under) == n);
    for (size_t i = 0; i < n; i++)
        r[i] = json_real_value(json_array_get(over, i)) / json_real_value(json_array_get(under, i));
    return vae_median(r, n);
}

/* A line of the report must begin with `start` and contain the number as a median before its
 * interval. The files hold five digits, so the last digit shown may be rounded the other way. */
static void says(const char *start, double number, int digits)
{
    char line[4096], want[3][64];
    for (int i = 0; i < 3; i++)
        snprintf(want[i], sizeof want[i], "%.*f (", digits, number + 1e-4 * (i - 1) * fabs(number));
    for (const char *at = report; (at = strstr(at, start)); at++) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        for (int i = 0; i < 3; i++)
            if (strstr(line, want[i])) return;
    }
    ck_abort_msg("REPORT.md does not say %s in \"%s\": make report", want[1], start);
}

START_TEST(test_step)
{
    json_t *file = load("step");
    json_t *row = row_of(file, "step 784-500-20, batch 100");
    says("**", 100 * ratio(row, "one thread", "FMA peak"), 1);
    static const char *const batch[] = {"batch 100", "batch 500", "batch 1000"};
    for (int i = 0; i < 3; i++) {
        char what[64], start[64];
        snprintf(what, sizeof what, "step 784-500-20, %s", batch[i]);
        snprintf(start, sizeof start, "| %s |", batch[i]);
        row = row_of(file, what);
        says(start, 100 * ratio(row, "one thread", "FMA peak"), 1);
        says(start, ratio(row, "all CPUs", "one thread"), 2);
    }
    json_decref(file);
}
END_TEST

/* README.md shows the share of the step in its table, beside the bar. */
START_TEST(test_readme_figures)
{
    json_t *file = load("step");
    const double share =
        100 * ratio(row_of(file, "step 784-500-20, batch 100"), "one thread", "FMA peak");
    char lines[3][64], command[512];
    for (int i = 0; i < 3; i++)
        snprintf(lines[i], sizeof lines[i], "%.1f %%", share * (1 + 1e-4 * (i - 1)));
    snprintf(command, sizeof command,
             "grep -qE '^[|] training step 784-500-20.* [|] (%s|%s|%s) [|]' README.md", lines[0],
             lines[1], lines[2]);
    ck_assert_msg(system(command) == 0, "README.md does not say %s: make report", lines[1]);
    json_decref(file);
}
END_TEST

/* Every column of every table has a name and, in each row, an entry. */
START_TEST(test_no_empty_cell)
{
    const char *cell = strstr(report, "|  |");
    ck_assert_msg(!cell, "REPORT.md: an empty cell before \"%.60s\"", cell);
}
END_TEST

/* Microseconds of each phase on one thread and on all. */
START_TEST(test_threads)
{
    static const char *const phases[] = {"encoder.hidden", "decoder.out dW + optimiser", "biases"};
    json_t *file = load("step"), *row, *phase[2] = {NULL, NULL};
    size_t i;
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        if (strcmp(text(row, "what"), "phases")) continue;
        const bool one = json_integer_value(json_object_get(row, "threads")) == 1;
        phase[!one] = row;
    }
    for (i = 0; phase[1] && i < sizeof phases / sizeof *phases; i++) {
        double us[2];
        char want[128];
        for (int k = 0; k < 2; k++)
            us[k] =
                1e6 *
                json_real_value(json_object_get(
                    json_object_get(json_object_get(phase[k], "phases"), phases[i]), "seconds")) /
                (double)json_integer_value(json_object_get(phase[k], "steps"));
        snprintf(want, sizeof want, "| %s | %.1f | %.1f | %.2f |", phases[i], us[0], us[1],
                 us[0] / us[1]);
        ck_assert_msg(strstr(report, want) != NULL, "REPORT.md does not say %s: make report", want);
    }
    ck_assert_ptr_null(strstr(report, "64 cores"));
    json_decref(file);
}
END_TEST

START_TEST(test_products)
{
    json_t *file = load("gemm"), *row;
    size_t i;
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        char start[64] = "| ";
        size_t used = 2;
        for (const char *c = text(row, "what"); *c && used < 60; c++)
            if (*c != ' ' || start[used - 1] != ' ') start[used++] = *c; /* columns are padded */
        strcpy(start + used, " |");
        says(start, 100 * ratio(row, "packed", "FMA peak"), 1);
    }
    json_decref(file);
}
END_TEST

START_TEST(test_maps)
{
    json_t *file = load("maps"), *row;
    size_t i;
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        char start[128];
        const char *other = text(json_array_get(json_object_get(row, "contenders"), 0), "name");
        snprintf(start, sizeof start, "| %s |", text(row, "what"));
        says(start, ratio(row, "ours", other), 2);
    }
    json_decref(file);
}
END_TEST

/* The section on sustained training is there if and only if it was measured. */
START_TEST(test_sustained)
{
    char path[2 * PATH];
    snprintf(path, sizeof path, "%s/sustained.json", folder);
    const bool measured = access(path, R_OK) == 0;
    ck_assert_int_eq(strstr(report, "## Long runs") != NULL, measured);
    if (!measured) return;
    json_t *file = load("sustained"), *row;
    size_t i;
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        char start[128];
        snprintf(start, sizeof start, "| %s |", text(row, "what"));
        says(start, 100 * ratio(row, "after 10^6 samples", "first 10^5 samples"), 1);
    }
    json_decref(file);
}
END_TEST

/* All checksums agree, and the report shows the beginning. */
START_TEST(test_bits)
{
    json_t *file = load("bits"), *row;
    size_t i;
    const char *first = text(json_array_get(json_object_get(file, "rows"), 0), "sha256");
    ck_assert_ptr_nonnull(first);
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        ck_assert_str_eq(text(row, "sha256"), first);
    }
    ck_assert_ptr_nonnull(strstr(report, first));
    json_decref(file);
}
END_TEST

/* The test bound at the end of each curve is in the table of convergence. */
START_TEST(test_convergence)
{
    static const struct {
        const char *file, *start;
    } runs[] = {{"mnist-3", "| MNIST | 3 |"},
                {"mnist-20", "| MNIST | 20 |"},
                {"mnist-200", "| MNIST | 200 |"},
                {"frey-2", "| Frey Face | 2 |"},
                {"frey-20", "| Frey Face | 20 |"}};
    snprintf(folder, sizeof folder, "results/convergence");
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        json_t *file = load(runs[i].file), *curve = json_object_get(file, "curve");
        const json_t *end = json_array_get(curve, json_array_size(curve) - 1);
        says(runs[i].start, json_real_value(json_array_get(end, 2)), 1);
        json_decref(file);
    }
}
END_TEST

/* The message with which the report's data.py refuses a file of results; NULL if it accepts it. */
static const char *refused(const char *results)
{
    static char line[1024];
    char command[2048];
    snprintf(command, sizeof command,
             "PYTHONDONTWRITEBYTECODE=1 python3 -c \"import sys, json; sys.path.insert(0, "
             "'bench/report'); import data; "
             "data.refuse_beyond_peak('f', json.loads(sys.argv[1]))\" '%s' 2>&1",
             results);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    const bool said = fgets(line, sizeof line, f) != NULL;
    ck_assert_int_eq(pclose(f) != 0, said);
    return said ? line : NULL;
}

/* Shares are a contender's rates over the peak's, per thread. */
#define RATES(name, rate)                                                                          \
    "{\"name\": \"" name "\", \"rates\": [" rate ", 1, " rate ", 900, " rate "]}"
#define ROW(name, rate)                                                                            \
    "{\"rows\": [{\"what\": \"w\", \"threads\": 2, \"contenders\": [" RATES(                       \
        "FMA peak", "100") ", " RATES(name, rate) "]}]}"

static const struct {
    const char *results, *says; /* NULL: accepted */
} files[] = {
    {ROW("one thread", "104.9"), NULL},
    {ROW("one thread", "105.1"), "f: w, one thread: 105 % of the FMA peak"},
    {ROW("all CPUs", "209"), NULL},
    {ROW("all CPUs", "211"), "f: w, all CPUs: 106 % of the FMA peak"},
    {ROW("PyTorch, skx, 4 threads", "419"), NULL},
    {ROW("PyTorch, skx, 1 thread", "106"), "106 % of the FMA peak"},
    {"{\"rows\": [{\"what\": \"w\", \"phases\": {\"dW\": {\"share_of_peak\": 54.67}}}]}",
     "f: dW: 5467 % of the FMA peak"},
    {"{\"rows\": [{\"what\": \"w\", \"phases\": {\"dW\": {\"share_of_peak\": null}}}]}",
     "f: dW: no share of the FMA peak"},
    {"{\"benchmarks\": [{\"name\": \"b\", \"share_of_peak\": 1.2}]}",
     "f: b: 120 % of the FMA peak"},
    {"{\"benchmarks\": [{\"name\": \"b\", \"share_of_peak\": 0.9}]}", NULL},
};

START_TEST(test_share_beyond_peak)
{
    if (system("python3 -c pass 2>/dev/null") != 0) return; /* Python is not needed to build */
    const char *said = refused(files[_i].results);
    ck_assert_msg(!said == !files[_i].says, "%s", said ? said : "taken");
    ck_assert_msg(!said || strstr(said, files[_i].says), "%s", said);
}
END_TEST

/* The host as in /proc/cpuinfo. Files of earlier versions lack the stepping. */
static const struct {
    const char *host, *name;
} cpus[] = {
    {"{\"cpu\": \"AMD EPYC\", \"family\": \"25\", \"model\": \"1\"}", "Zen 3"},
    {"{\"cpu\": \"AMD EPYC\", \"family\": \"25\", \"model\": \"17\"}", "Zen 4"},
    {"{\"cpu\": \"AMD EPYC\", \"family\": \"26\", \"model\": \"2\"}", "Zen 5"},
    {"{\"cpu\": \"Intel(R) Xeon(R)\", \"family\": \"6\", \"model\": \"85\", \"stepping\": \"4\"}",
     "Skylake-SP"},
    {"{\"cpu\": \"Intel(R) Xeon(R)\", \"family\": \"6\", \"model\": \"85\", \"stepping\": \"7\"}",
     "Cascade Lake"},
    {"{\"cpu\": \"Intel(R) Xeon(R)\", \"family\": \"6\", \"model\": \"85\"}",
     "Skylake-SP, Cascade Lake or Cooper Lake"},
    {"{\"cpu\": \"unknown\", \"family\": \"unknown\", \"model\": \"unknown\"}",
     "unknown microarchitecture"},
};

START_TEST(test_microarchitecture)
{
    if (system("python3 -c pass 2>/dev/null") != 0) return;
    char command[1024];
    snprintf(command, sizeof command,
             "PYTHONDONTWRITEBYTECODE=1 python3 -c \"import sys, json; sys.path.insert(0, "
             "'bench/report'); import cpus; "
             "sys.exit(cpus.microarchitecture(json.loads(sys.argv[1])) != sys.argv[2])\" '%s' '%s'",
             cpus[_i].host, cpus[_i].name);
    ck_assert_msg(system(command) == 0, "%s is not %s", cpus[_i].host, cpus[_i].name);
}
END_TEST

Suite *suite_report(void)
{
    Suite *s = suite_create("report");
    TCase *t = tcase_create("report");
    tcase_add_checked_fixture(t, read_report, drop_report);
    tcase_add_test(t, test_step);
    tcase_add_test(t, test_readme_figures);
    tcase_add_test(t, test_no_empty_cell);
    tcase_add_test(t, test_threads);
    tcase_add_test(t, test_products);
    tcase_add_test(t, test_maps);
    tcase_add_test(t, test_sustained);
    tcase_add_test(t, test_bits);
    tcase_add_test(t, test_convergence);
    tcase_add_loop_test(t, test_share_beyond_peak, 0, (int)(sizeof files / sizeof *files));
    tcase_add_loop_test(t, test_microarchitecture, 0, (int)(sizeof cpus / sizeof *cpus));
    suite_add_tcase(s, t);
    return s;
}
