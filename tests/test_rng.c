/* Philox against its published test vectors, and the promises of addressed draws. */
#include "../reference/ref.h"
#include "suites.h"
#include <math.h>
#include <string.h>

/* Known answers of Philox4x32-10, from the authors' kat_vectors (Random123). */
static const struct {
    uint32_t ctr[4], key[2], out[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

/* Every supported ISA, then the scalar reference; false past the last. */
static bool table(size_t i, struct sv_kernels *k)
{
    size_t isas = 0;
    while (sv_isa_name(isas)) isas++;
    *k = ref_kernels;
    if (i < isas && sv_isa_supported(i)) sv_dispatch(sv_isa_name(i), k);
    return i <= isas;
}

START_TEST(test_philox_known_answers)
{
    struct sv_kernels k;
    for (size_t t = 0; table(t, &k); t++) {
        struct sv_rng rng;
        uint32_t words[64];
        memcpy(rng.ctr, known[_i].ctr, sizeof rng.ctr);
        memcpy(rng.key, known[_i].key, sizeof rng.key);
        k.philox(1, 64, rng, words, 64);
        for (size_t w = 0; w < 4; w++) ck_assert_uint_eq(words[16 * w], known[_i].out[w]);
    }
}
END_TEST

/* Any part of a matrix of draws equals the same part drawn alone. */
START_TEST(test_draws_are_addressed)
{
    enum { ROWS = 7, COLS = 200 };
    static float all[ROWS][COLS], one[64];
    struct sv_kernels k;
    for (size_t t = 0; table(t, &k); t++) {
        const struct sv_rng rng = sv_rng_at(99, 5, 3);
        k.normal(ROWS, COLS, rng, all[0], COLS);
        for (uint32_t i = 0; i < ROWS; i++)
            for (uint32_t j = 0; j + 64 <= COLS; j += 64) {
                struct sv_rng at = rng;
                at.ctr[0] += j / 4;
                at.ctr[1] += i;
                k.normal(1, 64, at, one, 64);
                ck_assert_int_eq(memcmp(one, &all[i][j], sizeof one), 0);
            }
    }
}
END_TEST

/* Moments of 2^20 normals: mean within 4.5 standard errors, likewise variance and fourth moment. */
START_TEST(test_normal_moments)
{
    enum { ROWS = 1024, COLS = 1024 };
    static float y[ROWS][COLS];
    struct sv_kernels k;
    sv_dispatch(NULL, &k);
    k.normal(ROWS, COLS, sv_rng_at(7, 1, 0), y[0], COLS);
    double m1 = 0, m2 = 0, m4 = 0;
    const double n = (double)(ROWS * COLS);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++) {
            const double v = y[i][j];
            m1 += v / n;
            m2 += v * v / n;
            m4 += v * v * v * v / n;
        }
    ck_assert_double_eq_tol(m1, 0, 4.5 * sqrt(1 / n));
    ck_assert_double_eq_tol(m2, 1, 4.5 * sqrt(2 / n));
    ck_assert_double_eq_tol(m4, 3, 4.5 * sqrt(96 / n));
}
END_TEST

START_TEST(test_bernoulli_certainties)
{
    enum { N = 4096 };
    static float p[N], y[N];
    struct sv_kernels k;
    for (size_t t = 0; table(t, &k); t++) {
        for (size_t i = 0; i < N; i++) p[i] = (float)(i % 2);
        k.bernoulli(1, N, sv_rng_at(3, 0, 0), p, N, y, N);
        ck_assert_int_eq(memcmp(p, y, sizeof p), 0);
    }
}
END_TEST

Suite *suite_rng(void)
{
    Suite *s = suite_create("rng");
    TCase *t = tcase_create("rng");
    tcase_add_loop_test(t, test_philox_known_answers, 0, 3);
    tcase_add_test(t, test_draws_are_addressed);
    tcase_add_test(t, test_normal_moments);
    tcase_add_test(t, test_bernoulli_certainties);
    suite_add_tcase(s, t);
    return s;
}
