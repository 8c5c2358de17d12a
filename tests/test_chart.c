/* The parts of plots: ticks, the stroke font, principal components. */
#include "../vae/methods/principal.h"
#include "../vae/plot/chart.h"
#include "../vae/plot/stroke_font.h"
#include "each.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- ticks --- */

static const struct {
    bool log;
    double low, high;
    size_t most;
    const char *want; /* as texts */
} ticks[] = {
    {false, 0, 10, 6, "0 2 4 6 8 10"},
    {false, 0, 10, 11, "0 1 2 3 4 5 6 7 8 9 10"},
    {false, -163.2, -88.1, 8, "-160 -150 -140 -130 -120 -110 -100 -90"},
    {false, -0.02, 0.31, 8, "0 0.05 0.1 0.15 0.2 0.25 0.3"},
    {false, 1e-7, 4e-7, 4, "1e-07 2e-07 3e-07 4e-07"},
    {false, -1e6, -300, 8, "-1M -800k -600k -400k -200k"},
    {false, 7, 7, 8, "7"},
    {false, -3e12, 3e12, 3, "-2000G 0 2000G"},
    {true, 1e4, 1e8, 12, "10k 100k 1M 10M 100M"},
    {true, 19000, 400000, 12, "20k 50k 100k 200k"},
    {true, 100, 9000, 12, "100 200 500 1000 2000 5000"},
    {true, 1, 1e12, 5, "1 1000 1M 1G 1000G"},
    {true, 60000, 61000, 12, "60k 60.5k 61k"},
    {true, 0.002, 3, 12, "0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2"},
};

START_TEST(test_ticks)
{
    double at[TICKS_MOST] = {0};
    char all[512] = "", text[TICK_TEXT];
    const size_t n = (ticks[_i].log ? vae_log_ticks : vae_ticks)(ticks[_i].low, ticks[_i].high,
                                                                 ticks[_i].most, at);
    for (size_t i = 0; i < n; i++) {
        vae_tick_text(at[i], text);
        const size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? " " : "", text);
    }
    ck_assert_str_eq(all, ticks[_i].want);
}
END_TEST

/* Never more than asked for, ascending and within the range; and two at least where there is
 * room. */
START_TEST(test_any_ticks)
{
    double at[TICKS_MOST] = {0};
    for (double low = 1e-9; low < 1e9; low *= 3.7)
        for (double span = 1e-3; span < 1e4; span *= 2.3)
            for (size_t most = 4; most <= TICKS_MOST; most += 4)
                for (int log = 0; log < 2; log++) {
                    const double high = low * (1 + span);
                    const size_t n = (log ? vae_log_ticks : vae_ticks)(low, high, most, at);
                    each_msg(n >= 1 && n <= most, "%g to %g: %zu of %zu", low, high, n, most);
                    for (size_t i = 0; i < n; i++)
                        each(at[i] >= low * (1 - 1e-6) - 1e-9 * (high - low) &&
                             at[i] <= high * (1 + 1e-6) && (i == 0 || at[i] > at[i - 1]));
                }
}
END_TEST

/* --- letters --- */

struct extent {
    double left, right, top, bottom;
    size_t strokes;
};

static void see_stroke(void *arg, size_t count, const struct drawing_point *points)
{
    struct extent *e = arg;
    e->strokes++;
    ck_assert(count >= 2 && count < STROKE_MOST);
    for (size_t i = 0; i < count; i++) {
        e->left = fmin(e->left, points[i].x);
        e->right = fmax(e->right, points[i].x);
        e->top = fmin(e->top, points[i].y);
        e->bottom = fmax(e->bottom, points[i].y);
    }
}

/* Every letter of ASCII has a glyph, within its width and a line's height; what has none
 * is a box. */
