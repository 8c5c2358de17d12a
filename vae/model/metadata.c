#include "metadata.h"
#include "../base/number.h"
#include "run_pairs.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const vae_binarize_names[] = {"none", "dynamic", "threshold", "fixed", NULL};

const char *const vae_init_names[] = {"normal", "glorot", NULL};
const char *const vae_init_bias_names[] = {"zero", "data", NULL};

/* --- writing --- */

static void put(struct st_pair *p, size_t *n, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    p[*n].key = key;
    vsnprintf(p[(*n)++].value, sizeof p->value, format, args);
    va_end(args);
}

static void put_network(const struct vae_shape *s, struct st_pair *p, size_t *n)
{
    char enc[VAE_WIDTHS_TEXT], dec[VAE_WIDTHS_TEXT];
    vae_widths_text(&s->enc, enc);
    vae_widths_text(&s->dec, dec);
    put(p, n, "hidden", "%s", enc);
    if (!vae_shape_is_aevb(s)) {
        put(p, n, "decoder_hidden", "%s", dec);
        put(p, n, "activation", "%s", vae_activation_names[s->activation]);
    }
    put(p, n, "latent", "%zu", s->latent);
}

size_t vae_metadata_put(const struct vae_run *r, struct st_pair p[METADATA_PAIRS])
{
    size_t n = 0;
    put(p, &n, "format", "%s", vae_shape_is_aevb(&r->shape) ? "vae 1" : "vae 2");
    put(p, &n, "likelihood", "%s", vae_likelihood_names[r->shape.likelihood]);
    put(p, &n, "image_rows", "%zu", r->shape.rows);
    put(p, &n, "image_cols", "%zu", r->shape.cols);
    put_network(&r->shape, p, &n);
    put(p, &n, "optimizer", "%s", vae_optimizer_names[r->optimizer]);
    put(p, &n, "binarize", "%s", vae_binarize_names[r->binarize]);
    put(p, &n, "batch", "%zu", r->batch);
    put(p, &n, "samples_per_x", "%zu", r->samples);
    put(p, &n, "lr", "%.9g", (double)r->lr);
    put(p, &n, "init_sd", "%.9g", (double)r->init_sd);
    put(p, &n, "seed", "%" PRIu64, r->seed);
    put(p, &n, "train_images", "%zu", r->train_images);
    put(p, &n, "step", "%" PRIu64, r->step);
    if (r->health.untrained != 0) put(p, &n, "untrained_bound", "%.17g", r->health.untrained);
    if (r->seen.count) { /* stopped between two reports */
        put(p, &n, "unreported_samples", "%zu", r->seen.count);
        put(p, &n, "unreported_kl", "%.17g", r->seen.kl);
        put(p, &n, "unreported_recon", "%.17g", r->seen.recon);
    }
    if (r->shape.variance == VARIANCE_LIMITED)
        put(p, &n, "min_logvar", "%.9g", (double)r->shape.variance_at);
    if (r->shape.variance == VARIANCE_FIXED)
        put(p, &n, "sigma", "%.9g", (double)r->shape.variance_at);
    if (r->shape.density) put(p, &n, "noise", "%s", vae_density_names[r->shape.density]);
    if (r->shape.channels)
        put(p, &n, "image_channels", "%s", vae_channels_names[r->shape.channels]);
    if (r->shape.posterior) put(p, &n, "posterior", "%s", vae_posterior_names[r->shape.posterior]);
    return n + vae_run_pairs(r, p + n);
}

/* --- reading --- */

static bool get_number(const struct st_file *f, const char *key, uint64_t max, uint64_t *out,
                       struct vae_error *e)
{
    const char *text = vae_st_metadata(f, key);
    if (!text)
        return vae_fail(e, "%s: no %s in its metadata; not a checkpoint of `vae train`", f->path,
                        key);
    return vae_number_u64(text, max, out) ||
           vae_fail(e, "%s: %s is \"%s\" in its metadata; no number, or out of range", f->path, key,
                    text);
}

