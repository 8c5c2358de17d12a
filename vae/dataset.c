#include "dataset.h"
#include "synthetic.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void dataset_free(struct dataset *d)
{
    images_free(&d->train);
    images_free(&d->test);
}

/* dir/<stem>-images-idx3-ubyte, or with the dot that some mirrors write, plain or .gz */
static bool read_named(const char *dir, const char *stem, struct images *out, struct vae_error *e)
{
    static const char *const tails[] = {"-images-idx3-ubyte", "-images-idx3-ubyte.gz",
                                        "-images.idx3-ubyte", "-images.idx3-ubyte.gz"};
    char path[4096];
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        const int n = snprintf(path, sizeof path, "%s/%s%s", dir, stem, tails[i]);
        if (n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0)
            return idx_read(path, out, e);
    }
    return vae_fail(e, "%s: no %s%s in it, plain or .gz; `make data` fetches MNIST", dir, stem,
                    tails[0]);
}

static bool same_size(const char *source, const struct dataset *d, struct vae_error *e)
{
    if (d->train.rows == d->test.rows && d->train.cols == d->test.cols) return true;
    return vae_fail(e, "%s: training images are %zu x %zu but test images %zu x %zu", source,
                    d->train.rows, d->train.cols, d->test.rows, d->test.cols);
}

static bool split(const char *path, struct images *all, struct dataset *out, struct vae_error *e)
{
    enum { HOLD_OUT = 10 };
    const size_t size = images_size(all), test = all->count / HOLD_OUT;
    if (test == 0)
        return vae_fail(e, "%s: %zu images are too few; at least %d are needed", path, all->count,
                        HOLD_OUT);
    if (!images_make(&out->test, test, all->rows, all->cols))
        return vae_fail(e, "%s: not enough memory", path);
    size_t kept = 0, held = 0;
    for (size_t i = 0; i < all->count; i++) {
        const uint8_t *from = all->pixels + i * size;
        if (i % HOLD_OUT == HOLD_OUT - 1)
            memcpy(out->test.pixels + held++ * size, from, size);
        else
            memmove(all->pixels + kept++ * size, from, size);
    }
    out->train = *all;
    out->train.count = kept;
    *all = (struct images){0};
    return true;
}

bool dataset_open(const char *source, struct dataset *out, struct vae_error *e)
{
    struct stat st;
    *out = (struct dataset){0};
    bool ok;
    if (!strcmp(source, "synthetic")) {
        ok = synthetic_make(&out->train, &out->test, e);
    } else if (stat(source, &st) == 0 && S_ISDIR(st.st_mode)) {
        ok = read_named(source, "train", &out->train, e) &&
             read_named(source, "t10k", &out->test, e) && same_size(source, out, e);
    } else {
        struct images all;
        ok = idx_read(source, &all, e) && split(source, &all, out, e);
        images_free(&all);
    }
    if (!ok) dataset_free(out);
    return ok;
}
