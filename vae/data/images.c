#include "images.h"
#include "../../reference/fnv.h"
#include "../base/memory.h"
#include "../base/min.h"
#include <stdlib.h>
#include <string.h>

/* vae_images_at without const */
static char *at(struct images *i, size_t image)
{
    char *first = i->values ? (char *)i->values : (char *)i->pixels;
    return first + image * vae_images_bytes(i);
}

/* `count` images as those of `like`. */
static bool make(struct images *i, size_t count, const struct images *like)
{
    *i = (struct images){.count = count,
                         .rows = like->rows,
                         .cols = like->cols,
                         .channels = like->channels,
                         .was_colour = like->was_colour};
    const size_t n = count * vae_images_size(i);
    if (like->values)
        i->values = vae_memory_get(n * sizeof *i->values);
    else
        i->pixels = vae_memory_get(n);
    return i->values || i->pixels;
}

bool vae_images_make(struct images *i, size_t count, size_t rows, size_t cols,
                     enum vae_channels channels)
{
    return make(i, count, &(struct images){.rows = rows, .cols = cols, .channels = channels});
}

bool vae_images_make_like(struct images *i, const struct images *like, size_t rows, size_t cols)
{
    struct images to = *like;
    to.rows = rows;
    to.cols = cols;
    return make(i, like->count, &to);
}

bool vae_images_first(struct images *i, const struct images *from, size_t n)
{
    if (!make(i, vae_min_size(n, from->count), from)) return false;
    memcpy(at(i, 0), vae_images_at(from, 0), i->count * vae_images_bytes(i));
    return true;
}

void vae_images_free(struct images *i)
{
    vae_memory_give(i->pixels);
    vae_memory_give(i->values);
    free(i->labels);
    *i = (struct images){0};
}

/* The finaliser of SplitMix64 (Steele, Lea & Flood 2014). */
static uint64_t hash_of(uint64_t index)
{
    uint64_t z = index + 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

bool vae_images_held_out(size_t index) { return hash_of(index) % IMAGES_HOLD_OUT == 0; }

bool vae_images_split(struct images *i, struct images *held)
{
    const size_t bytes = vae_images_bytes(i), count = i->count;
    size_t n = 0;
    for (size_t image = 0; image < count; image++) n += vae_images_held_out(image);
    if (!make(held, n, i) ||
        (i->labels && !(held->labels = malloc((n + 1) * sizeof *held->labels))))
        return false;
    i->count = held->count = 0;
    for (size_t from = 0; from < count; from++) {
        struct images *to = vae_images_held_out(from) ? held : i;
        if (i->labels) to->labels[to->count] = i->labels[from];
        memmove(at(to, to->count++), at(i, from), bytes);
    }
    return true;
}

static void transpose(char *to, const char *from, size_t rows, size_t cols, size_t size)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            memcpy(to + (c * rows + r) * size, from + (r * cols + c) * size, size);
}

bool vae_images_transpose(struct images *i)
{
    const size_t rows = i->rows, cols = i->cols, bytes = vae_images_bytes(i);
    char *image = malloc(bytes);
    if (!image) return false;
    for (size_t n = 0; n < i->count; n++) {
        memcpy(image, at(i, n), bytes);
        transpose(at(i, n), image, rows, cols, bytes / (rows * cols));
    }
    free(image);
    i->rows = cols;
    i->cols = rows;
    return true;
}

static uint64_t sum_of(uint64_t h, const void *bytes, size_t n, size_t step)
{
    for (size_t i = 0; i < n; i += step) h = fnv_byte(h, ((const unsigned char *)bytes)[i]);
    return h;
}

uint64_t vae_images_sum(const struct images *i)
{
    const uint64_t sizes[] = {i->count, i->rows, i->cols};
    const size_t n = i->count * vae_images_bytes(i), most = 65536;
    return sum_of(sum_of(FNV_START, sizes, sizeof sizes, 1), vae_images_at(i, 0), n,
                  (n + most - 1) / most);
}

bool vae_images_alike(const struct images *a, const struct images *b)
{
    return a->rows == b->rows && a->cols == b->cols && a->channels == b->channels;
}

bool vae_images_binary(const struct images *i)
{
    const size_t n = i->count * vae_images_size(i);
    size_t grey = 0;
    for (size_t at = 0; at < n && !grey; at++)
        grey += i->values ? i->values[at] != 0 && i->values[at] != 1
                          : i->pixels[at] != 0 && i->pixels[at] != 255;
    return !grey;
}
