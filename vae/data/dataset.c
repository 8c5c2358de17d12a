#include "dataset.h"
#include "../base/streams.h"
#include "fixed_draw.h"
#include "idx_names.h"
#include "images_share.h"
#include "npz.h"
#include "png_folder.h"
#include "resize.h"
#include "synthetic.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void vae_dataset_free(struct dataset *d)
{
    vae_images_free(&d->train);
    vae_images_free(&d->test);
    if (d->validation.share.block) vae_images_free(&d->validation);
    d->validation = (struct images){0};
}

/* A source under way. */
struct reading {
    const char *source;
    const struct dataset_options *options;
    bool train,
        test; /* which sets are read; of what is not divided all is one set, unless both are */
    struct dataset *out;
    struct vae_error *e;
};

static bool same_size(const struct reading *r, const char *test)
{
    const struct images *a = &r->out->train, *b = &r->out->test;
    return vae_images_alike(a, b) ||
           vae_fail(r->e, "%s: training images are %s but test images%s%s %s", r->source,
                    vae_images_size_text(a).s, test ? " of " : "", test ? test : "",
                    vae_images_size_text(b).s);
}

typedef bool read_images(const char *path, const struct images_wanted *w, struct images *out,
                         struct vae_error *e);

static bool no_memory(const struct reading *r)
{
    return vae_fail(r->e, "%s: not enough memory", r->source);
}

/* Reads a set, and turns and resizes it as asked for. */
static bool read_set(const struct reading *r, const char *path, read_images *read,
                     struct images *out)
{
    const struct images_wanted *w = &r->options->wanted;
    struct images_wanted as_is = *w;
    if (r->options->transpose) as_is.rows = w->cols, as_is.cols = w->rows; /* until it is turned */
    if (!read(path, &as_is, out, r->e)) return false;
    if (r->options->transpose && !vae_images_transpose(out)) return no_memory(r);
    return !w->rows || vae_images_resize(out, w->rows, w->cols) || no_memory(r);
}

static bool read_pair(const struct reading *r, const char *train, const char *test,
                      read_images *read)
{
    return (!r->test || read_set(r, test, read, &r->out->test)) &&
           (!r->train || read_set(r, train, read, &r->out->train)) &&
           (!r->train || !r->test || same_size(r, NULL));
}

/* A set that is not divided. */
static bool read_one(const struct reading *r, const char *path, read_images *read)
{
    struct images *train = &r->out->train;
    if (!r->train) return read_set(r, path, read, &r->out->test);
    if (!read_set(r, path, read, train)) return false;
    if (!r->test) return true;
    if (train->count < IMAGES_HOLD_OUT)
        return vae_fail(r->e, "%s: %zu image%s too few; at least %d are needed", path, train->count,
                        train->count == 1 ? " is" : "s are", IMAGES_HOLD_OUT);
    return vae_images_split(train, &r->out->test) || no_memory(r);
}

/* Pictures: in folders for training and test, or all in one. */
static bool read_folder(const struct reading *r)
{
    static const char *const names[][2] = {{"train", "test"}, {"training", "testing"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char train[PNG_FOLDER_PATH], test[PNG_FOLDER_PATH];
        snprintf(train, sizeof train, "%s/%s", r->source, names[i][0]);
        snprintf(test, sizeof test, "%s/%s", r->source, names[i][1]);
        if (vae_png_folder_is(test) && (!r->train || vae_png_folder_is(train)))
            return read_pair(r, train, test, vae_png_folder_read);
    }
    return read_one(r, r->source, vae_png_folder_read);
}

static bool read_directory(const struct reading *r)
{
    const struct idx_wanted wanted = {r->train, r->test};
    struct idx_pair files;
    if (vae_idx_find(r->source, &wanted, &files, r->e))
        return read_pair(r, files.path[IDX_TRAIN], files.path[IDX_TEST], vae_image_file_read);
    if (files.any || !vae_png_folder_is(r->source)) return false;
    *r->e->line = 0;
    return read_folder(r);
}

/* Arrays of an archive, or one of them. */
static bool read_archive(const struct reading *r)
{
    struct npz_arrays a;
    if (!vae_npz_find(r->source, &a, r->e)) return false;
    return a.divided ? read_pair(r, a.train, a.test, vae_npz_read)
                     : read_one(r, a.test, vae_npz_read);
}

static bool synthetic_train(const char *path, const struct images_wanted *w, struct images *out,
                            struct vae_error *e)
{
    (void)path;
    return vae_synthetic_make(w, 0, SYNTHETIC_TRAIN, out, e);
}

static bool synthetic_test(const char *path, const struct images_wanted *w, struct images *out,
                           struct vae_error *e)
{
    (void)path;
    return vae_synthetic_make(w, SYNTHETIC_TRAIN, SYNTHETIC_TEST, out, e);
}

static bool read_source(const struct reading *r)
{
    struct stat st;
    if (!strcmp(r->source, "synthetic"))
        return (!r->train || read_set(r, r->source, synthetic_train, &r->out->train)) &&
               (!r->test || read_set(r, r->source, synthetic_test, &r->out->test));
    if (vae_npz_is(r->source)) return read_archive(r);
    const bool there = stat(r->source, &st) == 0;
    return there && !S_ISDIR(st.st_mode) ? read_one(r, r->source, vae_image_file_read)
                                         : read_directory(r);
}

/* A source of which no images are needed. */
static bool is_there(const struct reading *r)
{
    return !strcmp(r->source, "synthetic") || vae_npz_is(r->source) ||
           access(r->source, F_OK) == 0 ||
           vae_fail(r->e, "%s: %s; give a directory, a file, or `synthetic`", r->source,
                    strerror(errno));
}

bool vae_dataset_open(const char *source, const struct dataset_options *options,
                      struct dataset *out, struct vae_error *e)
{
    *out = (struct dataset){0};
    struct reading r = {source, options, !options->test_only, !options->test, out, e};
    bool ok = r.train || r.test ? read_source(&r) : is_there(&r);
    if (ok && options->test) {
        const struct reading test = {options->test, options, false, true, out, e};
        ok = read_source(&test) && (!r.train || same_size(&r, options->test));
    }
    if (!ok) vae_dataset_free(out);
    return ok;
}

void vae_dataset_hold_out(struct dataset *d, size_t n)
{
    struct images *v = &d->validation;
    d->train.count -= n;
    *v = d->train;
    v->count = n;
    if (v->labels) v->labels += d->train.count;
    if (v->values)
        v->values += d->train.count * vae_images_size(v);
    else
        v->pixels += d->train.count * vae_images_size(v);
}

void vae_dataset_keep(struct dataset *d, uint64_t n)
{
    if (n && n < d->train.count) d->train.count = (size_t)n;
}

bool vae_dataset_share(struct dataset *d, size_t block, size_t rank, size_t ranks,
                       struct vae_error *e)
{
    struct images *const sets[] = {&d->train, &d->test, &d->validation};
    struct images before[] = {d->train, d->test};
    bool ok = true;
    d->validation.labels = NULL;
    for (int i = 0; i < 3 && ok; i++)
        ok = !sets[i]->count || vae_images_share(sets[i], block, rank, ranks);
    if (!ok) vae_fail(e, "not enough memory for a share of the images");
    for (int i = 0; i < 2; i++) {
        before[i].labels = NULL;
        if (sets[i]->share.block) vae_images_free(&before[i]);
    }
    if (!d->validation.share.block) d->validation = (struct images){0};
    return ok;
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
