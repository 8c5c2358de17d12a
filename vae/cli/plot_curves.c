#include "../base/text.h"
#include "../plot/chart.h"
#include "plots.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 760, LEFT = 84, RIGHT = 740, TOP = 44, BOTTOM = 350, BELOW = 44 };

void vae_plot_name(const char *path, char name[PLOT_NAME])
{
    enum { LETTERS = 40 };
    const struct text_shown safe = vae_text_shown(path);
    const char *from = safe.s + strlen(safe.s);
    size_t letters = 0;
    while (from > safe.s && letters < LETTERS)
        if (((unsigned char)*--from & 0xc0) != 0x80) letters++;
    snprintf(name, PLOT_NAME, "%s%s", from > safe.s ? "..." : "", from);
}

/* --- the ranges --- */

/* Widens a range, of NaN before the first, by a number; NaN changes nothing. */
static void widen(double range[2], double x)
{
    range[0] = fmin(range[0], x);
    range[1] = fmax(range[1], x);
}

static void find_samples(size_t count, const struct log_curves *logs, double samples[2])
{
    samples[0] = samples[1] = NAN;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < logs[i].count; p++) widen(samples, logs[i].point[p].samples);
}

/* The bounds from a third of the axis on. */
static void find_bounds(size_t count, const struct log_curves *logs, const double samples[2],
                        double bounds[2])
{
    bounds[0] = bounds[1] = NAN;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < logs[i].count; p++) {
            const struct log_point *at = &logs[i].point[p];
            const bool counts =
                3 * log(at->samples / samples[0]) >= log(samples[1] / samples[0]) - 1e-9;
            for (size_t s = 0; counts && s < LOG_SETS; s++) widen(bounds, at->bound[s]);
        }
}

/* --- curves --- */

struct pen {
    struct chart *chart;
    int color, dash;
    size_t count;
    struct drawing_point *line;
};

static void lift(struct pen *p)
{
    if (p->count == 1)
        vae_draw_marks(p->chart->drawing, p->color, 5, false, 1, p->line);
    else
        vae_draw_line(p->chart->drawing, p->color, 2, p->dash, p->count, p->line);
    p->count = 0;
}

static bool inside(const struct pen *p, const struct drawing_point *at)
{
    return at->y <= p->chart->y.from && at->y >= p->chart->y.to;
}

/* Where the way from one point to another crosses an edge of the chart at that height. */
static void cross(struct pen *p, const struct drawing_point *from, const struct drawing_point *to,
                  double edge)
{
    const double t = (edge - from->y) / (to->y - from->y);
    p->line[p->count++] = (struct drawing_point){from->x + t * (to->x - from->x), edge};
}

/* Goes on to a point, along what of the way lies within the chart, from y.from up to y.to. */
static void go(struct pen *p, const struct drawing_point *from, struct drawing_point to)
{
    const double bottom = p->chart->y.from, top = p->chart->y.to;
    const bool rises = from && to.y < from->y;
    const double edges[2] = {rises ? bottom : top, rises ? top : bottom}; /* in the way's order */
    for (int i = 0; from && i < 2; i++)
        if ((from->y > edges[i]) != (to.y > edges[i])) cross(p, from, &to, edges[i]);
    if (inside(p, &to))
        p->line[p->count++] = to;
    else if (p->count)
        lift(p);
}

static void draw_curve(struct chart *c, const struct log_curves *log, enum log_set set, int color,
                       int dash)
{
    struct pen p = {.chart = c, .color = color, .dash = dash};
    struct drawing_point before = {0};
    bool begun = false;
    p.line = malloc((3 * log->count + 1) * sizeof *p.line);
    c->drawing->failed = c->drawing->failed || !p.line;
    for (size_t i = 0; p.line && i < log->count; i++) {
        const struct log_point *at = &log->point[i];
        if (isnan(at->bound[set])) continue;
        const struct drawing_point here = {vae_chart_at(&c->x, at->samples),
                                           vae_chart_at(&c->y, at->bound[set])};
        go(&p, begun ? &before : NULL, here);
        before = here;
        begun = true;
    }
    if (p.count) lift(&p);
    free(p.line);
}

static bool has(size_t count, const struct log_curves *logs, enum log_set set)
{
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < logs[i].count; p++)
            if (!isnan(logs[i].point[p].bound[set])) return true;
    return false;
}

/* Where logs have colours: the test bound's line is whole, the training bound's dashed, and so on. */
static const int dashes[LOG_SETS] = {[LOG_TRAIN] = 1, [LOG_VALIDATION] = 2, [LOG_IWAE] = 3};

/* Of one log: its sets. Of several: the logs, and what the dashes mean. */
static size_t list_legend(size_t count, const struct log_curves *logs, char names[][PLOT_NAME],
                          struct chart_entry *entries)
{
    size_t n = 0;
    for (size_t i = 0; count > 1 && i < count; i++)
        entries[n++] = (struct chart_entry){names[i], KEY_LINE, COLOR_SERIES + (int)i, 0};
    for (int s = 0; s < LOG_SETS; s++)
        if (has(count, logs, (enum log_set)s))
            entries[n++] = (struct chart_entry){vae_log_set_names[s], KEY_LINE,
                                                count > 1 ? (int)COLOR_TEXT : COLOR_SERIES + s,
                                                count > 1 ? dashes[s] : 0};
    return n;
}

void vae_plot_curves(struct drawing *d, size_t count, const char *const *paths,
                     const struct log_curves *logs)
{
    char names[PLOT_MOST_LOGS][PLOT_NAME], title[PLOT_NAME + 64];
    struct chart_entry entries[PLOT_MOST_LOGS + LOG_SETS];
    struct chart c = {.drawing = d};
    double range[2], samples[2];
    for (size_t i = 0; i < count; i++) vae_plot_name(paths[i], names[i]);
    const size_t keys = list_legend(count, logs, names, entries);
    d->width = WIDTH;
    d->height = BOTTOM + BELOW + 10 +
                LEGEND_ROW * (double)vae_chart_legend(NULL, LEFT, RIGHT, 0, keys, entries);
    d->about = "Learning curves: bounds over training examples";
    find_samples(count, logs, samples);
    find_bounds(count, logs, samples, range);
    c.y = vae_chart_around(range[0], range[1], BOTTOM, TOP);
    c.x = (struct chart_scale){samples[0], samples[1], LEFT + 6, RIGHT, true};
    if (c.x.low == c.x.high)
        c.x = (struct chart_scale){c.x.low / 2, c.x.high * 2, LEFT, RIGHT, true};
    snprintf(title, sizeof title, count > 1 ? "Learning curves" : "Learning curves of %s",
             names[0]);
    vae_chart_title(&c, title);
    c.x.from = LEFT;
    vae_chart_y_axis(&c, "bound (nats per image)");
    vae_chart_x_axis(&c, "training examples seen");
    for (size_t i = 0; i < count; i++)
        for (int s = 0; s < LOG_SETS; s++)
            draw_curve(&c, &logs[i], (enum log_set)s,
                       COLOR_SERIES + (int)(count > 1 ? i : (size_t)s), count > 1 ? dashes[s] : 0);
    vae_chart_legend(&c, LEFT, RIGHT, BOTTOM + BELOW, keys, entries);
}
