#include "facts.h"
#include "labels.h"
#include <stdlib.h>

static double pixel(const struct images *i, size_t at)
{
    return i->values ? (double)i->values[at] : i->pixels[at] / 255.0;
}

/* first: the first image of all; same[p]: whether pixel p is as there in all images so far. */
static void add(const struct images *i, const struct images *first, bool *same,
                struct image_facts *f)
{
    const size_t size = vae_images_size(i);
    for (size_t at = 0; at < i->count * size; at++) {
        const double x = pixel(i, at);
        if (x < f->least) f->least = x;
        if (x > f->most) f->most = x;
        f->mean += x;
        f->between += x > 0 && x < 1;
        if (x < pixel(first, at % size) || x > pixel(first, at % size)) same[at % size] = false;
    }
}

bool vae_dataset_facts(const struct dataset *d, struct image_facts *out)
{
    const struct images *first = d->train.count ? &d->train : &d->test;
    const size_t size = vae_images_size(first);
    const double all = (double)(d->train.count + d->test.count) * (double)size;
    bool *same = malloc(size * sizeof *same);
    if (!same) return false;
    for (size_t p = 0; p < size; p++) same[p] = true;
    *out = (struct image_facts){.least = 1};
    out->labels = (d->train.labels ? d->train.count : 0) + (d->test.labels ? d->test.count : 0);
    add(&d->train, first, same, out);
    add(&d->test, first, same, out);
    for (size_t p = 0; p < size; p++) out->constant += same[p];
    out->mean /= all;
    out->between /= all;
    free(same);
    struct image_label *classes = vae_labels_classes(&d->train, &d->test, &out->classes);
    free(classes);
    return classes != NULL;
}
