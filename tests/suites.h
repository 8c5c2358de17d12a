/* Every suite, run by main.c. */
#ifndef SUITES_H
#define SUITES_H

#include <check.h>
#include <stdbool.h>

/* SV_QUICK=1: `make check`. */
bool quick_run(void);

/* SV_MOST_WORK=n, as `make arm` sets it, says that work is slow here: kernels' shapes with more
 * multiply-adds than that shrink. 0: none do. */
double most_work(void);

Suite *suite_kernels(void);
Suite *suite_selftest(void);
Suite *suite_accuracy(void);
Suite *suite_dispatch(void);
Suite *suite_golden(void);
Suite *suite_rng(void);
Suite *suite_pool(void);
Suite *suite_peak(void);
Suite *suite_model(void);
Suite *suite_layers(void);
Suite *suite_passes(void);
Suite *suite_bits(void);
Suite *suite_cli(void);
Suite *suite_recovery(void);
Suite *suite_guards(void);
Suite *suite_run(void);
Suite *suite_files(void);
Suite *suite_short_memory(void);
Suite *suite_gaussian(void);
Suite *suite_wrong_input(void);
Suite *suite_text(void);
Suite *suite_readers(void);
Suite *suite_foreign(void);
Suite *suite_images(void);
Suite *suite_datasets(void);
Suite *suite_cpus(void);
Suite *suite_tune(void);
Suite *suite_tuned_run(void);
Suite *suite_report(void);

#endif
