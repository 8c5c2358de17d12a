#include "dataset.h"
#include "../base/streams.h"
#include "fixed_draw.h"
#include "idx_names.h"
#include "npz.h"
#include "png_folder.h"
#include "synthetic.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void vae_dataset_free(struct dataset *d)
{
    vae_images_free(&d->train);
    vae_images_free(&d->test);
    d->validation = (struct images){0};
}

static bool same_size(const char *source, const struct dataset *d, struct vae_error *e)
{
    if (d->train.rows == d->test.rows && d->train.cols == d->test.cols) return true;
    return vae_fail(e, "%s: training images are %zu x %zu but test images %zu x %zu", source,
                    d->train.rows, d->train.cols, d->test.rows, d->test.cols);
}

typedef bool read_images(const char *path, struct images *out, struct vae_error *e);

static bool read_pair(const char *source, const char *train, const char *test, bool test_only,
                      read_images *read, struct dataset *out, struct vae_error *e)
{
    return read(test, &out->test, e) &&
           (test_only || (read(train, &out->train, e) && same_size(source, out, e)));
}

/* A set that is not divided. */
static bool read_one(const char *path, bool test_only, read_images *read, struct dataset *out,
                     struct vae_error *e)
{
    if (test_only) return read(path, &out->test, e);
    if (!read(path, &out->train, e)) return false;
    if (out->train.count < IMAGES_HOLD_OUT)
        return vae_fail(e, "%s: %zu images are too few; at least %d are needed", path,
                        out->train.count, IMAGES_HOLD_OUT);
    return vae_images_split(&out->train, &out->test) || vae_fail(e, "%s: not enough memory", path);
}

/* Pictures: in folders for training and test, or all in one. */
static bool read_folder(const char *source, bool test_only, struct dataset *out,
                        struct vae_error *e)
{
    static const char *const names[][2] = {{"train", "test"}, {"training", "testing"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char train[PNG_FOLDER_PATH], test[PNG_FOLDER_PATH];
        snprintf(train, sizeof train, "%s/%s", source, names[i][0]);
        snprintf(test, sizeof test, "%s/%s", source, names[i][1]);
        if (vae_png_folder_is(test) && (test_only || vae_png_folder_is(train)))
            return read_pair(source, train, test, test_only, vae_png_folder_read, out, e);
    }
    return read_one(source, test_only, vae_png_folder_read, out, e);
}

static bool read_directory(const char *source, bool test_only, struct dataset *out,
                           struct vae_error *e)
{
    struct idx_pair files;
    if (vae_idx_find(source, test_only, &files, e))
        return read_pair(source, files.path[IDX_TRAIN], files.path[IDX_TEST], test_only,
                         vae_image_file_read, out, e);
    if (files.any || !vae_png_folder_is(source)) return false;
    *e->line = 0;
    return read_folder(source, test_only, out, e);
}

static bool transpose(const char *source, struct dataset *d, struct vae_error *e)
{
    if ((d->train.count == 0 || vae_images_transpose(&d->train)) && vae_images_transpose(&d->test))
        return true;
    return vae_fail(e, "%s: not enough memory", source);
}

/* Arrays of an archive, or one of them. */
static bool read_archive(const char *source, bool test_only, struct dataset *out,
                         struct vae_error *e)
{
    struct npz_arrays a;
    if (!vae_npz_find(source, &a, e)) return false;
    if (a.divided) return read_pair(source, a.train, a.test, test_only, vae_npz_read, out, e);
    return read_one(a.test, test_only, vae_npz_read, out, e);
}

bool vae_dataset_open(const char *source, const struct dataset_options *options,
                      struct dataset *out, struct vae_error *e)
{
    struct stat st;
    *out = (struct dataset){0};
    const bool there = stat(source, &st) == 0;
    const bool ok = !strcmp(source, "synthetic") ? vae_synthetic_make(&out->train, &out->test, e)
                    : vae_npz_is(source)         ? read_archive(source, options->test_only, out, e)
                    : there && !S_ISDIR(st.st_mode)
                        ? read_one(source, options->test_only, vae_image_file_read, out, e)
                        : read_directory(source, options->test_only, out, e);
    if (ok && (!options->transpose || transpose(source, out, e))) return true;
    vae_dataset_free(out);
    return false;
}

void vae_dataset_hold_out(struct dataset *d, size_t n)
{
    struct images *v = &d->validation;
    d->train.count -= n;
    *v = d->train;
    v->count = n;
    if (v->values)
        v->values += d->train.count * vae_images_size(v);
    else
        v->pixels += d->train.count * vae_images_size(v);
}

void vae_dataset_keep(struct dataset *d, uint64_t n)
{
    if (n && n < d->train.count) d->train.count = (size_t)n;
}

static void draw(struct images *i, const struct sv_choice *k, uint64_t seed, enum vae_stream stream)
{
    if (!i->count) return;
    vae_images_draw(i, sv_for(k, 1, vae_images_size(i), 0), sv_rng_at(seed, stream, 0));
}

void vae_dataset_draw(struct dataset *d, const struct sv_choice *k, uint64_t seed)
{
    draw(&d->train, k, seed, STREAM_FIXED_TRAIN);
    draw(&d->test, k, seed, STREAM_FIXED_TEST);
    draw(&d->validation, k, seed, STREAM_FIXED_VALIDATION);
}
