/* Runs every suite; CK_RUN_SUITE=name runs one. SV_SEED replays, SV_ISA filters. */
#include "../reference/verify/verify.h"
#include "../vae/base/number.h"
#include "../vae/base/text.h"
#include "suites.h"
#include <stdlib.h>

bool quick_run(void)
{
    const char *q = getenv("SV_QUICK");
    return q && *q == '1';
}

double most_work(void)
{
    const char *text = getenv("SV_MOST_WORK");
    double n;
    return text && number_f64(text, &n) ? n : 0;
}

static bool numbers_are(void)
{
    static const char *const names[] = {"SV_SEED", "SV_MOST_WORK"};
    for (int i = 0; i < 2; i++) {
        const char *text = getenv(names[i]);
        uint64_t whole;
        double n;
        if (!text || !*text ||
            (i == 0 ? number_u64(text, UINT64_MAX, &whole) : number_f64(text, &n)))
            continue;
        fprintf(stderr, "%s=%s: give a number\n", names[i], text_shown(text).s);
        return false;
    }
    return true;
}

int main(void)
{
    struct sv_kernels k;
    if (sv_dispatch(getenv("SV_ISA"), &k) != SV_OK) {
        fprintf(stderr, "SV_ISA=%s: not an instruction set of this build and machine\n",
                text_shown(getenv("SV_ISA")).s);
        return 2;
    }
    if (!numbers_are()) return 2;
    printf("SV_SEED=%llu%s\n", (unsigned long long)verify_seed(), quick_run() ? ", quick" : "");
    SRunner *r = srunner_create(suite_dispatch());
    srunner_add_suite(r, suite_selftest());
    srunner_add_suite(r, suite_accuracy());
    srunner_add_suite(r, suite_rng());
    srunner_add_suite(r, suite_kernels());
    srunner_add_suite(r, suite_golden());
    srunner_add_suite(r, suite_pool());
    srunner_add_suite(r, suite_peak());
    srunner_add_suite(r, suite_model());
    srunner_add_suite(r, suite_layers());
    srunner_add_suite(r, suite_passes());
    srunner_add_suite(r, suite_bits());
    srunner_add_suite(r, suite_run());
    srunner_add_suite(r, suite_cli());
    srunner_add_suite(r, suite_recovery());
    srunner_add_suite(r, suite_guards());
    srunner_add_suite(r, suite_files());
    if (most_work() <= 0) /* a static C library asks itself for memory, unseen */
        srunner_add_suite(r, suite_short_memory());
    srunner_add_suite(r, suite_gaussian());
    srunner_add_suite(r, suite_wrong_input());
    srunner_add_suite(r, suite_text());
    srunner_add_suite(r, suite_readers());
    srunner_add_suite(r, suite_foreign());
    srunner_add_suite(r, suite_images());
    srunner_add_suite(r, suite_datasets());
    srunner_add_suite(r, suite_cpus());
    srunner_add_suite(r, suite_tune());
    srunner_add_suite(r, suite_tuned_run());
    srunner_add_suite(r, suite_report());
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
