/* Strokes as capsules: a pixel is covered as far as it lies within half a stroke's width of its
 * middle line, falling off over one pixel at the edge. Uses only + - * / and sqrt, so the bytes
 * are the same on every machine. */
#include "../data/png_write.h"
#include "drawing.h"
#include "stroke_font.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SCALE = 2; /* pixels of the PNG per pixel of the drawing */

struct canvas {
    size_t width, height;
    uint8_t *pixels;                 /* [height][width][3] */
    float *cover;                    /* [height][width]: of the shape being painted; otherwise 0 */
    size_t left, right, top, bottom; /* what of it is not 0: left ... right - 1 */
};

static size_t clamped(double x, size_t most)
{
    return x < 0 ? 0 : x > (double)most ? most : (size_t)x;
}

static void paint_capsule(struct canvas *c, struct drawing_point a, struct drawing_point b,
                          double radius)
{
    const double reach = radius + 1, dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    const size_t left = clamped(fmin(a.x, b.x) - reach, c->width);
    const size_t right = clamped(fmax(a.x, b.x) + reach + 1, c->width);
    const size_t top = clamped(fmin(a.y, b.y) - reach, c->height);
    const size_t bottom = clamped(fmax(a.y, b.y) + reach + 1, c->height);
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++) {
            const double px = (double)x + 0.5 - a.x, py = (double)y + 0.5 - a.y;
            const double t = length2 > 0 ? fmax(0, fmin(1, (px * dx + py * dy) / length2)) : 0;
            const double ex = px - t * dx, ey = py - t * dy;
            const double ink = fmax(0, fmin(1, radius + 0.5 - sqrt(ex * ex + ey * ey)));
            float *cover = &c->cover[y * c->width + x];
            if ((float)ink > *cover) *cover = (float)ink;
        }
    if (left < c->left) c->left = left;
    if (right > c->right) c->right = right;
    if (top < c->top) c->top = top;
    if (bottom > c->bottom) c->bottom = bottom;
}

/* Lays the colour over what is there, as far as it is covered. */
static void settle(struct canvas *c, int color)
{
    const unsigned rgb = drawing_shades[color].light;
    for (size_t y = c->top; y < c->bottom; y++)
        for (size_t x = c->left; x < c->right; x++) {
            float *cover = &c->cover[y * c->width + x];
            for (unsigned i = 0; i < 3; i++) {
                uint8_t *p = &c->pixels[(y * c->width + x) * 3 + i];
                const float ink = (float)(rgb >> 8 * (2 - i) & 255);
                *p = (uint8_t)((float)*p + *cover * (ink - (float)*p) + 0.5f);
            }
            *cover = 0;
        }
    c->left = c->width;
    c->top = c->height;
    c->right = c->bottom = 0;
}

static struct drawing_point scaled(struct drawing_point p)
{
    return (struct drawing_point){SCALE * p.x, SCALE * p.y};
}

/* --- lines and marks --- */

/* From a to b, the parts that are on; *at is how far into the pattern the line is. */
static void paint_dashes(struct canvas *c, struct drawing_point a, struct drawing_point b,
                         double radius, const double dash[2], double *at)
{
    const double length = sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
    const double on = SCALE * dash[0], whole = on + SCALE * dash[1];
    for (double from = 0; from < length;) {
        const bool inked = *at < on;
        const double end = inked ? on : whole, step = fmin(length - from, end - *at);
        const double f = from / length, g = (from + step) / length;
        if (inked)
            paint_capsule(c, (struct drawing_point){a.x + f * (b.x - a.x), a.y + f * (b.y - a.y)},
                          (struct drawing_point){a.x + g * (b.x - a.x), a.y + g * (b.y - a.y)},
                          radius);
        from += step;
        *at += step;
        if (*at > end - 1e-6) *at = inked ? on : 0; /* rounding never leaves a step of nothing */
    }
}

static void paint_line(struct canvas *c, const struct drawing_shape *s)
{
    const double *dash = drawing_dashes[s->dash];
    double at = 0;
    for (size_t i = 0; i + 1 < s->count; i++) {
        const struct drawing_point a = scaled(s->points[i]), b = scaled(s->points[i + 1]);
        if (dash[0] > 0)
            paint_dashes(c, a, b, SCALE * s->width / 2, dash, &at);
        else
            paint_capsule(c, a, b, SCALE * s->width / 2);
    }
    settle(c, s->color);
}

