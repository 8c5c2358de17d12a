/* Each digit is a few strokes, each stroke a Catmull-Rom spline through control points in the unit
 * square (x right, y down). A digit is transformed, its splines cut into segments, and each pixel's
 * ink falls off over one pixel at the stroke's edge. Uses only + - * / and sqrt, so the bits are
 * the same everywhere.
 */
#include "synthetic.h"
#include "../../kernels/kernels.h"
#include "../base/streams.h"
#include "labels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_POINTS = 9, MAX_STROKES = 3, CUTS = 6 };

struct point {
    float x, y;
};
struct stroke {
    int points;
    struct point p[MAX_POINTS];
};
struct glyph {
    int strokes;
    struct stroke s[MAX_STROKES];
};

// clang-format off
static const struct glyph glyphs[10] = {
    {1, {{9, {{.50f, .05f}, {.78f, .20f}, {.85f, .50f}, {.78f, .80f}, {.50f, .95f},
              {.22f, .80f}, {.15f, .50f}, {.22f, .20f}, {.50f, .05f}}}}},
    {2, {{2, {{.35f, .20f}, {.55f, .05f}}},
         {2, {{.55f, .05f}, {.55f, .95f}}}}},
    {2, {{7, {{.20f, .25f}, {.30f, .08f}, {.55f, .04f}, {.78f, .20f}, {.70f, .45f},
              {.40f, .75f}, {.18f, .95f}}},
         {2, {{.18f, .95f}, {.85f, .95f}}}}},
    {2, {{5, {{.20f, .12f}, {.50f, .04f}, {.78f, .20f}, {.68f, .42f}, {.42f, .48f}}},
         {5, {{.42f, .48f}, {.75f, .56f}, {.82f, .76f}, {.55f, .96f}, {.18f, .86f}}}}},
    {3, {{2, {{.62f, .05f}, {.15f, .65f}}},
         {2, {{.15f, .65f}, {.88f, .65f}}},
         {2, {{.65f, .35f}, {.65f, .97f}}}}},
    {3, {{2, {{.78f, .06f}, {.30f, .06f}}},
         {2, {{.30f, .06f}, {.25f, .45f}}},
         {6, {{.25f, .45f}, {.55f, .38f}, {.82f, .58f}, {.75f, .85f}, {.45f, .96f},
              {.18f, .86f}}}}},
    {1, {{9, {{.72f, .06f}, {.40f, .22f}, {.20f, .55f}, {.25f, .85f}, {.50f, .96f},
              {.77f, .82f}, {.75f, .60f}, {.50f, .50f}, {.24f, .65f}}}}},
    {2, {{2, {{.15f, .07f}, {.85f, .07f}}},
         {3, {{.85f, .07f}, {.60f, .45f}, {.42f, .95f}}}}},
    {2, {{7, {{.50f, .48f}, {.24f, .30f}, {.30f, .10f}, {.50f, .04f}, {.70f, .10f},
              {.76f, .30f}, {.50f, .48f}}},
         {7, {{.50f, .48f}, {.20f, .68f}, {.25f, .88f}, {.50f, .96f}, {.75f, .88f},
              {.80f, .68f}, {.50f, .48f}}}}},
    {1, {{9, {{.76f, .35f}, {.50f, .50f}, {.25f, .40f}, {.25f, .15f}, {.50f, .04f},
              {.75f, .15f}, {.77f, .40f}, {.70f, .70f}, {.55f, .96f}}}}},
};
// clang-format on

/* One row of uniforms, used in order. */
struct dice {
    float u[128];
    size_t next;
};
static float between(struct dice *d, float lo, float hi)
{
    return lo + (hi - lo) * d->u[d->next++ % 128];
}

struct pen {
    float scale_x, scale_y, slant, x, y, radius;
};

static struct point place(const struct pen *pen, struct point p)
{
    const float x = (p.x - 0.5f) * pen->scale_x, y = (p.y - 0.5f) * pen->scale_y;
    return (struct point){pen->x + x - pen->slant * y, pen->y + y};
}

static float clamp01(float x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

static float distance(struct point a, struct point b, float x, float y)
{
    const float dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    const float t = length2 > 0 ? clamp01(((x - a.x) * dx + (y - a.y) * dy) / length2) : 0;
    const float ex = x - a.x - t * dx, ey = y - a.y - t * dy;
    return sqrtf(ex * ex + ey * ey);
}

static int pixel(float x)
{
    return x < 0 ? 0 : x > (float)SYNTHETIC_SIDE ? SYNTHETIC_SIDE : (int)x;
}

static void ink_segment(uint8_t *image, struct point a, struct point b, float radius)
{
    const float reach = radius + 1;
    const int x0 = pixel(fminf(a.x, b.x) - reach), x1 = pixel(fmaxf(a.x, b.x) + reach + 1);
    const int y0 = pixel(fminf(a.y, b.y) - reach), y1 = pixel(fmaxf(a.y, b.y) + reach + 1);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            const float d = distance(a, b, (float)x + 0.5f, (float)y + 0.5f);
            const uint8_t ink = (uint8_t)(255 * clamp01(radius + 0.5f - d) + 0.5f);
            uint8_t *p = image + y * SYNTHETIC_SIDE + x;
            if (ink > *p) *p = ink;
        }
}

