/* A font of pen strokes, for pictures of pixels: a library that knows the system's fonts would
 * bring many others with it. */
#ifndef VAE_STROKE_FONT_H
#define VAE_STROKE_FONT_H

#include "drawing.h"

/* Width of a text in UTF-8, in the units of `size`, the font's size. */
double vae_stroke_width(const char *text, double size);

/* Calls `stroke` for each stroke of the text, whose base line begins at the origin. ASCII and a few
 * letters more are known; others are boxes. */
enum { STROKE_MOST = 64 };
typedef void stroke_fn(void *arg, size_t count, const struct drawing_point *points);
void vae_stroke_text(const char *text, double size, stroke_fn *stroke, void *arg);

#endif