static bool get_size(const struct st_file *f, const char *key, size_t min, size_t max, size_t *out,
                     struct vae_error *e)
{
    uint64_t n = 0;
    if (!get_number(f, key, max, &n, e)) return false;
    if (n < min) return vae_fail(e, "%s: %s is below %zu in its metadata", f->path, key, min);
    *out = (size_t)n;
    return true;
}

static bool get_name(const struct st_file *f, const char *key, const char *const *names,
                     unsigned *out, struct vae_error *e)
{
    const char *text = vae_st_metadata(f, key);
    for (*out = 0; text && names[*out]; ++*out)
        if (!strcmp(text, names[*out])) return true;
    return vae_fail(e, "%s: no known %s in its metadata; not a checkpoint of `vae train`", f->path,
                    key);
}

static bool get_positive(const struct st_file *f, const char *key, float *out, struct vae_error *e)
{
    const char *text = vae_st_metadata(f, key);
    if (!text) return vae_fail(e, "%s: no %s in its metadata", f->path, key);
    if (vae_number_f32(text, out) && *out > 0) return true;
    return vae_fail(e, "%s: %s is \"%s\" in its metadata; no number above 0", f->path, key, text);
}

/* A finite number; 0 if absent. */
static bool get_double(const struct st_file *f, const char *key, double *out, struct vae_error *e)
{
    const char *text = vae_st_metadata(f, key);
    *out = 0;
    if (!text || vae_number_f64(text, out)) return true;
    return vae_fail(e, "%s: %s is \"%s\" in its metadata; no number", f->path, key, text);
}

/* The run's progress; stored only where it is not 0. */
static bool get_progress(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    if ((r->step - r->past.steps) / vae_run_steps_per_epoch(r) >
        RUN_MOST_STEPS / r->train_images / vae_run_epochs_per_cycle(r))
        return vae_fail(e, "%s: step is beyond any run's in its metadata", f->path);
    const uint64_t points = vae_run_points(r);
    const size_t most =
        points < SIZE_MAX ? (size_t)points : SIZE_MAX; /* 32 bits, on some machines */
    if (vae_st_metadata(f, "unreported_samples") &&    /* the count of the sums that follow */
        (!get_size(f, "unreported_samples", 1, most, &r->seen.count, e) ||
         !get_double(f, "unreported_kl", &r->seen.kl, e) ||
         !get_double(f, "unreported_recon", &r->seen.recon, e)))
        return false;
    return get_double(f, "untrained_bound", &r->health.untrained, e);
}

/* Of a Gaussian; older checkpoints have neither key. */
static bool get_variance(const struct st_file *f, struct vae_shape *s, struct vae_error *e)
{
    static const struct {
        const char *key;
        enum vae_variance variance;
        float least, most;
    } keys[] = {{"min_logvar", VARIANCE_LIMITED, VAE_LEAST_LOGVAR, VAE_MOST_LOGVAR},
                {"sigma", VARIANCE_FIXED, VAE_LEAST_SIGMA, VAE_MOST_SIGMA}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        double at;
        if (!vae_st_metadata(f, keys[i].key)) continue;
        if (!get_double(f, keys[i].key, &at, e)) return false;
        s->variance_at = (float)at;
        if (!(s->variance_at >= keys[i].least && s->variance_at <= keys[i].most))
            return vae_fail(e, "%s: %s is %g in its metadata; out of range", f->path, keys[i].key,
                            at);
        if (s->likelihood != VAE_GAUSSIAN || s->variance != VARIANCE_FREE)
            return vae_fail(e, "%s: %s is not of this model, its metadata say", f->path,
                            keys[i].key);
        s->variance = keys[i].variance;
    }
    return true;
}

/* Absent, as in older checkpoints: grey. */
static bool get_channels(const struct st_file *f, struct vae_shape *s, struct vae_error *e)
{
    unsigned channels;
    if (!vae_st_metadata(f, "image_channels")) return true;
    if (!get_name(f, "image_channels", vae_channels_names, &channels, e)) return false;
    s->channels = (enum vae_channels)channels;
    return true;
}

