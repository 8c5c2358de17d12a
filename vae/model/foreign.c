#include "foreign.h"
#include <math.h>
#include <string.h>

bool foreign(const struct st_file *f)
{
    const char *format = st_metadata(f, "format");
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
    const bool logits = st_shape(f, "decoder.logits.weight", 2, shape);
    const bool mean = st_shape(f, "decoder.mean.weight", 2, shape);
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

static bool layers(const struct st_file *f, struct vae_shape *s, size_t *inputs,
                   struct vae_error *e)
{
    static const char *const names[] = {"encoder.hidden.weight", "encoder.mean.weight"};
    size_t shape[2][2];
    for (int i = 0; i < 2; i++)
        if (!st_shape(f, names[i], 2, shape[i]))
            return vae_fail(e,
                            "%s: no matrix %s in it; give a checkpoint of `vae train`, or weights "
                            "so named",
                            f->path, names[i]);
    *inputs = shape[0][1];
    s->hidden = shape[0][0];
    s->latent = shape[1][0];
    if (s->hidden - 1 < VAE_MAX_HIDDEN && s->latent - 1 < VAE_MAX_LATENT) return true;
    return vae_fail(e, "%s: %zu hidden units, %zu latent; 1 to %d and 1 to %d are supported",
                    f->path, s->hidden, s->latent, VAE_MAX_HIDDEN, VAE_MAX_LATENT);
}

static bool image(const struct st_file *f, const struct model_given *g, size_t inputs,
                  struct vae_shape *s, struct vae_error *e)
{
    const size_t side = (size_t)lround(sqrt((double)inputs));
    s->rows = g->rows ? g->rows : side;
    s->cols = g->rows ? g->cols : side;
    if (inputs == 0 || s->rows > VAE_MAX_SIDE || s->cols > VAE_MAX_SIDE)
        return vae_fail(e, "%s: %zu inputs; images with sides of 1 to %d are supported", f->path,
                        inputs, VAE_MAX_SIDE);
    if (s->rows * s->cols == inputs) return true;
    if (g->rows)
        return vae_fail(e, "%s: has %zu inputs, not %zu x %zu", f->path, inputs, g->rows, g->cols);
    return vae_fail(e, "%s: %zu inputs are no square image; give its rows and columns", f->path,
                    inputs);
}

bool foreign_run(const struct st_file *f, const struct model_given *given, struct vae_run *r,
                 struct vae_error *e)
{
    size_t inputs = 0;
    *r = run_default();
    r->train_images = 1; /* unknown, as the step size; of neither is anything asked before a step */
    if (given->binarize)
        r->binarize = (enum vae_binarize)index_of(given->binarize, vae_binarize_names);
    if (!layers(f, &r->shape, &inputs, e) || !likelihood(f, given, &r->shape, e)) return false;
    r->lr = run_default_lr(r->shape.likelihood, r->optimizer);
    return image(f, given, inputs, &r->shape, e);
}

bool given_agrees(const struct st_file *f, const struct model_given *g, const struct vae_run *r,
                  struct vae_error *e)
{
    const char *likelihood = vae_likelihood_names[r->shape.likelihood];
    const char *binarize = vae_binarize_names[r->binarize];
    if (g->likelihood && strcmp(g->likelihood, likelihood))
        return vae_fail(e, "%s: its likelihood is %s, not %s", f->path, likelihood, g->likelihood);
    if (g->binarize && strcmp(g->binarize, binarize))
        return vae_fail(e, "%s: its binarisation is %s, not %s", f->path, binarize, g->binarize);
    if (g->rows && (g->rows != r->shape.rows || g->cols != r->shape.cols))
        return vae_fail(e, "%s: its images are %zu x %zu, not %zu x %zu", f->path, r->shape.rows,
                        r->shape.cols, g->rows, g->cols);
    return true;
}
