#include "drawing.h"
#include "../base/text.h"
#include "stroke_font.h"
#include <stdlib.h>
#include <string.h>

const double drawing_dashes[DRAWING_DASHES][2] = {{0, 0}, {6, 4}, {1.5, 3.5}, {9, 3}};
const double drawing_font_size[] = {[FONT_NOTE] = 11, [FONT_TEXT] = 12, [FONT_TITLE] = 13};

const struct drawing_shade drawing_shades[DRAWING_COLORS] = {
    [COLOR_TEXT] = {0x1f2328, 0xf0f6fc},       [COLOR_NOTE] = {0x59636e, 0x9198a1},
    [COLOR_AXIS] = {0x59636e, 0x9198a1},       [COLOR_GRID] = {0xd1d9e0, 0x3d444d},
    [COLOR_SERIES] = {0x2f81f7, 0x2f81f7},     [COLOR_SERIES + 1] = {0xd08700, 0xd08700},
    [COLOR_SERIES + 2] = {0x2da44e, 0x2da44e}, [COLOR_SERIES + 3] = {0xe5534b, 0xe5534b},
    [COLOR_SERIES + 4] = {0x986ee2, 0x986ee2}, [COLOR_SERIES + 5] = {0x0e9db0, 0x0e9db0},
    [COLOR_SERIES + 6] = {0xd9539d, 0xd9539d}, [COLOR_SERIES + 7] = {0x9a6b3f, 0x9a6b3f},
    [COLOR_SERIES + 8] = {0x82a000, 0x82a000}, [COLOR_GREY] = {0x7d8590, 0x7d8590}};

/* Adds a shape with a copy of the points and of the text, if it has one. */
static void add(struct drawing *d, struct drawing_shape s, const struct drawing_point *points)
{
    if (d->failed) return;
    if (d->count == d->room) {
        const size_t room = d->room ? 2 * d->room : 64;
        struct drawing_shape *larger = realloc(d->shapes, room * sizeof *larger);
        d->failed = !larger;
        if (!larger) return;
        d->shapes = larger;
        d->room = room;
    }
    const char *text = s.text;
    s.points = malloc(s.count * sizeof *points);
    s.text = text ? strdup(text) : NULL;
    if (s.points) memcpy(s.points, points, s.count * sizeof *points);
    d->failed = !s.points || (text && !s.text);
    d->shapes[d->count++] = s;
}

void vae_draw_line(struct drawing *d, int color, double width, int dash, size_t count,
                   const struct drawing_point *points)
{
    if (count < 2) return;
    add(d,
        (struct drawing_shape){
            .kind = DRAWN_LINE, .color = color, .width = width, .dash = dash, .count = count},
        points);
}

void vae_draw_marks(struct drawing *d, int color, double width, bool crosses, size_t count,
                    const struct drawing_point *points)
{
    if (count == 0) return;
    add(d,
        (struct drawing_shape){.kind = crosses ? DRAWN_CROSSES : DRAWN_DOTS,
                               .color = color,
                               .width = width,
                               .count = count},
        points);
}

void vae_draw_box(struct drawing *d, int color, struct drawing_point from, struct drawing_point to)
{
    const struct drawing_point corners[] = {from, to};
    add(d, (struct drawing_shape){.kind = DRAWN_BOX, .color = color, .count = 2}, corners);
}

static void add_text(struct drawing *d, struct drawing_shape s, struct drawing_point at,
                     const char *text)
{
    char *copy = strdup(text);
    d->failed = d->failed || !copy;
    s.kind = DRAWN_TEXT;
    s.color = s.font == FONT_NOTE ? COLOR_NOTE : COLOR_TEXT;
    s.count = 1;
    s.text = copy;
    add(d, s, &at);
    free(copy);
}

void vae_draw_text(struct drawing *d, enum drawing_font font, enum drawing_anchor anchor,
                   struct drawing_point at, const char *text)
{
    add_text(d, (struct drawing_shape){.font = font, .anchor = anchor}, at, text);
}

void vae_draw_upright(struct drawing *d, struct drawing_point middle, const char *text)
{
    add_text(d, (struct drawing_shape){.font = FONT_NOTE, .anchor = ANCHOR_MIDDLE, .upright = true},
             middle, text);
}

void vae_drawing_free(struct drawing *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free(d->shapes[i].points);
        free(d->shapes[i].text);
    }
    free(d->shapes);
    *d = (struct drawing){0};
}

/* A sans-serif font's letters are some 0.55 of its size wide. */
double vae_drawing_text_width(enum drawing_font font, const char *text)
{
    const double size = drawing_font_size[font], ours = vae_stroke_width(text, size);
    size_t letters = 0;
    for (const char *c = text; *c; c++) letters += ((unsigned char)*c & 0xc0) != 0x80;
    const double usual = 0.58 * size * (double)letters;
    return ours > usual ? ours : usual;
}

bool vae_drawing_write(const struct drawing *d, const char *path, struct vae_error *e)
{
    if (d->failed) return vae_fail(e, "%s: not enough memory", path);
    return vae_text_ends(path, ".svg") ? vae_drawing_svg(d, path, e) : vae_drawing_png(d, path, e);
}
