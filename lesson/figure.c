#include "figure.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double WIDTH = 760, TOP = 44, BOTTOM = 314, BELOW = 46, LEFT = 66, RIGHT = 16;

void figure_begin(struct figure *f, int panels, const char *about)
{
    *f = (struct figure){.panels = panels, .drawing = {.width = WIDTH, .about = about}};
    f->chart.drawing = &f->drawing;
}

static double panel_left(const struct figure *f) { return WIDTH / f->panels * (f->panel - 1); }

static void begin_panel(struct figure *f, const char *title)
{
    f->panel++;
    f->entries = 0;
    vae_draw_text(&f->drawing, FONT_TITLE, ANCHOR_START,
                  (struct drawing_point){panel_left(f) + 16, 24}, title);
}

/* Below the panel drawn last. */
static void put_legend(struct figure *f)
{
    const double left = panel_left(f) + 24;
    const size_t rows = vae_chart_legend(&f->chart, left, panel_left(f) + WIDTH / f->panels - RIGHT,
                                         BOTTOM + BELOW, f->entries, f->entry);
    if (rows > f->rows) f->rows = rows;
}

void figure_panel(struct figure *f, const char *title, struct figure_axis x, struct figure_axis y)
{
    if (f->panel) put_legend(f);
    begin_panel(f, title);
    const double left = panel_left(f);
    f->chart.x =
        (struct chart_scale){x.low, x.high, left + LEFT, left + WIDTH / f->panels - RIGHT, false};
    f->chart.y = (struct chart_scale){y.low, y.high, BOTTOM, TOP, false};
    vae_chart_y_axis(&f->chart, y.name);
    vae_chart_x_axis(&f->chart, x.name);
}

static void enter(struct figure *f, const char *name, enum chart_key key, int color, int dash)
{
    if (name && f->entries < FIGURE_ENTRIES)
        f->entry[f->entries++] = (struct chart_entry){name, key, color, dash};
}

/* The points within the axes from *at on, up to one that is not. Returns how many. */
static size_t next_points(const struct figure *f, size_t n, const float *x, const float *y,
                          size_t *at, struct drawing_point *points)
{
    const struct chart_scale *h = &f->chart.x, *v = &f->chart.y;
    size_t count = 0;
    for (; *at < n; ++*at) {
        const double a = (double)x[*at], b = (double)y[*at];
        if (a >= h->low && a <= h->high && b >= v->low && b <= v->high)
            points[count++] = (struct drawing_point){vae_chart_at(h, a), vae_chart_at(v, b)};
        else if (count)
            break;
    }
    return count;
}

static struct drawing_point *room_for(struct figure *f, size_t n)
{
    struct drawing_point *points = malloc(n * sizeof *points);
    f->drawing.failed = f->drawing.failed || !points;
    return points;
}

void figure_curve(struct figure *f, const char *name, int color, int dash, size_t n, const float *x,
                  const float *y)
{
    struct drawing_point *points = room_for(f, n);
    enter(f, name, KEY_LINE, color, dash);
    for (size_t at = 0, count; points && (count = next_points(f, n, x, y, &at, points)) > 0;)
        vae_draw_line(&f->drawing, color, 2, dash, count, points);
    free(points);
}

void figure_dots(struct figure *f, const char *name, int color, size_t n, const float *x,
                 const float *y)
{
    struct drawing_point *points = room_for(f, n);
    enter(f, name, KEY_DOT, color, 0);
    for (size_t at = 0, count; points && (count = next_points(f, n, x, y, &at, points)) > 0;)
        vae_draw_marks(&f->drawing, color, 6, false, count, points);
    free(points);
}

void figure_bars(struct figure *f, const char *name, int color, size_t n, const float *x,
                 const float *y)
{
    const struct chart_scale *h = &f->chart.x, *v = &f->chart.y;
    const double half = (vae_chart_at(h, (double)x[1]) - vae_chart_at(h, (double)x[0])) / 2 - 0.4;
    enter(f, name, KEY_BOX, color, 0);
    for (size_t i = 0; i < n; i++) {
        const double a = (double)x[i], b = (double)y[i];
        const double middle = vae_chart_at(h, a), top = vae_chart_at(v, b);
        if (a < h->low || a > h->high || !(b > v->low)) continue;
        vae_draw_box(&f->drawing, color, (struct drawing_point){middle - half, top},
                     (struct drawing_point){middle + half, v->from});
    }
}

/* The dots of one of LEVELS sizes. */
enum { LEVELS = 8 };
static void put_dots(struct figure *f, int level, double pitch, struct drawing_point corner,
                     size_t cols, size_t side, size_t pictures, const float *pixels)
{
    const size_t size = side * side;
    struct drawing_point *points = room_for(f, pictures * size);
    size_t count = 0;
    for (size_t i = 0; points && i < pictures * size; i++) {
        if ((int)(pixels[i] * LEVELS + 0.5f) != level) continue;
        const size_t picture = i / size, at = i % size;
        points[count++] = (struct drawing_point){
            corner.x + pitch * (double)(picture % cols * (side + 1) + at % side),
            corner.y + pitch * (double)(picture / cols * (side + 1) + at / side)};
    }
    vae_draw_marks(&f->drawing, COLOR_TEXT, 1.1 * pitch * sqrt((double)level / LEVELS), false,
                   count, points);
    free(points);
}

void figure_pictures(struct figure *f, const char *title, size_t rows, size_t cols, size_t side,
                     const float *pixels)
{
    if (f->panel) put_legend(f);
    begin_panel(f, title);
    const double width = WIDTH / f->panels - 32, height = BOTTOM + BELOW - TOP;
    const double pitch =
        fmin(width / (double)(cols * (side + 1)), height / (double)(rows * (side + 1)));
    const struct drawing_point corner = {panel_left(f) + 16 + pitch / 2, TOP + pitch / 2};
    for (int level = 1; level <= LEVELS; level++)
        put_dots(f, level, pitch, corner, cols, side, rows * cols, pixels);
}

void figure_end(struct figure *f, const struct lesson *l, const char *file)
{
    char path[4096];
    struct vae_error e = {.line = ""};
    put_legend(f);
    f->drawing.height = BOTTOM + BELOW + 12 + LEGEND_ROW * (double)f->rows;
    snprintf(path, sizeof path, "%s/%s", l->figures ? l->figures : "", file);
    if (l->figures && !vae_drawing_write(&f->drawing, path, &e)) lesson_fail("figure", e.line);
    vae_drawing_free(&f->drawing);
}
