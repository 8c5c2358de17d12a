/* Runs every suite; CK_RUN_SUITE=name runs one. SV_SEED replays, SV_ISA filters. */
#include "harness/verify.h"
#include "suites.h"
#include <stdlib.h>

bool quick_run(void)
{
    const char *q = getenv("SV_QUICK");
    return q && *q == '1';
}

double most_work(void)
{
    const char *n = getenv("SV_MOST_WORK");
    return n ? strtod(n, NULL) : 0;
}

int main(void)
{
    struct sv_kernels k;
    if (sv_dispatch(getenv("SV_ISA"), &k) != SV_OK) {
        fprintf(stderr, "SV_ISA=%s: not an instruction set of this build and machine\n",
                getenv("SV_ISA"));
        return 2;
    }
    printf("SV_SEED=%llu%s\n", (unsigned long long)verify_seed(), quick_run() ? ", quick" : "");
    SRunner *r = srunner_create(suite_dispatch());
    srunner_add_suite(r, suite_selftest());
    srunner_add_suite(r, suite_accuracy());
    srunner_add_suite(r, suite_rng());
    srunner_add_suite(r, suite_kernels());
    srunner_add_suite(r, suite_golden());
    srunner_add_suite(r, suite_pool());
    srunner_add_suite(r, suite_model());
    srunner_add_suite(r, suite_run());
    srunner_add_suite(r, suite_cli());
    srunner_add_suite(r, suite_recovery());
    srunner_add_suite(r, suite_files());
    srunner_add_suite(r, suite_short_memory());
    srunner_add_suite(r, suite_wrong_input());
    srunner_add_suite(r, suite_tune());
    srunner_add_suite(r, suite_tuned_run());
    srunner_add_suite(r, suite_report());
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
