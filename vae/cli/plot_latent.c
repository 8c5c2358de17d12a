#include "../base/min.h"
#include "../plot/chart.h"
#include "plots.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT = 84, TOP = 44, BELOW = 44 };

/* --- KL of each dimension --- */

struct bar {
    size_t dimension;
    double kl;
    bool active;
};

static int longest_first(const void *a, const void *b)
{
    const struct bar *x = a, *y = b;
    if (x->kl != y->kl) return x->kl < y->kl ? 1 : -1;
    return (x->dimension > y->dimension) - (x->dimension < y->dimension);
}

enum { KL_RIGHT = 740, KL_BOTTOM = 320, KL_NAMED = 40 };

static void draw_bars(struct chart *c, size_t n, const struct bar *bars)
{
    const double step = (KL_RIGHT - LEFT) / (double)n, gap = fmin(4, step / 4);
    for (size_t i = 0; i < n; i++) {
        const double x = (double)LEFT + step * (double)i;
        char text[16];
        vae_draw_box(c->drawing, bars[i].active ? (int)COLOR_SERIES : (int)COLOR_GREY,
                     (struct drawing_point){x + gap / 2, vae_chart_at(&c->y, bars[i].kl)},
                     (struct drawing_point){x + step - gap / 2, KL_BOTTOM});
        snprintf(text, sizeof text, "%zu", bars[i].dimension);
        if (n <= KL_NAMED)
            vae_draw_text(c->drawing, FONT_NOTE, ANCHOR_MIDDLE,
                          (struct drawing_point){x + step / 2, KL_BOTTOM + 17}, text);
    }
}

void vae_plot_kl(struct drawing *d, const char *name, const struct vae_latent *l)
{
    static const struct chart_entry entries[] = {
        {"active: its mean varies over the images, by a variance above 0.01", KEY_BOX, COLOR_SERIES,
         0},
        {"not active", KEY_BOX, COLOR_GREY, 0}};
    char shown[PLOT_NAME], title[PLOT_NAME + 96];
    struct chart c = {.drawing = d};
    struct bar *bars = malloc(l->latent * sizeof *bars);
    double most = 0;
    d->failed = !bars;
    if (!bars) return;
    for (size_t j = 0; j < l->latent; j++) {
        bars[j] = (struct bar){j, fmax(0, vae_latent_kl(l, j)),
                               vae_latent_mean_variance(l, j) > VAE_ACTIVE_VARIANCE};
        most = fmax(most, bars[j].kl);
    }
    qsort(bars, l->latent, sizeof *bars, longest_first);
    d->width = 760;
    d->height = KL_BOTTOM + BELOW + LEGEND_ROW + 10;
    d->about = "KL divergence of each dimension of z";
    c.x = (struct chart_scale){0, (double)l->latent, LEFT, KL_RIGHT, false};
    c.y = (struct chart_scale){0, most > 0 ? 1.05 * most : 1, KL_BOTTOM, TOP, false};
    vae_plot_name(name, shown);
    snprintf(title, sizeof title, "KL of each dimension of z: %zu of %zu active (%s)",
             vae_latent_active(l), l->latent, shown);
    vae_chart_title(&c, title);
    vae_chart_y_axis(&c, "mean KL (nats)");
    draw_bars(&c, l->latent, bars);
    if (l->latent <= KL_NAMED)
        vae_chart_x_name(&c, "dimension of z");
    else
        vae_chart_x_axis(&c, "dimensions of z, sorted");
    vae_chart_legend(&c, LEFT, KL_RIGHT, KL_BOTTOM + BELOW, 2, entries);
    free(bars);
}

/* --- codes in the plane --- */

enum { PLANE_WIDTH = 640, PLANE_RIGHT = 620, PLANE_BOTTOM = 560 };

/* Marks of the codes with that label; of all if there are no labels. */
static void draw_codes(struct chart *c, size_t count, const double *codes,
                       const struct image_label *labels, const struct image_label *label,
                       struct chart_entry as)
{
    struct drawing_point *points = malloc(count * sizeof *points);
    size_t n = 0;
    c->drawing->failed = c->drawing->failed || !points;
    for (size_t i = 0; points && i < count; i++)
        if (!labels || !memcmp(&labels[i], label, sizeof *label))
            points[n++] = (struct drawing_point){vae_chart_at(&c->x, codes[2 * i]),
                                                 vae_chart_at(&c->y, codes[2 * i + 1])};
    vae_draw_marks(c->drawing, as.color, count > 3000 ? 2.5 : 3.5, as.key == KEY_CROSS, n, points);
    free(points);
}

static struct chart_scale scale_of(size_t count, const double *codes, size_t axis, double from,
                                   double to)
{
    double low = codes[axis], high = low;
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, codes[2 * i + axis]);
        high = fmax(high, codes[2 * i + axis]);
    }
    return vae_chart_around(low, high, from, to);
}

void vae_plot_scatter(struct drawing *d, const char *name, const char axes[2][64], size_t count,
                      const double *codes, const struct image_label *labels, size_t classes,
                      const struct image_label *different)
{
    char shown[PLOT_NAME], title[PLOT_NAME + 64], names[PLOT_MOST_LABELS][PLOT_NAME];
    struct chart_entry entries[PLOT_MOST_LABELS];
    struct chart c = {.drawing = d};
    for (size_t i = 0; i < classes; i++) {
        vae_plot_name(different[i].text, names[i]);
        entries[i] = (struct chart_entry){names[i], i < DRAWING_SERIES ? KEY_DOT : KEY_CROSS,
                                          COLOR_SERIES + (int)(i % DRAWING_SERIES), 0};
    }
    d->width = PLANE_WIDTH;
    d->height = PLANE_BOTTOM + BELOW + 10 +
                LEGEND_ROW * (double)vae_chart_legend(NULL, LEFT, PLANE_RIGHT, 0, classes, entries);
    d->about = "Codes of images in two dimensions";
    c.x = scale_of(count, codes, 0, LEFT, PLANE_RIGHT);
    c.y = scale_of(count, codes, 1, PLANE_BOTTOM, TOP);
    vae_plot_name(name, shown);
    snprintf(title, sizeof title, "Codes of %zu images (%s)", count, shown);
    vae_chart_title(&c, title);
    vae_chart_y_axis(&c, axes[1]);
    vae_chart_x_axis(&c, axes[0]);
    for (size_t i = 0; i < classes; i++)
        draw_codes(&c, count, codes, labels, &different[i], entries[i]);
    if (!classes)
        draw_codes(&c, count, codes, NULL, NULL, (struct chart_entry){.color = COLOR_GREY});
    vae_chart_legend(&c, LEFT, PLANE_RIGHT, PLANE_BOTTOM + BELOW, classes, entries);
}
