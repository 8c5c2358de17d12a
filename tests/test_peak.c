/* The FMA peak, the yardstick of all shares: its values stay normal numbers however long it runs, a
 * share above it is an error and never a figure, and FLOP counts agree with a count by hand. */
#include "../vae/base/peak.h"
#include "../vae/cli/insight.h"
#include "each.h"
#include "suites.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Runs fma_peak for `rounds` rounds; returns the number of its values, which must all be normal. */
static size_t run_chains(const struct sv_kernels *k, size_t rounds, float last[SV_PEAK_VALUES])
{
    size_t n = 0;
    for (size_t i = 0; i < SV_PEAK_VALUES; i++) last[i] = NAN;
    const double work = k->fma_peak(rounds, last);
    ck_assert_double_gt(work, 0);
    for (; n < SV_PEAK_VALUES && !isnan(last[n]); n++)
        each_msg(isnormal(last[n]), "%s: %g after %zu rounds", k->isa, (double)last[n], rounds);
    ck_assert_msg(n >= 16 && n % 16 == 0, "%s: %zu values", k->isa, n);
    for (size_t i = n; i < SV_PEAK_VALUES; i++) each(isnan(last[i]));
    return n;
}

/* After 20,000 rounds all values are at a fixed point, so no later value can differ. The 2e7 rounds
 * of a real measurement of some seconds are run all the same where they do not take minutes. */
START_TEST(test_chains_stay_normal)
{
    const struct sv_kernels *k = sv_candidate((size_t)_i);
    float settled[SV_PEAK_VALUES], last[SV_PEAK_VALUES];
    if (!sv_candidate_supported((size_t)_i) || !k->fma_peak) return;
    for (size_t rounds = 1; rounds <= 20000; rounds = rounds * 3 / 2 + 1)
        run_chains(k, rounds, settled);
    const size_t n = run_chains(k, 20000, settled);
    const bool slow = slow_run() || (quick_run() && !strcmp(k->isa, "generic"));
    run_chains(k, slow ? 20001 : 20000000, last);
    ck_assert_msg(!memcmp(settled, last, n * sizeof *last), "%s: values still move", k->isa);
}
END_TEST

/* No chain is a copy of another: a compiler that noticed would run only one of them. */
START_TEST(test_chains_differ)
{
    const struct sv_kernels *k = sv_candidate((size_t)_i);
    float last[SV_PEAK_VALUES];
    if (!sv_candidate_supported((size_t)_i) || !k->fma_peak) return;
    const size_t n = run_chains(k, 1, last);
    for (size_t a = 0; a < n; a += 16)
        for (size_t b = 0; b < a; b += 16) ck_assert(last[a] != last[b]);
}
END_TEST

START_TEST(test_measured)
{
    struct vae_error e = {""};
    struct sv_kernels k;
    ck_assert_int_eq(sv_dispatch(NULL, &k), SV_OK);
    struct pool *pool = vae_pool_create(2, &e);
    ck_assert_msg(pool != NULL, "%s", e.line);
    const double one = vae_fma_peak_of(NULL, &k), two = vae_fma_peak_of(pool, &k);
    ck_assert(isfinite(one) && one > 0 && isfinite(two) && two > 0);
    k.fma_peak = NULL;
    ck_assert_double_eq(vae_fma_peak_of(NULL, &k), 0);
    ck_assert_double_eq(vae_peak_work(&k), 0);
    vae_pool_destroy(pool);
}
END_TEST

static const struct {
    double rate, peak, share; /* NAN: refused */
    const char *says;
} shares[] = {
    {50e9, 100e9, 0.5, "50 % of the FMA peak"},
    {0, 100e9, 0, "0 % of the FMA peak"},
    {104.9e9, 100e9, 1.049, "105 % of the FMA peak"},
    {105.1e9, 100e9, NAN, "105.1 GFLOP/s"},
    {21.9e9, 0.4e9, NAN, "disturbed"}, /* 5467 %, once seen by a user */
    {1e9, 0, NAN, "no share"},
    {INFINITY, 100e9, NAN, "no share"},
    {1e9, NAN, NAN, "no share"},
    {NAN, 100e9, NAN, "no share"},
};

START_TEST(test_share)
{
    char text[PEAK_TEXT];
    struct vae_error e = {""};
    double share = -1;
    const bool refused = isnan(shares[_i].share);
    ck_assert_int_eq(vae_share_of_peak(shares[_i].rate, shares[_i].peak, &share, &e), !refused);
    if (refused)
        ck_assert(isnan(share) && strstr(e.line, shares[_i].says));
    else
        ck_assert_double_eq_tol(share, shares[_i].share, 1e-12);
    vae_share_text(shares[_i].rate, shares[_i].peak, text);
    ck_assert_msg(strstr(text, shares[_i].says) != NULL, "%s", text);
    ck_assert(!refused || !strchr(text, '%'));
}
END_TEST

/* Two phases of 1 s with 60 and 80 GFLOP, and one without arithmetic. _i = 0: the peak is 100
 * GFLOP/s; _i = 1: it is 70. */
START_TEST(test_profile_shares)
{
    const struct insight phase[] = {
        {"first", 1, 60e9, 0}, {"second", 1, 80e9, 0}, {"copy", 1, 0, 1e9}};
    const double peak = _i ? 70e9 : 100e9;
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    vae_insight_print(f, phase, 3, 1, peak);
    fclose(f);
    json_t *all = vae_insight_json(phase, 3, peak);
    const json_t *first = json_object_get(json_object_get(all, "first"), "share_of_peak");
    ck_assert_ptr_null(json_object_get(json_object_get(all, "copy"), "share_of_peak"));
    if (_i) {
        ck_assert(json_is_null(first));
        ck_assert(!strstr(text, "85.7") && !strstr(text, "114.3") &&
                  strstr(text, "second: no share"));
    } else {
        ck_assert_double_eq_tol(json_real_value(first), 0.6, 1e-12);
        ck_assert(strstr(text, " 60.0 ") && strstr(text, "80.0\n") && !strstr(text, "no share"));
    }
    json_decref(all);
    free(text);
}
END_TEST