START_TEST(test_letters)
{
    struct extent e[128], box = {0};
    vae_stroke_text("\xe2\x98\x83", 100, see_stroke, &box);
    for (int c = ' '; c <= '~'; c++) {
        const char text[] = {(char)c, 0};
        e[c] = (struct extent){0};
        vae_stroke_text(text, 100, see_stroke, &e[c]);
        ck_assert_msg(c == ' ' || e[c].strokes, "%c", c);
        ck_assert_msg(memcmp(&e[c], &box, sizeof box) != 0, "%c is a box", c);
        ck_assert_msg(e[c].left > -1e-9 && e[c].right <= vae_stroke_width(text, 100) + 1e-9, "%c",
                      c);
        ck_assert_msg(e[c].top > -73 && e[c].bottom < 26, "%c: %g to %g", c, e[c].top, e[c].bottom);
    }
    ck_assert_double_gt(vae_stroke_width("ab", 100),
                        vae_stroke_width("a", 100) + vae_stroke_width("b", 100));
    ck_assert_double_eq_tol(vae_stroke_width("µ", 50), vae_stroke_width("u", 50), 1e-9);
    box = (struct extent){0};
    vae_stroke_text("\xff\xc3", 100, see_stroke, &box); /* no UTF-8: it goes on, and ends */
    ck_assert_uint_ge(box.strokes, 1);
}
END_TEST

/* --- principal components --- */

/* Rows along known directions, of variances 9, 4 and 1 / 100; _i = 1: all rows are one. */
START_TEST(test_principal)
{
    enum { ROWS = 8, DIMS = 3 };
    static const double u[3][DIMS] = {{0.6, -0.64, 0.48}, {0.8, 0.48, -0.36}, {0, 0.6, 0.8}};
    double rows[ROWS * DIMS], to[ROWS * 2];
    double share[2], mean[DIMS], axes[DIMS * DIMS], variance[DIMS];
    struct principal p = {.mean = mean, .axes = axes, .variance = variance};
    for (int i = 0; i < ROWS; i++)
        for (int d = 0; d < DIMS; d++) {
            const double a = i & 1 ? 3 : -3, b = i & 2 ? 2 : -2, c = i & 4 ? 0.1 : -0.1;
            rows[i * DIMS + d] = 5 + (_i ? 0 : a * u[0][d] + b * u[1][d] + c * u[2][d]);
        }
    ck_assert(vae_principal_plane(ROWS, DIMS, rows, to, share));
    ck_assert_double_eq_tol(share[0], _i ? 0 : 9 / 13.01, 1e-9);
    ck_assert_double_eq_tol(share[1], _i ? 0 : 4 / 13.01, 1e-9);
    for (int i = 0; i < ROWS; i++) { /* the first points against u[0], whose largest is below 0 */
        ck_assert_double_eq_tol(to[2 * i], _i ? 0 : i & 1 ? -3 : 3, 1e-6);
        ck_assert_double_eq_tol(to[2 * i + 1], _i ? 0 : i & 2 ? 2 : -2, 1e-6);
    }
    ck_assert(vae_principal(ROWS, DIMS, rows, DIMS, &p)); /* all of them */
    for (int i = 0; i < DIMS; i++) {
        static const double of[DIMS] = {9, 4, 0.01}, sign[DIMS] = {-1, 1, 1};
        ck_assert_double_eq_tol(mean[i], 5, 1e-12);
        ck_assert_double_eq_tol(variance[i], _i ? 0 : of[i], 1e-9);
        for (int d = 0; d < DIMS && !_i; d++)
            ck_assert_double_eq_tol(axes[i * DIMS + d], sign[i] * u[i][d], 1e-9);
    }
    ck_assert_double_eq_tol(p.whole, _i ? 0 : 13.01, 1e-9);
}
END_TEST

Suite *suite_chart(void)
{
    Suite *s = suite_create("chart");
    TCase *t = tcase_create("chart");
    tcase_add_loop_test(t, test_ticks, 0, sizeof ticks / sizeof *ticks);
    tcase_add_test(t, test_any_ticks);
    tcase_add_test(t, test_letters);
    tcase_add_loop_test(t, test_principal, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
