#include "foreign.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

bool vae_foreign(const struct st_file *f)
{
    const char *format = vae_st_metadata(f, "format");
    return !format || strncmp(format, "vae ", 4) != 0;
}

static unsigned index_of(const char *name, const char *const *names)
{
    unsigned i = 0;
    while (names[i] && strcmp(name, names[i])) i++;
    return i;
}

static bool likelihood(const struct st_file *f, const struct model_given *g, struct vae_shape *s,
                       struct vae_error *e)
{
    size_t shape[2];
    const bool logits = vae_st_shape(f, "decoder.logits.weight", 2, shape);
    const bool mean = vae_st_shape(f, "decoder.mean.weight", 2, shape);
    if (g->likelihood)
        s->likelihood = (enum vae_likelihood)index_of(g->likelihood, vae_likelihood_names);
    else if (logits != mean)
        s->likelihood = logits ? VAE_BERNOULLI : VAE_GAUSSIAN;
    else
        return vae_fail(e,
                        logits ? "%s: holds decoder.logits.weight and decoder.mean.weight; say "
                                 "which likelihood it has"
                               : "%s: neither decoder.logits.weight nor decoder.mean.weight is in "
                                 "it; give a checkpoint of `vae train`, or weights so named",
                        f->path);
    return true;
}

static bool weight_shape(const struct st_file *f, const char *layer, size_t shape[2])
{
    char name[ST_NAME];
    snprintf(name, sizeof name, "%s.weight", layer);
    return vae_st_shape(f, name, 2, shape);
}

/* Reads a side's hidden layers; a single one has no number in its name. *inputs becomes the number
 * of the first one's inputs; without hidden layers it stays as it is. */
static bool hidden(const struct st_file *f, const char *side, struct vae_widths *w, size_t *inputs,
                   struct vae_error *e)
{
    char name[CHECKPOINT_NAME];
    size_t shape[2];
    *w = (struct vae_widths){0};
    vae_checkpoint_hidden_name(name, side, 0, 1);
    const bool alone = weight_shape(f, name, shape);
    for (size_t d = 0; d == 0 || !alone; d++) {
        vae_checkpoint_hidden_name(name, side, d, alone ? 1 : VAE_MAX_DEPTH);
        if (!weight_shape(f, name, shape)) break;
        if (d == VAE_MAX_DEPTH || shape[0] - 1 >= VAE_MAX_HIDDEN)
            return vae_fail(e,
                            "%s: %s.weight: up to %d hidden layers of 1 to %d units are supported",
                            f->path, name, VAE_MAX_DEPTH, VAE_MAX_HIDDEN);
        if (d == 0) *inputs = shape[1];
        w->of[w->count++] = shape[0];
    }
    return true;
}

static bool encoder(const struct st_file *f, struct vae_shape *s, size_t *inputs,
                    struct vae_error *e)
{
    size_t shape[2];
    if (!weight_shape(f, "encoder.mean", shape))
        return vae_fail(
            e,
            "%s: no matrix encoder.mean.weight in it; give a checkpoint of `vae train`, "
            "or weights so named",
            f->path);
    *inputs = shape[1];
    s->latent = shape[0];
    if (!hidden(f, "encoder", &s->enc, inputs, e)) return false;
    return s->latent - 1 < VAE_MAX_LATENT ||
           vae_fail(e, "%s: %zu latent dimensions; 1 to %d are supported", f->path, s->latent,
                    VAE_MAX_LATENT);
}

/* Without hidden layers the output reads z. If it has other inputs, a hidden layer is missing; the
 * one made up here lets checkpoint.c say so. */
static bool decoder(const struct st_file *f, struct vae_shape *s, struct vae_error *e)
{
    const char *out = s->likelihood == VAE_GAUSSIAN ? "decoder.mean" : "decoder.logits";
    size_t shape[2], inputs = 0;
    if (!hidden(f, "decoder", &s->dec, &inputs, e)) return false;
    if (!s->dec.count && weight_shape(f, out, shape) && shape[1] != s->latent)
        s->dec = (struct vae_widths){1, {1}};
    return true;
}

static bool image(const struct st_file *f, const struct model_given *g, size_t inputs,
                  struct vae_shape *s, struct vae_error *e)
{
    if (g->channels) s->channels = (enum vae_channels)index_of(g->channels, vae_channels_names);
    const size_t channels = vae_channel_count(s->channels), pixels = inputs / channels;
    const size_t side = (size_t)lround(sqrt((double)pixels));
    s->rows = g->rows ? g->rows : side;
    s->cols = g->rows ? g->cols : side;
    if (inputs == 0 || s->rows > VAE_MAX_SIDE || s->cols > VAE_MAX_SIDE)
        return vae_fail(e, "%s: %zu inputs; images with sides of 1 to %d are supported", f->path,
                        inputs, VAE_MAX_SIDE);
    if (vae_inputs(s) == inputs) return true;
    if (g->rows)
        return vae_fail(e, "%s: has %zu inputs, not %s", f->path, inputs,
                        vae_size_text(g->rows, g->cols, s->channels).s);
    return vae_fail(e, "%s: %zu inputs are no square image; give its rows and columns, or channels",
                    f->path, inputs);
}

bool vae_foreign_run(const struct st_file *f, const struct model_given *given, struct vae_run *r,
                     struct vae_error *e)
{
    size_t inputs = 0;
    *r = vae_run_default();
    r->train_images = 1; /* unknown, like the step size; neither matters before a step */
    if (given->binarize)
        r->binarize = (enum vae_binarize)index_of(given->binarize, vae_binarize_names);
    if (given->activation)
        r->shape.activation =
            (enum vae_activation)index_of(given->activation, vae_activation_names);
    if (!encoder(f, &r->shape, &inputs, e) || !likelihood(f, given, &r->shape, e) ||
        !decoder(f, &r->shape, e))
        return false;
    r->lr = vae_run_default_lr(r->shape.likelihood, r->optimizer);
    return image(f, given, inputs, &r->shape, e);
}

bool vae_given_agrees(const struct st_file *f, const struct model_given *g, const struct vae_run *r,
                      struct vae_error *e)
{
    const char *likelihood = vae_likelihood_names[r->shape.likelihood];
    const char *binarize = vae_binarize_names[r->binarize];
    const char *activation = vae_activation_names[r->shape.activation];
    if (g->likelihood && strcmp(g->likelihood, likelihood))
        return vae_fail(e, "%s: its likelihood is %s, not %s", f->path, likelihood, g->likelihood);
    if (g->binarize && strcmp(g->binarize, binarize))
        return vae_fail(e, "%s: its binarisation is %s, not %s", f->path, binarize, g->binarize);
    if (g->activation && strcmp(g->activation, activation))
        return vae_fail(e, "%s: its activation is %s, not %s", f->path, activation, g->activation);
    const char *channels = vae_channels_names[r->shape.channels];
    if (g->channels && strcmp(g->channels, channels))
        return vae_fail(e, "%s: its images are %s, not %s", f->path, channels, g->channels);
    if (g->rows && (g->rows != r->shape.rows || g->cols != r->shape.cols))
        return vae_fail(e, "%s: its images are %zu x %zu, not %zu x %zu", f->path, r->shape.rows,
                        r->shape.cols, g->rows, g->cols);
    return true;
}