/* --- FLOP counts, against a count by hand --- */

/* Multiply-adds with 6 inputs and 2 latent, layer by layer, decoder layers once per draw:
 *   hidden 5 and 5        encoder 6 x 5, 5 x 4         decoder 2 x 5, 5 x 6 (Gaussian: 5 x 12)
 *   hidden 4, 3 and none  encoder 6 x 4, 4 x 3, 3 x 4  decoder 2 x 6
 *   hidden none and 3, 4  encoder 6 x 4                decoder 2 x 3, 3 x 4, 4 x 6
 * A step has each product three times (Y, dW, dX), except for the first layer's dX. */
static const struct {
    struct vae_widths enc, dec;
    enum vae_likelihood likelihood;
    size_t samples;
    double forward, step;
} counts[] = {
    {{1, {5}}, {1, {5}}, VAE_BERNOULLI, 1, 2 * (30 + 20 + 10 + 30), 2 * (60 + 3 * (20 + 10 + 30))},
    {{1, {5}}, {1, {5}}, VAE_BERNOULLI, 50, 4100, 12240},
    {{1, {5}}, {1, {5}}, VAE_GAUSSIAN, 1, 240, 660},
    {{1, {5}}, {1, {5}}, VAE_GAUSSIAN, 50, 7100, 21240},
    {{2, {4, 3}}, {0, {0}}, VAE_BERNOULLI, 1, 2 * (24 + 12 + 12 + 12), 2 * (48 + 3 * 36)},
    {{2, {4, 3}}, {0, {0}}, VAE_BERNOULLI, 10, 336, 960},
    {{0, {0}}, {2, {3, 4}}, VAE_BERNOULLI, 1, 2 * (24 + 6 + 12 + 24), 2 * (48 + 3 * 42)},
};

static const struct vae_cycle cycle = {CYCLE_LEAPFROGS, CYCLE_UPDATES};

START_TEST(test_flops)
{
    struct vae_clock clock = {0, {0}};
    const struct vae_model m = {.shape = {.rows = 3,
                                          .cols = 2,
                                          .enc = counts[_i].enc,
                                          .dec = counts[_i].dec,
                                          .latent = 2,
                                          .likelihood = counts[_i].likelihood},
                                .samples = counts[_i].samples,
                                .clock = &clock};
    struct insight phase[PHASE_COUNT];
    double sum = 0;
    ck_assert_double_eq(vae_forward_flops(&m.shape, m.samples), counts[_i].forward);
    const struct vae_passes passes = vae_method_passes(VAE_AEVB, m.samples, &cycle);
    ck_assert_double_eq(vae_step_flops(&m.shape, &passes), counts[_i].step);
    for (int p = 0; p < PHASE_COUNT; p++) clock.seconds[p] = 1;
    const size_t phases = vae_insight_of(&m, &passes, 7, phase);
    for (size_t i = 0; i < phases; i++) sum += phase[i].flops;
    ck_assert_double_eq(sum, 7 * counts[_i].step);
}
END_TEST

/* Of a step of wake-sleep, and of MCEM: a cycle has 16 passes forward and back through the decoder,
 * eleven of them to z, five to its weights, and counts as 15 examples. */
START_TEST(test_method_flops)
{
    const struct vae_shape s = {
        .rows = 28, .cols = 28, .enc = {1, {500}}, .dec = {1, {500}}, .latent = 20};
    const struct vae_passes p = vae_method_passes(VAE_WAKE_SLEEP, 1, &cycle);
    const double x = 2.0 * 784 * 500, z = 2.0 * 20 * 500;
    /* encoder: twice forward, dW, dX of the head; decoder: twice forward, dW, dX of the output */
    ck_assert_double_eq(vae_step_flops(&s, &p), 3 * (x + 2 * z) + 2 * z + 3 * (x + z) + x);
    const struct vae_passes em = vae_method_passes(VAE_MCEM, 1, &cycle);
    ck_assert_double_eq_tol(15 * vae_step_flops(&s, &em),
                            16 * (x + z) + 16 * x + 11 * z + 5 * (x + z), 1);
}
END_TEST

Suite *suite_peak(void)
{
    size_t tables = 0;
    while (sv_candidate(tables)) tables++;
    Suite *s = suite_create("peak");
    TCase *t = tcase_create("peak");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads");
    tcase_add_loop_test(t, test_chains_differ, 0, (int)tables);
    tcase_add_test(t, test_measured);
    tcase_add_loop_test(t, test_share, 0, (int)(sizeof shares / sizeof *shares));
    tcase_add_loop_test(t, test_profile_shares, 0, 2);
    tcase_add_loop_test(t, test_flops, 0, (int)(sizeof counts / sizeof *counts));
    tcase_add_test(t, test_method_flops);
    suite_add_tcase(s, t);
    TCase *rounds = tcase_create("rounds"); /* takes minutes in an unoptimised build */
    tcase_set_timeout(rounds, 120);
    tcase_set_tags(rounds, "rounds");
    tcase_add_loop_test(rounds, test_chains_stay_normal, 0, (int)tables);
    suite_add_tcase(s, rounds);
    return s;
}