static void paint_marks(struct canvas *c, const struct drawing_shape *s)
{
    const double r = SCALE * s->width / 2;
    for (size_t i = 0; i < s->count; i++) {
        const struct drawing_point p = scaled(s->points[i]);
        if (s->kind == DRAWN_DOTS) {
            paint_capsule(c, p, p, r);
        } else {
            paint_capsule(c, (struct drawing_point){p.x - r, p.y - r},
                          (struct drawing_point){p.x + r, p.y + r}, SCALE * 0.6);
            paint_capsule(c, (struct drawing_point){p.x - r, p.y + r},
                          (struct drawing_point){p.x + r, p.y - r}, SCALE * 0.6);
        }
        settle(c, s->color);
    }
}

static void paint_box(struct canvas *c, const struct drawing_shape *s)
{
    const struct drawing_point a = scaled(s->points[0]), b = scaled(s->points[1]);
    c->left = clamped(a.x + 0.5, c->width);
    c->right = clamped(b.x + 0.5, c->width);
    c->top = clamped(a.y + 0.5, c->height);
    c->bottom = clamped(b.y + 0.5, c->height);
    for (size_t y = c->top; y < c->bottom; y++)
        for (size_t x = c->left; x < c->right; x++) c->cover[y * c->width + x] = 1;
    settle(c, s->color);
}

/* --- text --- */

struct writer {
    struct canvas *canvas;
    struct drawing_point at; /* where the base line begins */
    bool upright;
    double radius;
};

static struct drawing_point placed(const struct writer *w, struct drawing_point p)
{
    if (w->upright) p = (struct drawing_point){p.y, -p.x};
    return (struct drawing_point){w->at.x + p.x, w->at.y + p.y};
}

static void paint_stroke(void *arg, size_t count, const struct drawing_point *points)
{
    const struct writer *w = arg;
    for (size_t i = 0; i + 1 < count; i++)
        paint_capsule(w->canvas, placed(w, points[i]), placed(w, points[i + 1]), w->radius);
}

static void paint_text(struct canvas *c, const struct drawing_shape *s)
{
    const double size = SCALE * drawing_font_size[s->font];
    const double back = vae_stroke_width(s->text, size) * (s->anchor == ANCHOR_MIDDLE ? 0.5
                                                           : s->anchor == ANCHOR_END  ? 1
                                                                                      : 0);
    struct writer w = {c, scaled(s->points[0]), s->upright,
                       (s->font == FONT_TITLE ? 0.065 : 0.045) * size};
    *(s->upright ? &w.at.y : &w.at.x) += s->upright ? back : -back;
    vae_stroke_text(s->text, size, paint_stroke, &w);
    settle(c, s->color);
}

/* --- the picture --- */

static void paint(struct canvas *c, const struct drawing_shape *s)
{
    switch (s->kind) {
    case DRAWN_LINE: paint_line(c, s); break;
    case DRAWN_DOTS:
    case DRAWN_CROSSES: paint_marks(c, s); break;
    case DRAWN_BOX: paint_box(c, s); break;
    case DRAWN_TEXT: paint_text(c, s); break;
    }
}

bool vae_drawing_png(const struct drawing *d, const char *path, struct vae_error *e)
{
    struct canvas c = {.width = (size_t)(SCALE * d->width), .height = (size_t)(SCALE * d->height)};
    const size_t n = c.width * c.height;
    c.pixels = malloc(3 * n);
    c.cover = calloc(n, sizeof *c.cover);
    bool ok = (c.pixels && c.cover) || vae_fail(e, "%s: not enough memory", path);
    if (ok) {
        memset(c.pixels, 255, 3 * n);
        c.left = c.width;
        c.top = c.height;
        for (size_t i = 0; i < d->count; i++) paint(&c, &d->shapes[i]);
        ok = vae_png_write(path, c.height, c.width, CHANNELS_RGB, c.pixels, e);
    }
    free(c.pixels);
    free(c.cover);
    return ok;
}
