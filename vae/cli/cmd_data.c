#include "../base/json.h"
#include "../base/text.h"
#include "../data/facts.h"
#include "commands.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static bool print_json(const struct dataset *d, const struct image_facts *f, struct vae_error *e)
{
    json_t *j = json_object();
    bool ok = j != NULL;
    vae_json_put(&ok, j, "train", json_integer((json_int_t)d->train.count));
    vae_json_put(&ok, j, "test", json_integer((json_int_t)d->test.count));
    vae_json_put(&ok, j, "rows", json_integer((json_int_t)d->test.rows));
    vae_json_put(&ok, j, "columns", json_integer((json_int_t)d->test.cols));
    vae_json_put(&ok, j, "floats", json_boolean(d->test.values != NULL));
    vae_json_put(&ok, j, "least", vae_json_number(f->least));
    vae_json_put(&ok, j, "most", vae_json_number(f->most));
    vae_json_put(&ok, j, "mean", vae_json_number(f->mean));
    vae_json_put(&ok, j, "share_between", vae_json_number(f->between));
    vae_json_put(&ok, j, "constant_pixels", json_integer((json_int_t)f->constant));
    char *text = vae_json_text(ok, j, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!text) return vae_fail(e, "%s", vae_json_no_memory);
    puts(text);
    free(text);
    return true;
}

static void print(const char *source, const struct dataset *d, const struct image_facts *f)
{
    printf("%s: %zu training and %zu test images of %zu x %zu, kept as %s\n",
           vae_text_shown(source).s, d->train.count, d->test.count, d->test.rows, d->test.cols,
           d->test.values ? "floats" : "bytes");
    printf(
        "pixels from %.4g to %.4g, mean %.4g; %.3g %% of them between 0 and 1; %zu of %zu the same "
        "in all images\n",
        f->least, f->most, f->mean, 100 * f->between, f->constant, vae_images_size(&d->test));
    printf("%s\n",
           f->between > 0
               ? "grey: `vae train` takes pixels as probabilities (--binarize none), draws them "
                 "anew (dynamic), or fits a Gaussian to them (--likelihood gaussian)"
               : "binary: `vae train` fits a Bernoulli likelihood, and log p(x) is one");
}

int vae_cmd_data(struct settings *s, struct vae_error *e)
{
    struct dataset d;
    struct image_facts f;
    if (!vae_dataset_open(s->file, &s->images, &d, e)) return EXIT_FAILED;
    bool ok = vae_dataset_facts(&d, &f) || vae_fail(e, "%s: not enough memory", s->file);
    if (ok && s->json)
        ok = print_json(&d, &f, e);
    else if (ok)
        print(s->file, &d, &f);
    vae_dataset_free(&d);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
