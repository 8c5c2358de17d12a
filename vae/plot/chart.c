#include "chart.h"
#include <math.h>
#include <stdio.h>

/* --- ticks --- */

/* 10^n by products, exact as far as doubles are. */
static double power_of_ten(int n)
{
    double p = 1;
    for (int i = 0; i < (n < 0 ? -n : n); i++) p *= 10;
    return n < 0 ? 1 / p : p;
}

static size_t multiples(double low, double high, double step, double ticks[TICKS_MOST])
{
    const double slack = 1e-9 * step, first = ceil((low - slack) / step);
    size_t n = 0;
    for (double i = first; n < TICKS_MOST && i * step <= high + slack; i++)
        ticks[n++] = i == 0 ? 0 : i * step; /* not -0 */
    return n;
}

size_t vae_ticks(double low, double high, size_t most, double ticks[TICKS_MOST])
{
    static const double rounds[] = {1, 2, 5, 10};
    ticks[0] = low;
    if (!(high > low)) return 1;
    const double least = (high - low) / (double)most;
    const int power = (int)floor(log10(least));
    for (int p = power; p <= power + 1; p++)
        for (int i = 0; i < 4; i++) {
            const double step = p < 0 ? rounds[i] / power_of_ten(-p) : rounds[i] * power_of_ten(p);
            const double count = floor(high / step + 1e-9) - ceil(low / step - 1e-9) + 1;
            if (count <= (double)most) return multiples(low, high, step, ticks);
        }
    return 1;
}

static size_t decades(double low, double high, int every, const double *rounds, size_t n,
                      double ticks[TICKS_MOST])
{
    size_t count = 0;
    for (int p = (int)floor(log10(low)); p <= (int)ceil(log10(high)); p++)
        for (size_t i = 0; p % every == 0 && i < n; i++) {
            const double tick = p < 0 ? rounds[i] / power_of_ten(-p) : rounds[i] * power_of_ten(p);
            if (tick < low * (1 - 1e-9) || tick > high * (1 + 1e-9)) continue;
            if (count == TICKS_MOST) return TICKS_MOST + 1;
            ticks[count++] = tick;
        }
    return count;
}

size_t vae_log_ticks(double low, double high, size_t most, double ticks[TICKS_MOST])
{
    static const double rounds[] = {1, 2, 5};
    size_t n = decades(low, high, 1, rounds, 3, ticks);
    if (n <= most && n >= 2) return n;
    if (n < 2) return vae_ticks(low, high, most < 4 ? most : 4, ticks);
    for (int every = 1; every < 400; every++) {
        n = decades(low, high, every, rounds, 1, ticks);
        if (n <= most) return n;
    }
    return 0;
}

void vae_tick_text(double tick, char text[TICK_TEXT])
{
    static const char *const units[] = {"", "k", "M", "G"};
    int unit = 0;
    if (fabs(tick) >= 1e4)
        for (; fabs(tick) >= 1e3 && unit < 3; unit++) tick /= 1e3;
    snprintf(text, TICK_TEXT, "%.6g%s", tick, units[unit]);
}

/* --- scales --- */

double vae_chart_at(const struct chart_scale *s, double value)
{
    const double share = s->log ? log(value / s->low) / log(s->high / s->low)
                                : (value - s->low) / (s->high - s->low);
    return s->from + share * (s->to - s->from);
}

struct chart_scale vae_chart_around(double low, double high, double from, double to)
{
    const double room = high > low ? 0.04 * (high - low) : fmax(fabs(low), 1) / 2;
    return (struct chart_scale){low - room, high + room, from, to, false};
}

/* --- axes --- */

static void line(struct chart *c, int color, double x1, double y1, double x2, double y2)
{
    const struct drawing_point ends[] = {{x1, y1}, {x2, y2}};
    vae_draw_line(c->drawing, color, 1, 0, 2, ends);
}

