/* Axes, ticks and legends of a drawing. */
#ifndef VAE_CHART_H
#define VAE_CHART_H

#include "drawing.h"

/* --- ticks --- */

enum { TICKS_MOST = 32, TICK_TEXT = 16 };

/* At most `most` (2 ... TICKS_MOST) round numbers from low to high, ascending: multiples of 1, 2
 * or 5 times a power of ten. Where low and high are one number, that. Returns how many. */
size_t vae_ticks(double low, double high, size_t most, double ticks[TICKS_MOST]);

/* Of a logarithmic axis, 0 < low: powers of ten, or every n-th of them; with 2 and 5 times them
 * where there is room. */
size_t vae_log_ticks(double low, double high, size_t most, double ticks[TICKS_MOST]);

/* "0.25", "-120", "20k", "5M": k, M and G from ten thousand on. */
void vae_tick_text(double tick, char text[TICK_TEXT]);

/* --- scales --- */

struct chart_scale {
    double low, high; /* values at the ends, different ones */
    double from, to;  /* pixels there */
    bool log;
};

double vae_chart_at(const struct chart_scale *s, double value);

/* A scale around those values, with some room on either side. */
struct chart_scale vae_chart_around(double low, double high, double from, double to);

/* --- parts of a chart --- */

struct chart {
    struct drawing *drawing;
    struct chart_scale x, y;
};

void vae_chart_title(struct chart *c, const char *title);

/* The vertical axis with lines across, and the horizontal one. `name` has the unit. */
void vae_chart_y_axis(struct chart *c, const char *name);
void vae_chart_x_axis(struct chart *c, const char *name);

/* Names the horizontal axis, whose ticks are no numbers. */
void vae_chart_x_name(struct chart *c, const char *name);

/* --- the legend, below --- */

enum chart_key { KEY_LINE, KEY_DOT, KEY_CROSS, KEY_BOX };
struct chart_entry {
    const char *name;
    enum chart_key key;
    int color, dash;
};

static const double LEGEND_ROW = 18;

/* Rows of the legend: entries from left to right, as many as fit. With `c` NULL they are only
 * counted. */
size_t vae_chart_legend(struct chart *c, double left, double right, double top, size_t count,
                        const struct chart_entry *entries);

#endif
