/* Figures of one or two panels side by side, with the charts of `vae plot` (vae/plot). */
#ifndef FIGURE_H
#define FIGURE_H

#include "../vae/plot/chart.h"
#include "lesson.h"

enum { FIGURE_ENTRIES = 12 };

struct figure {
    struct drawing drawing;
    struct chart chart; /* the panel drawn last */
    int panels, panel;
    size_t entries, rows; /* of that panel's legend; of the longest legend */
    struct chart_entry entry[FIGURE_ENTRIES];
};

struct figure_axis {
    const char *name;
    double low, high;
};

/* `about` says what it shows, for those who cannot see it. */
void figure_begin(struct figure *f, int panels, const char *about);

/* Goes on to the next panel. */
void figure_panel(struct figure *f, const char *title, struct figure_axis x, struct figure_axis y);

/* n points of the panel, joined; as dots; as bars that stand on the axis, as wide as the points are apart.
 * Points outside the axes are left out. `name` is that in the legend; NULL: none. Colours are
 * COLOR_SERIES + 0 ... (drawing.h). */
void figure_curve(struct figure *f, const char *name, int color, int dash, size_t n, const float *x,
                  const float *y);
void figure_dots(struct figure *f, const char *name, int color, size_t n, const float *x,
                 const float *y);
void figure_bars(struct figure *f, const char *name, int color, size_t n, const float *x,
                 const float *y);

/* A panel without axes: rows x cols pictures of side x side pixels each, from 0 to 1, as a halftone:
 * a pixel's ink is the area of a dot. */
void figure_pictures(struct figure *f, const char *title, size_t rows, size_t cols, size_t side,
                     const float *pixels);

/* Writes it into the lesson's folder of figures, and frees it. */
void figure_end(struct figure *f, const struct lesson *l, const char *file);

#endif
