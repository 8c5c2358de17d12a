#include "mask.h"
#include "../base/memory.h"
#include "../base/number.h"
#include "image_file.h"
#include "png_folder.h"
#include <string.h>

static bool make(struct mask *m, size_t count, size_t size, const char *text, struct vae_error *e)
{
    *m = (struct mask){count, size, vae_memory_get(count * size)};
    return m->missing || vae_fail(e, "--mask %s: not enough memory", text);
}

/* --- masks by name --- */

static const char *const halves[] = {"left", "right", "top", "bottom", NULL};
enum half { LEFT, RIGHT, TOP, BOTTOM };

/* The middle row or column of an odd number is seen. */
static bool make_half(enum half half, size_t rows, size_t cols, struct mask *m, struct vae_error *e)
{
    if (!make(m, 1, rows * cols, halves[half], e)) return false;
    for (size_t p = 0; p < m->size; p++) {
        const size_t r = p / cols, c = p % cols;
        m->missing[p] = half == LEFT    ? c < cols / 2
                        : half == RIGHT ? c >= cols - cols / 2
                        : half == TOP   ? r < rows / 2
                                        : r >= rows - rows / 2;
    }
    return true;
}

static bool make_random(const char *text, const char *share, size_t count, size_t size,
                        const struct sv_choice *k, struct sv_rng rng, struct mask *m,
                        struct vae_error *e)
{
    double p;
    if (!vae_number_f64(share, &p) || !(p > 0 && p < 1))
        return vae_fail(e, "--mask %s: give random:P with P between 0 and 1", text);
    if (!make(m, count, size, text, e)) return false;
    float *u = vae_memory_get(size * sizeof *u);
    if (!u) return vae_fail(e, "--mask %s: not enough memory", text);
    for (size_t i = 0; i < count; i++, rng.ctr[1]++) {
        sv_for(k, 1, size, 0)->uniform(1, size, rng, u, size);
        for (size_t c = 0; c < size; c++) m->missing[i * size + c] = u[c] < (float)p;
    }
    vae_memory_give(u);
    return true;
}

/* --- masks from files --- */

static bool right_size(const char *path, struct images *im, const struct images *of, size_t all,
                       struct vae_error *e)
{
    const size_t rows = of->rows, cols = of->cols;
    /* an array of rows x cols reads as so many flat images */
    if (im->count == rows && vae_images_size(im) == cols)
        *im = (struct images){
            .count = 1, .rows = rows, .cols = cols, .pixels = im->pixels, .values = im->values};
    if (im->rows != rows || im->cols != cols)
        return vae_fail(e, "%s: a mask of %zu x %zu; the images are %zu x %zu", path, im->rows,
                        im->cols, rows, cols);
    return im->count == 1 || im->count == of->count || im->count == all ||
           vae_fail(e, "%s: %zu masks; give one, or one for each of the %zu images", path,
                    im->count, of->count);
}

static bool take(const char *path, const struct images *im, struct mask *m, struct vae_error *e)
{
    if (!make(m, im->count, vae_images_size(im), path, e)) return false;
    for (size_t i = 0; i < m->count * m->size; i++) {
        const double v = im->values             ? (double)im->values[i]
                         : im->pixels[i] == 255 ? 1
                                                : im->pixels[i];
        if (v != 0 && v != 1)
            return vae_fail(e, "%s: mask %zu, pixel %zu is %g; 0 is seen, 1 or 255 is missing",
                            path, i / m->size, i % m->size, v);
        m->missing[i] = v == 1;
    }
    return true;
}

static bool read_file(const char *path, const struct images *of, size_t all, struct mask *m,
                      struct vae_error *e)
{
    const struct images_wanted grey = {.channels = CHANNELS_GRAY};
    struct images im;
    const bool png = vae_png_named(path);
    if (!(png ? vae_png_read(path, &im, e) : vae_image_file_read(path, &grey, &im, e)))
        return false;
    const bool ok = right_size(path, &im, of, all, e) && take(path, &im, m, e);
    vae_images_free(&im);
    return ok;
}

/* --- any mask --- */

/* All channels of a missing pixel are missing. */
static bool widen(const char *text, struct mask *m, size_t channels, struct vae_error *e)
{
    const struct mask narrow = *m;
    if (channels == 1) return true;
    const bool ok = make(m, narrow.count, narrow.size * channels, text, e);
    for (size_t i = 0; ok && i < m->count * m->size; i++)
        m->missing[i] = narrow.missing[i / channels];
    vae_memory_give(narrow.missing);
    return ok;
}

static bool leaves_something(const char *text, const struct mask *m, struct vae_error *e)
{
    return memchr(m->missing, 1, m->count * m->size) ||
           vae_fail(e, "--mask %s: no pixel is missing, so there is nothing to restore", text);
}

bool vae_mask_open(const char *text, const struct images *of, size_t all, const struct sv_choice *k,
                   struct sv_rng rng, struct mask *out, struct vae_error *e)
{
    const size_t count = of->count, rows = of->rows, cols = of->cols;
    static const char random[] = "random:";
    *out = (struct mask){0};
    enum half half = LEFT;
    while (halves[half] && strcmp(text, halves[half]) != 0) half++;
    const bool ok =
        halves[half] ? make_half(half, rows, cols, out, e)
        : !strncmp(text, random, sizeof random - 1)
            ? make_random(text, text + sizeof random - 1, count, rows * cols, k, rng, out, e)
            : read_file(text, of, all, out, e);
    if (ok && leaves_something(text, out, e) &&
        widen(text, out, vae_channel_count(of->channels), e))
        return true;
    vae_mask_free(out);
    return false;
}

void vae_mask_free(struct mask *m)
{
    vae_memory_give(m->missing);
    *m = (struct mask){0};
}