/* That of z; that of a Gaussian's pixels. Older checkpoints have neither: normal, and a head. */
static bool get_noise(const struct st_file *f, struct vae_shape *s, struct vae_error *e)
{
    unsigned from = DENSITY_HEAD, posterior = SV_NOISE_NORMAL;
    if (vae_st_metadata(f, "posterior") &&
        !get_name(f, "posterior", vae_posterior_names, &posterior, e))
        return false;
    s->posterior = (enum sv_noise)posterior;
    if (!vae_st_metadata(f, "noise")) return true;
    if (!get_name(f, "noise", vae_density_names, &from, e)) return false;
    s->density = (enum vae_density)from;
    return from == DENSITY_HEAD ||
           (s->likelihood == VAE_GAUSSIAN && s->variance != VARIANCE_FIXED) ||
           vae_fail(e, "%s: noise is not of this model, its metadata say", f->path);
}

static bool get_widths(const struct st_file *f, const char *key, struct vae_widths *out,
                       struct vae_error *e)
{
    const char *text = vae_st_metadata(f, key);
    if (!text) return vae_fail(e, "%s: no %s in its metadata", f->path, key);
    return vae_widths_read(text, out) ||
           vae_fail(e, "%s: %s is \"%s\" in its metadata; no list of layers, or out of range",
                    f->path, key, text);
}

/* The hidden layers, as lists (format 2) or as one width for both sides (format 1). */
static bool get_network(const struct st_file *f, bool lists, struct vae_shape *s,
                        struct vae_error *e)
{
    unsigned activation = VAE_TANH;
    if (lists) {
        if (!get_widths(f, "hidden", &s->enc, e) || !get_widths(f, "decoder_hidden", &s->dec, e) ||
            !get_name(f, "activation", vae_activation_names, &activation, e))
            return false;
    } else {
        s->enc.count = 1;
        if (!get_size(f, "hidden", 1, VAE_MAX_HIDDEN, &s->enc.of[0], e)) return false;
        s->dec = s->enc;
    }
    s->activation = (enum vae_activation)activation;
    return get_size(f, "latent", 1, VAE_MAX_LATENT, &s->latent, e);
}

bool vae_metadata_get(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    static const char *const formats[] = {"vae 1", "vae 2", NULL};
    unsigned format, likelihood, optimizer, binarize;
    *r = (struct vae_run){0};
    if (!get_name(f, "format", formats, &format, e) ||
        !get_name(f, "likelihood", vae_likelihood_names, &likelihood, e) ||
        !get_name(f, "optimizer", vae_optimizer_names, &optimizer, e) ||
        !get_name(f, "binarize", vae_binarize_names, &binarize, e) ||
        !get_size(f, "image_rows", 1, VAE_MAX_SIDE, &r->shape.rows, e) ||
        !get_size(f, "image_cols", 1, VAE_MAX_SIDE, &r->shape.cols, e) ||
        !get_channels(f, &r->shape, e) || !get_network(f, format == 1, &r->shape, e) ||
        !get_size(f, "batch", 1, VAE_MAX_BATCH, &r->batch, e) ||
        !get_size(f, "samples_per_x", 1, VAE_MAX_SAMPLES, &r->samples, e) ||
        !get_size(f, "train_images", 1, UINT32_MAX, &r->train_images, e) ||
        !get_number(f, "seed", INT64_MAX, &r->seed, e) ||
        !get_number(f, "step", RUN_MOST_STEPS, &r->step, e) || !vae_run_past_read(f, r, e) ||
        !get_progress(f, r, e))
        return false;
    if (!get_positive(f, "lr", &r->lr, e)) return false;
    r->init_sd = 0.01f; /* the value before checkpoints stored it */
    if (vae_st_metadata(f, "init_sd") && !get_positive(f, "init_sd", &r->init_sd, e)) return false;
    r->shape.likelihood = (enum vae_likelihood)likelihood;
    r->optimizer = (enum vae_optimizer)optimizer;
    r->binarize = (enum vae_binarize)binarize;
    return get_variance(f, &r->shape, e) && get_noise(f, &r->shape, e) &&
           vae_run_pairs_read(f, r, e);
}
