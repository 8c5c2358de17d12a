#include "../base/replace_file.h"
#include "drawing.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void __attribute__((format(printf, 2, 3)))
put(struct replace_file *r, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    vae_replace_write(r, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

/* What XML reserves is escaped; control characters are gone by now (text.h). */
static void put_escaped(struct replace_file *r, const char *text)
{
    for (; *text; text++) {
        const char *as = *text == '&'   ? "&amp;"
                         : *text == '<' ? "&lt;"
                         : *text == '>' ? "&gt;"
                         : *text == '"' ? "&quot;"
                                        : NULL;
        if (as)
            vae_replace_write(r, as, strlen(as));
        else
            vae_replace_write(r, text, 1);
    }
}

static void put_shades(struct replace_file *r, bool dark)
{
    for (int i = 0; i < DRAWING_COLORS; i++) {
        const struct drawing_shade *s = &drawing_shades[i];
        if (dark && s->light == s->dark) continue;
        put(r, ".l%d { stroke: #%06x } .f%d { fill: #%06x }\n", i, dark ? s->dark : s->light, i,
            dark ? s->dark : s->light);
    }
}

static void put_begin(struct replace_file *r, const struct drawing *d)
{
    put(r, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" ",
        d->width, d->height, d->width);
    put(r, "height=\"%.0f\" role=\"img\" aria-label=\"", d->height);
    put_escaped(r, d->about);
    put(r, "\">\n<style>\n"
           "text { font-family: system-ui, -apple-system, \"Segoe UI\", sans-serif }\n"
           "path { fill: none; stroke-linecap: round; stroke-linejoin: round }\n");
    put_shades(r, false);
    put(r, "@media (prefers-color-scheme: dark) {\n");
    put_shades(r, true);
    put(r, "}\n</style>\n");
}

static void put_text(struct replace_file *r, const struct drawing_shape *s)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    const struct drawing_point at = s->points[0];
    put(r, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"f%d\" font-size=\"%.0f\"", at.x,
        at.y, anchors[s->anchor], s->color, drawing_font_size[s->font]);
    if (s->font == FONT_TITLE) put(r, " font-weight=\"600\"");
    if (s->upright) put(r, " transform=\"rotate(-90 %.1f %.1f)\"", at.x, at.y);
    put(r, ">");
    put_escaped(r, s->text);
    put(r, "</text>\n");
}

/* A dot is a line of no length with round ends. */
static void put_path(struct replace_file *r, const struct drawing_shape *s)
{
    const double *dash = drawing_dashes[s->dash], half = s->width / 2;
    put(r, "<path class=\"l%d\" stroke-width=\"%.3g\"", s->color,
        s->kind == DRAWN_CROSSES ? 1.2 : s->width);
    if (dash[0] > 0) put(r, " stroke-dasharray=\"%.3g %.3g\"", dash[0], dash[1]);
    put(r, " d=\"");
    for (size_t i = 0; i < s->count; i++) {
        const struct drawing_point p = s->points[i];
        if (s->kind == DRAWN_LINE)
            put(r, "%s%.1f %.1f", i ? "L" : "M", p.x, p.y);
        else if (s->kind == DRAWN_DOTS)
            put(r, "M%.1f %.1fh0", p.x, p.y);
        else
            put(r, "M%.1f %.1fl%.3g %.3gm0 %.3gl%.3g %.3g", p.x - half, p.y - half, s->width,
                s->width, -s->width, -s->width, s->width);
    }
    put(r, "\"/>\n");
}

static void put_box(struct replace_file *r, const struct drawing_shape *s)
{
    const struct drawing_point a = s->points[0], b = s->points[1];
    put(r, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f%d\"/>\n", a.x, a.y,
        b.x - a.x, b.y - a.y, s->color);
}

bool vae_drawing_svg(const struct drawing *d, const char *path, struct vae_error *e)
{
    struct replace_file r;
    if (!vae_replace_begin(&r, path, e)) return false;
    put_begin(&r, d);
    for (size_t i = 0; i < d->count; i++) {
        const struct drawing_shape *s = &d->shapes[i];
        (s->kind == DRAWN_TEXT ? put_text : s->kind == DRAWN_BOX ? put_box : put_path)(&r, s);
    }
    put(&r, "</svg>\n");
    return vae_replace_commit(&r, e);
}
