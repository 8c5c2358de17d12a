/* Every suite, run by main.c. */
#ifndef SUITES_H
#define SUITES_H

#include <check.h>
#include <stdbool.h>

/* SV_QUICK=1: `make check`. */
bool quick_run(void);

Suite *suite_kernels(void);
Suite *suite_selftest(void);
Suite *suite_accuracy(void);
Suite *suite_dispatch(void);
Suite *suite_rng(void);
Suite *suite_model(void);
Suite *suite_cli(void);
Suite *suite_wrong_input(void);
Suite *suite_tune(void);
Suite *suite_tuned_run(void);

#endif
