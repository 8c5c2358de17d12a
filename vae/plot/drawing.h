/* A drawing as a list of shapes, written as SVG or as PNG.
 *
 * Lengths are in pixels of the SVG, x to the right, y down. Memory may run out at any shape: writing then
 * fails, so that only that need be checked. */
#ifndef VAE_DRAWING_H
#define VAE_DRAWING_H

#include "../base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* SERIES and the nine after it tell data apart, on a light background and on a dark one. */
enum drawing_color { COLOR_TEXT, COLOR_NOTE, COLOR_AXIS, COLOR_GRID, COLOR_SERIES };
enum { DRAWING_SERIES = 10, DRAWING_COLORS = COLOR_SERIES + DRAWING_SERIES };
enum { COLOR_GREY = COLOR_SERIES + DRAWING_SERIES - 1 };

enum drawing_font { FONT_NOTE, FONT_TEXT, FONT_TITLE };
enum drawing_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct drawing_point {
    double x, y;
};

struct drawing_shape {
    enum { DRAWN_LINE, DRAWN_DOTS, DRAWN_CROSSES, DRAWN_BOX, DRAWN_TEXT } kind;
    int color;
    double width; /* of a line; of a dot or cross, from side to side */
    int dash;     /* of a line: an index into drawing_dashes */
    size_t count;
    struct drawing_point *points; /* a box's corners; where a text stands, on its base line */
    char *text;
    enum drawing_font font;
    enum drawing_anchor anchor;
    bool upright; /* a text from bottom to top */
};

struct drawing {
    double width, height;
    const char *about; /* for those who cannot see it */
    struct drawing_shape *shapes;
    size_t count, room;
    bool failed; /* out of memory */
};

/* On and off, in pixels; 0: not dashed. */
enum { DRAWING_DASHES = 4 };
extern const double drawing_dashes[DRAWING_DASHES][2];
extern const double drawing_font_size[]; /* by enum drawing_font */

/* All copy what they are given. */
void vae_draw_line(struct drawing *d, int color, double width, int dash, size_t count,
                   const struct drawing_point *points);
void vae_draw_marks(struct drawing *d, int color, double width, bool crosses, size_t count,
                    const struct drawing_point *points);
void vae_draw_box(struct drawing *d, int color, struct drawing_point from, struct drawing_point to);
void vae_draw_text(struct drawing *d, enum drawing_font font, enum drawing_anchor anchor,
                   struct drawing_point at, const char *text);
void vae_draw_upright(struct drawing *d, struct drawing_point middle, const char *text);

void vae_drawing_free(struct drawing *d);

/* At least as wide as the text is drawn by either writer, in pixels. */
double vae_drawing_text_width(enum drawing_font font, const char *text);

/* To a file whose name ends in .svg or else .png. SVG: colours follow the reader's preference for light
 * or dark. PNG: on white, twice the size. */
bool vae_drawing_write(const struct drawing *d, const char *path, struct vae_error *e);

/* The two writers (drawing_svg.c, drawing_png.c). */
bool vae_drawing_svg(const struct drawing *d, const char *path, struct vae_error *e);
bool vae_drawing_png(const struct drawing *d, const char *path, struct vae_error *e);

/* A colour as 0xRRGGBB, on white and on black. */
struct drawing_shade {
    unsigned light, dark;
};
extern const struct drawing_shade drawing_shades[DRAWING_COLORS];

#endif