/* Catmull-Rom between p1 and p2 at t */
static float spline(float p0, float p1, float p2, float p3, float t)
{
    const float a = 2 * p1, b = p2 - p0, c = 2 * p0 - 5 * p1 + 4 * p2 - p3;
    const float d = 3 * p1 - p0 - 3 * p2 + p3;
    return 0.5f * (a + t * (b + t * (c + t * d)));
}

static void ink_stroke(uint8_t *image, const struct pen *pen, const struct stroke *s,
                       struct dice *dice)
{
    struct point p[MAX_POINTS];
    for (int i = 0; i < s->points; i++) {
        p[i] = place(pen, s->p[i]);
        p[i].x += between(dice, -0.5f, 0.5f);
        p[i].y += between(dice, -0.5f, 0.5f);
    }
    for (int i = 0; i + 1 < s->points; i++) {
        const struct point p0 = p[i ? i - 1 : 0], p3 = p[i + 2 < s->points ? i + 2 : i + 1];
        struct point from = p[i];
        for (int cut = 1; cut <= CUTS; cut++) {
            const float t = (float)cut / (float)CUTS;
            const struct point to = {spline(p0.x, p[i].x, p[i + 1].x, p3.x, t),
                                     spline(p0.y, p[i].y, p[i + 1].y, p3.y, t)};
            ink_segment(image, from, to, pen->radius);
            from = to;
        }
    }
}

/* The first of a row's dice. */
static int choose_digit(struct dice *d) { return (int)between(d, 0, 10) % 10; }

static void draw_digit(uint8_t *image, struct dice *d)
{
    const struct glyph *g = &glyphs[choose_digit(d)];
    const float scale = between(d, 17, 21);
    const struct pen pen = {
        .scale_x = scale * between(d, 0.65f, 0.95f),
        .scale_y = scale,
        .slant = between(d, -0.1f, 0.4f),
        .x = (float)SYNTHETIC_SIDE / 2 + between(d, -1.5f, 1.5f),
        .y = (float)SYNTHETIC_SIDE / 2 + between(d, -1.5f, 1.5f),
        .radius = between(d, 0.7f, 1.8f),
    };
    for (int i = 0; i < g->strokes; i++) ink_stroke(image, &pen, &g->s[i], d);
}

static struct dice throw_dice(size_t row, const struct sv_kernels *k)
{
    struct dice dice = {.next = 0};
    struct sv_rng rng = sv_rng_at(0, STREAM_SYNTHETIC, 0);
    rng.ctr[1] = (uint32_t)row;
    k->uniform(1, 128, rng, dice.u, 128);
    return dice;
}

/* --- colour --- */

enum { HUES = 6 * 256, DARK = 64 };

/* A channel of a pure colour of that hue, 0 ... 255: red, yellow, green, cyan, blue, purple in turn. */
static int channel_of(int hue, int channel)
{
    const int at = (hue + (3 - channel) * 2 * 256) % HUES; /* from this channel's own hue on */
    return at < 256 ? 255 : at < 512 ? 511 - at : at < 1024 ? 0 : at < 1280 ? at - 1024 : 255;
}

/* Bright ink of any hue on dark paper of the opposite one. */
static void colour(const uint8_t *grey, struct dice *d, uint8_t *rgb)
{
    const int ink = (int)between(d, 0, 6 * 256) % HUES, paper = (ink + HUES / 2) % HUES;
    for (size_t i = 0; i < SYNTHETIC_SIZE; i++)
        for (int c = 0; c < 3; c++) {
            const int dark = channel_of(paper, c) * DARK / 255;
            *rgb++ = (uint8_t)(dark + (channel_of(ink, c) - dark) * grey[i] / 255);
        }
}

static bool label(size_t first, size_t count, const struct sv_kernels *k, struct images *out,
                  struct vae_error *e)
{
    out->labels = malloc(count * sizeof *out->labels);
    if (!out->labels) return vae_fail(e, "synthetic digits: not enough memory");
    for (size_t i = 0; i < count; i++) {
        struct dice dice = throw_dice(first + i, k);
        out->labels[i] = vae_label_of((char[2]){(char)('0' + choose_digit(&dice)), 0});
    }
    return true;
}

bool vae_synthetic_make(const struct images_wanted *w, size_t first, size_t count,
                        struct images *out, struct vae_error *e)
{
    struct sv_kernels k;
    uint8_t grey[SYNTHETIC_SIZE];
    sv_dispatch("generic", &k);
    if (!vae_images_make(out, count, SYNTHETIC_SIDE, SYNTHETIC_SIDE, w->channels))
        return vae_fail(e, "synthetic digits: not enough memory");
    for (size_t i = 0; i < count; i++) {
        struct dice dice = throw_dice(first + i, &k);
        uint8_t *to = out->pixels + i * vae_images_size(out);
        memset(grey, 0, sizeof grey);
        draw_digit(grey, &dice);
        if (w->channels == CHANNELS_RGB)
            colour(grey, &dice, to);
        else
            memcpy(to, grey, sizeof grey);
    }
    return !w->labels || label(first, count, &k, out, e);
}
