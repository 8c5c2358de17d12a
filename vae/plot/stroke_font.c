#include "stroke_font.h"
#include <string.h>

/* Pairs of a letter's coordinates x, y, in base 36: capitals reach from y = 0 down to the base
 * line at e (14), small letters begin at 4, and tails end at i (18). A space lifts the pen.
 * After ~ the points pull a quadratic B-spline from the first to the last; after @ a closed one. */
static const struct glyph {
    unsigned code;
    const char *strokes;
} glyphs[] = {
    {'A', "0e50ae 2989"},
    {'B', "000e ~00909606 ~06a6ae0e"},
    {'C', "~a390000e9eab"},
    {'D', "000e ~00a0ae0e"},
    {'E', "90000e9e 0676"},
    {'F', "90000e 0676"},
    {'G', "~a390000eaea8 a858"},
    {'H', "000e a0ae 07a7"},
    {'I', "000e"},
    {'J', "606a ~6a6e0e0a"},
    {'K', "000e 9008 45ae"},
    {'L', "000e9e"},
    {'M', "0e006ac0ce"},
    {'N', "0e00aea0"},
    {'O', "@00b0be0e"},
    {'P', "000e ~00a0a707"},
    {'Q', "@00b0be0e 7abf"},
    {'R', "000e ~00909707 47ae"},
    {'S', "~93900007979e0e0b"},
    {'T', "00a0 505e"},
    {'U', "0009 ~090eaea9 a9a0"},
    {'V', "005ea0"},
    {'W', "003e71bee0"},
    {'X', "00ae a00e"},
    {'Y', "0057a0 575e"},
    {'Z', "00a00eae"},
    {'a', "@04848e0e 848e"},
    {'b', "000e @04848e0e"},
    {'c', "~8774040e7e8b"},
    {'d', "808e @04848e0e"},
    {'e', "0989 ~8984040e7e8b"},
    {'f', "~602024 242e 0464"},
    {'g', "@04848e0e 848f ~8f8i1i"},
    {'h', "000e ~08048489 898e"},
    {'i', "040e 0001"},
    {'j', "343f ~3f3i0i 3031"},
    {'k', "000e 740a 378e"},
    {'l', "000e"},
    {'m', "040e ~0804646a 6a6e ~6864c4ca cace"},
    {'n', "040e ~08048489 898e"},
    {'o', "@04949e0e"},
    {'p', "040i @04848e0e"},
    {'q', "848i @04848e0e"},
    {'r', "040e ~090454"},
    {'s', "~76740409797e0e0c"},
    {'t', "202b ~2b2e6e 0464"},
    {'u', "0409 ~090e8e8a 848e"},
    {'v', "044e84"},
    {'w', "043e659ec4"},
    {'x', "048e 840e"},
    {'y', "044e 842i"},
    {'z', "04840e8e"},
    {'0', "@00808e0e"},
    {'1', "03404e"},
    {'2', "~030080870e 0e8e"},
    {'3', "~0200808636 ~36868e0e0c"},
    {'4', "7e700a9a"},
    {'5', "801006 ~06949e0e0c"},
    {'6', "~72700009 @05858e0e"},
    {'7', "00803e"},
    {'8', "@10707616 @06868e0e"},
    {'9', "@00808909 ~858e1e1c"},
    {' ', ""},
    {'.', "0d0e"},
    {',', "1d0g"},
    {':', "0506 0d0e"},
    {';', "1516 1d0g"},
    {'-', "0959"},
    {'_', "0g9g"},
    {'/', "0g70"},
    {'\\', "007g"},
    {'|', "000g"},
    {'(', "~30083g"},
    {')', "~00380g"},
    {'[', "30000g3g"},
    {']', "00303g0g"},
    {'%', "0ea0 @00404404 @6aaaae6e"},
    {'=', "0777 0b7b"},
    {'+', "0989 454d"},
    {'<', "74097e"},
    {'>', "04790e"},
    {'*', "434b 0589 0985"},
    {'\'', "0003"},
    {'"', "0003 3033"},
    {'!', "0009 0d0e"},
    {'?', "~0200708738 383a 3d3e"},
    {'#', "302e 806e 05a5 0a9a"},
    {'~', "~0a068a86"},
    {'$', "~93900007979e0e0b 404e"},
    {'{', "503036083a3e5e"},
    {'}', "002026582a2e0e"},
    {'`', "0023"},
    {'^', "054085"},
    {'&', "ae33 ~331070 7606 0e7eaa"},
    {'@', "@00c0ce0e @44848a4a"},
    {0xb5, "040i ~090e8e8a 848e"},  /* micro sign */
    {0x3bc, "040i ~090e8e8a 848e"}, /* mu */
    {0x3c3, "@04848e0e 44a4"},      /* sigma */
    {0xb2, "~0100505307 0757"},     /* superscript 2 */
    {0x2212, "0989"},               /* minus */
};
static const struct glyph unknown = {0, "007070707e7e0e0e00"};

