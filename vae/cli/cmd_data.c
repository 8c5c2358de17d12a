#include "../base/json.h"
#include "../base/text.h"
#include "../data/facts.h"
#include "../data/png_export.h"
#include "../settings/option_table.h"
#include "commands.h"
#include "data_open.h"
#include "late_bar.h"
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
    vae_json_put(&ok, j, "channels", json_integer((json_int_t)vae_channel_count(d->test.channels)));
    vae_json_put(&ok, j, "floats", json_boolean(d->test.values != NULL));
    vae_json_put(&ok, j, "least", vae_json_number(f->least));
    vae_json_put(&ok, j, "most", vae_json_number(f->most));
    vae_json_put(&ok, j, "mean", vae_json_number(f->mean));
    vae_json_put(&ok, j, "share_between", vae_json_number(f->between));
    vae_json_put(&ok, j, "constant_pixels", json_integer((json_int_t)f->constant));
    vae_json_put(&ok, j, "labels", json_integer((json_int_t)f->labels));
    vae_json_put(&ok, j, "classes", json_integer((json_int_t)f->classes));
    char *text = vae_json_text(ok, j, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!text) return vae_fail(e, "%s", vae_json_no_memory);
    puts(text);
    free(text);
    return true;
}

/* What `vae train` would do with it. */
static const char *advice(const struct dataset *d, const struct image_facts *f)
{
    if (d->test.channels == CHANNELS_RGB)
        return "colour: `vae train --channels rgb` fits a Gaussian to each pixel's red, green and "
               "blue";
    if (f->between > 0)
        return "grey: `vae train` takes pixels as probabilities (--binarize none), draws them "
               "anew (dynamic), or fits a Gaussian to them (--likelihood gaussian)";
    return "binary: `vae train` fits a Bernoulli likelihood, and log p(x) is one";
}

static void print(const char *source, const struct dataset *d, const struct image_facts *f)
{
    printf("%s: %zu training and %zu test images of %s, kept as %s\n", vae_text_shown(source).s,
           d->train.count, d->test.count, vae_images_size_text(&d->test).s,
           d->test.values ? "floats" : "bytes");
    printf(
        "pixels from %.4g to %.4g, mean %.4g; %.3g %% of them between 0 and 1; %zu of %zu the same "
        "in all images\n",
        f->least, f->most, f->mean, 100 * f->between, f->constant, vae_images_size(&d->test));
    if (f->labels)
        printf("labels of %zu images: %zu classes; `vae train` needs none\n", f->labels,
               f->classes);
    if (d->train.was_colour || d->test.was_colour)
        puts("the pictures have colour, made grey here; --channels rgb keeps it");
    puts(advice(d, f));
}

static bool export(const struct settings *s, const struct dataset *d, struct vae_error *e)
{
    struct late_bar bar = vae_late_bar(s, "writing");
    const struct png_export o = {s->first, vae_late_bar_show, &bar};
    const bool ok = vae_png_export(s->out, d, &o, e);
    vae_late_bar_end(&bar);
    if (ok && !s->json) printf("wrote the pictures into %s\n", vae_text_shown(s->out).s);
    return ok;
}

int vae_cmd_data(struct settings *s, struct vae_error *e)
{
    struct dataset d;
    struct image_facts f;
    if (vae_option_given(s, "first") && !s->out) {
        vae_fail(e, "--first is of the pictures to write; give --out DIR");
        return EXIT_USAGE;
    }
    s->images.wanted.labels = true;
    if (!vae_data_open(s, s->file, &d, e)) return EXIT_FAILED;
    bool ok = vae_dataset_facts(&d, &f) || vae_fail(e, "%s: not enough memory", s->file);
    if (ok && s->json)
        ok = print_json(&d, &f, e);
    else if (ok)
        print(s->file, &d, &f);
    ok = ok && (!s->out || export(s, &d, e));
    vae_dataset_free(&d);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