static void note(struct chart *c, enum drawing_anchor anchor, double x, double y, const char *text)
{
    vae_draw_text(c->drawing, FONT_NOTE, anchor, (struct drawing_point){x, y}, text);
}

void vae_chart_title(struct chart *c, const char *title)
{
    vae_draw_text(c->drawing, FONT_TITLE, ANCHOR_START, (struct drawing_point){16, 24}, title);
}

void vae_chart_y_axis(struct chart *c, const char *name)
{
    double ticks[TICKS_MOST], widest = 0;
    char text[TICK_TEXT];
    const size_t n = vae_ticks(c->y.low, c->y.high, 8, ticks);
    for (size_t i = 0; i < n; i++) {
        const double y = vae_chart_at(&c->y, ticks[i]);
        vae_tick_text(ticks[i], text);
        line(c, COLOR_GRID, c->x.from, y, c->x.to, y);
        note(c, ANCHOR_END, c->x.from - 6, y + 4, text);
        widest = fmax(widest, vae_drawing_text_width(FONT_NOTE, text));
    }
    line(c, COLOR_AXIS, c->x.from, c->y.from, c->x.from, c->y.to);
    vae_draw_upright(c->drawing,
                     (struct drawing_point){c->x.from - 18 - widest, (c->y.from + c->y.to) / 2},
                     name);
}

void vae_chart_x_name(struct chart *c, const char *name)
{
    line(c, COLOR_AXIS, c->x.from, c->y.from, c->x.to, c->y.from);
    note(c, ANCHOR_MIDDLE, (c->x.from + c->x.to) / 2, c->y.from + 36, name);
}

void vae_chart_x_axis(struct chart *c, const char *name)
{
    double ticks[TICKS_MOST];
    char text[TICK_TEXT];
    const size_t n = (c->x.log ? vae_log_ticks : vae_ticks)(c->x.low, c->x.high, 12, ticks);
    for (size_t i = 0; i < n; i++) {
        const double x = vae_chart_at(&c->x, ticks[i]);
        vae_tick_text(ticks[i], text);
        line(c, COLOR_AXIS, x, c->y.from, x, c->y.from + 4);
        note(c, ANCHOR_MIDDLE, x, c->y.from + 17, text);
    }
    vae_chart_x_name(c, name);
}

/* --- the legend --- */

static const double KEY_WIDTH = 30, ENTRY_GAP = 18;

static void draw_key(struct chart *c, const struct chart_entry *e, double x, double y)
{
    const struct drawing_point ends[] = {{x, y - 4}, {x + KEY_WIDTH - 6, y - 4}};
    const struct drawing_point middle = {x + KEY_WIDTH - 12, y - 4};
    if (e->key == KEY_LINE)
        vae_draw_line(c->drawing, e->color, 2, e->dash, 2, ends);
    else if (e->key == KEY_BOX)
        vae_draw_box(c->drawing, e->color, (struct drawing_point){middle.x - 5, middle.y - 5},
                     (struct drawing_point){middle.x + 5, middle.y + 5});
    else
        vae_draw_marks(c->drawing, e->color, 6, e->key == KEY_CROSS, 1, &middle);
}

size_t vae_chart_legend(struct chart *c, double left, double right, double top, size_t count,
                        const struct chart_entry *entries)
{
    double x = left;
    size_t row = 0;
    for (size_t i = 0; i < count; i++) {
        const double width = KEY_WIDTH + vae_drawing_text_width(FONT_TEXT, entries[i].name);
        if (x > left && x + width > right) {
            x = left;
            row++;
        }
        if (c) {
            const double y = top + LEGEND_ROW * (double)(row + 1) - 5;
            draw_key(c, &entries[i], x, y);
            vae_draw_text(c->drawing, FONT_TEXT, ANCHOR_START,
                          (struct drawing_point){x + KEY_WIDTH, y}, entries[i].name);
        }
        x += width + ENTRY_GAP;
    }
    return count ? row + 1 : 0;
}
