/* Every suite, run by main.c. */
#ifndef SUITES_H
#define SUITES_H

#include "asked.h"
#include <check.h>

Suite *suite_kernels(void);
Suite *suite_selftest(void);
Suite *suite_accuracy(void);
Suite *suite_dispatch(void);
Suite *suite_golden(void);
Suite *suite_rng(void);
Suite *suite_pool(void);
Suite *suite_peak(void);
Suite *suite_objective(void);
Suite *suite_model(void);
Suite *suite_tiny(void);
Suite *suite_estimators(void);
Suite *suite_wake_sleep(void);
Suite *suite_importance(void);
Suite *suite_local(void);
Suite *suite_linear_gaussian(void);
Suite *suite_latent(void);
Suite *suite_layers(void);
Suite *suite_passes(void);
Suite *suite_init(void);
Suite *suite_optim(void);
Suite *suite_schedule(void);
Suite *suite_bits(void);
Suite *suite_options(void);
Suite *suite_cli(void);
Suite *suite_eval(void);
Suite *suite_recovery(void);
Suite *suite_fine_tune(void);
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
Suite *suite_fixed_draw(void);
Suite *suite_held_out(void);
Suite *suite_validation(void);
Suite *suite_cpus(void);
Suite *suite_tune(void);
Suite *suite_tuned_run(void);
Suite *suite_report(void);
Suite *suite_readme(void);

#endif
