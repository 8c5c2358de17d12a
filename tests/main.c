/* Runs every suite; CK_RUN_SUITE=name runs one. asked.h lists the other variables. */
#include "asked.h"
#include "suites.h"
#include <stdio.h>

int main(void)
{
    if (!asked_make_sense()) return 2;
    printf("SV_SEED=%llu%s\n", (unsigned long long)verify_seed(), quick_run() ? ", quick" : "");
    SRunner *r = srunner_create(suite_dispatch());
    srunner_add_suite(r, suite_selftest());
    srunner_add_suite(r, suite_accuracy());
    srunner_add_suite(r, suite_rng());
    srunner_add_suite(r, suite_kernels());
    srunner_add_suite(r, suite_golden());
    srunner_add_suite(r, suite_pool());
    srunner_add_suite(r, suite_peak());
    srunner_add_suite(r, suite_objective());
    srunner_add_suite(r, suite_model());
    srunner_add_suite(r, suite_tiny());
    srunner_add_suite(r, suite_estimators());
    srunner_add_suite(r, suite_wake_sleep());
    srunner_add_suite(r, suite_hmc());
    srunner_add_suite(r, suite_marginal());
    srunner_add_suite(r, suite_mcem());
    srunner_add_suite(r, suite_full_vb());
    srunner_add_suite(r, suite_importance());
    srunner_add_suite(r, suite_local());
    srunner_add_suite(r, suite_linear_gaussian());
    srunner_add_suite(r, suite_latent());
    srunner_add_suite(r, suite_layers());
    srunner_add_suite(r, suite_passes());
    srunner_add_suite(r, suite_init());
    srunner_add_suite(r, suite_optim());
    srunner_add_suite(r, suite_schedule());
    srunner_add_suite(r, suite_bits());
    srunner_add_suite(r, suite_ranks());
    srunner_add_suite(r, suite_run());
    srunner_add_suite(r, suite_options());
    srunner_add_suite(r, suite_cli());
    srunner_add_suite(r, suite_eval());
    srunner_add_suite(r, suite_eval_hmc());
    srunner_add_suite(r, suite_recovery());
    srunner_add_suite(r, suite_fine_tune());
    srunner_add_suite(r, suite_methods());
    srunner_add_suite(r, suite_guards());
    srunner_add_suite(r, suite_files());
    if (most_work() <= 0) /* a static C library's own allocations are not redirected */
        srunner_add_suite(r, suite_short_memory());
    srunner_add_suite(r, suite_gaussian());
    srunner_add_suite(r, suite_wrong_input());
    srunner_add_suite(r, suite_text());
    srunner_add_suite(r, suite_readers());
    srunner_add_suite(r, suite_foreign());
    srunner_add_suite(r, suite_images());
    srunner_add_suite(r, suite_npy());
    srunner_add_suite(r, suite_interpolate());
    srunner_add_suite(r, suite_restore());
    srunner_add_suite(r, suite_inpaint());
    srunner_add_suite(r, suite_chart());
    srunner_add_suite(r, suite_plot());
    srunner_add_suite(r, suite_facts());
    srunner_add_suite(r, suite_own_data());
    srunner_add_suite(r, suite_colour());
    srunner_add_suite(r, suite_codes());
    srunner_add_suite(r, suite_progress());
    srunner_add_suite(r, suite_config());
    srunner_add_suite(r, suite_manual());
    srunner_add_suite(r, suite_npz());
    srunner_add_suite(r, suite_pictures());
    srunner_add_suite(r, suite_datasets());
    srunner_add_suite(r, suite_fixed_draw());
    srunner_add_suite(r, suite_held_out());
    srunner_add_suite(r, suite_validation());
    srunner_add_suite(r, suite_cpus());
    srunner_add_suite(r, suite_tune());
    srunner_add_suite(r, suite_tuned_run());
    srunner_add_suite(r, suite_net());
    srunner_add_suite(r, suite_net_wrong());
    srunner_add_suite(r, suite_report());
    srunner_add_suite(r, suite_readme());
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
