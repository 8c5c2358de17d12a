#include "resize.h"
#include "../base/min.h"

/* Along one side, `from` old pixels become `to` new ones. In units of which an old pixel has `to` and a new one
 * `from`, new pixel `at` covers [at from, (at + 1) from): the old ones from `first` to before `end`. */
struct side {
    size_t from, to, at, first, end;
};

static struct side side_at(size_t at, size_t from, size_t to)
{
    return (struct side){from, to, at, at * from / to, ((at + 1) * from + to - 1) / to};
}

/* How much of old pixel `old` is covered. The sum is `from`. */
static double covered(const struct side *s, size_t old)
{
    const size_t begin = old * s->to < s->at * s->from ? s->at * s->from : old * s->to;
    return (double)(vae_min_size((old + 1) * s->to, (s->at + 1) * s->from) - begin);
}

static double mean(const struct images *i, size_t image, const struct side *y, const struct side *x,
                   size_t channel)
{
    const size_t channels = vae_channel_count(i->channels), start = image * vae_images_size(i);
    double sum = 0;
    for (size_t r = y->first; r < y->end; r++)
        for (size_t c = x->first; c < x->end; c++) {
            const size_t at = start + (r * i->cols + c) * channels + channel;
            const double value = i->values ? (double)i->values[at] : i->pixels[at];
            sum += value * (covered(y, r) * covered(x, c));
        }
    return sum / ((double)y->from * (double)x->from);
}

void vae_resize(const struct images *from, size_t a, struct images *to, size_t b)
{
    const size_t channels = vae_channel_count(to->channels);
    size_t at = b * vae_images_size(to);
    for (size_t r = 0; r < to->rows; r++) {
        const struct side y = side_at(r, from->rows, to->rows);
        for (size_t c = 0; c < to->cols; c++) {
            const struct side x = side_at(c, from->cols, to->cols);
            for (size_t k = 0; k < channels; k++, at++)
                if (to->values)
                    to->values[at] = (float)mean(from, a, &y, &x, k);
                else
                    to->pixels[at] = (uint8_t)(mean(from, a, &y, &x, k) + 0.5);
        }
    }
}

bool vae_images_resize(struct images *i, size_t rows, size_t cols)
{
    struct images to;
    if (!i->count || (i->rows == rows && i->cols == cols)) return true;
    if (!vae_images_make_like(&to, i, rows, cols)) return false;
    for (size_t image = 0; image < i->count; image++) vae_resize(i, image, &to, image);
    to.labels = i->labels;
    i->labels = NULL;
    vae_images_free(i);
    *i = to;
    return true;
}