static const double CAP = 14, GAP = 4, SPACE = 5;
enum { CUTS = 5 };

static double unit_of(double size) { return 0.72 * size / CAP; }

/* Decodes a code point and goes on to the next; what is no UTF-8 stands for itself. */
static unsigned next_code(const char **text)
{
    const unsigned char *c = (const unsigned char *)*text;
    const int more = *c >= 0xf0 ? 3 : *c >= 0xe0 ? 2 : *c >= 0xc0 ? 1 : 0;
    unsigned code = more ? *c & (0x3fu >> more) : *c;
    int i = 1;
    for (; i <= more && (c[i] & 0xc0) == 0x80; i++) code = code << 6 | (c[i] & 0x3f);
    *text += i;
    return code;
}

static const struct glyph *glyph_of(unsigned code)
{
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
        if (glyphs[i].code == code) return &glyphs[i];
    return &unknown;
}

static double value_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static double width_of(const struct glyph *g)
{
    double width = *g->strokes ? 0 : SPACE;
    for (const char *c = g->strokes; *c;) {
        if (strchr(" ~@", *c)) {
            c++;
            continue;
        }
        if (value_of(*c) > width) width = value_of(*c);
        c += 2;
    }
    return width;
}

double vae_stroke_width(const char *text, double size)
{
    double units = 0;
    while (*text) units += width_of(glyph_of(next_code(&text))) + GAP;
    return units > 0 ? (units - GAP) * unit_of(size) : 0;
}

/* --- strokes --- */

struct pen {
    double unit;
    struct drawing_point origin, line[STROKE_MOST];
    size_t count;
};

static struct drawing_point control(const struct pen *p, const char *at)
{
    return (struct drawing_point){p->origin.x + p->unit * value_of(at[0]),
                                  p->origin.y + p->unit * (value_of(at[1]) - CAP)};
}

static struct drawing_point between(struct drawing_point a, struct drawing_point b)
{
    return (struct drawing_point){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

static void line_to(struct pen *p, struct drawing_point to)
{
    if (p->count < STROKE_MOST) p->line[p->count++] = to;
}

/* A quadratic Bezier curve from where the pen is. */
static void curve_to(struct pen *p, struct drawing_point pull, struct drawing_point to)
{
    const struct drawing_point from = p->line[p->count - 1];
    for (int i = 1; i <= CUTS; i++) {
        const double t = (double)i / (double)CUTS, a = (1 - t) * (1 - t), b = 2 * t * (1 - t),
                     c = t * t;
        line_to(p, (struct drawing_point){a * from.x + b * pull.x + c * to.x,
                                          a * from.y + b * pull.y + c * to.y});
    }
}

/* A stroke of n control points. */
static void trace(struct pen *p, char kind, const char *at, size_t n)
{
    const bool closed = kind == '@', smooth = closed || kind == '~';
    const struct drawing_point first = control(p, at), last = control(p, at + 2 * (n - 1));
    p->count = 0;
    line_to(p, closed ? between(last, first) : first);
    for (size_t i = closed ? 0 : 1; i < n; i++) {
        const struct drawing_point here = control(p, at + 2 * i);
        const struct drawing_point next = i + 1 < n ? control(p, at + 2 * (i + 1)) : first;
        if (!smooth || (!closed && i + 1 == n))
            line_to(p, here);
        else if (!closed && i + 2 == n)
            curve_to(p, here, next);
        else
            curve_to(p, here, between(here, next));
    }
}

void vae_stroke_text(const char *text, double size, stroke_fn *stroke, void *arg)
{
    struct pen p = {.unit = unit_of(size)};
    while (*text) {
        const struct glyph *g = glyph_of(next_code(&text));
        for (const char *c = g->strokes; *c;) {
            const char kind = strchr("~@", *c) ? *c++ : 0;
            const size_t n = strcspn(c, " ");
            trace(&p, kind, c, n / 2);
            stroke(arg, p.count, p.line);
            c += n + (c[n] == ' ');
        }
        p.origin.x += (width_of(g) + GAP) * p.unit;
    }
}
