#include "checkpoint.h"
#include "../base/number.h"
#include "foreign.h"
#include "run_pairs.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const vae_binarize_names[] = {"none", "dynamic", "threshold", NULL};

/* --- tensors --- */

/* A layer as it is named outside: columns first ... first + cols - 1 of a weight and its bias. */
struct part {
    const char *name;
    int weight;
    size_t first, cols;
};

enum { MAX_PARTS = 6, MAX_TENSORS = 2 * MAX_PARTS * (1 + VAE_MAX_STATS) };

static size_t list_parts(const struct vae_shape *s, struct part *p)
{
    const size_t x = vae_inputs(s), z = s->latent;
    size_t n = 0;
    p[n++] = (struct part){"encoder.hidden", ENC_W, 0, s->hidden};
    p[n++] = (struct part){"encoder.mean", HEAD_W, 0, z};
    p[n++] = (struct part){"encoder.logvar", HEAD_W, z, z};
    p[n++] = (struct part){"decoder.hidden", DEC_W, 0, s->hidden};
    if (s->likelihood == VAE_BERNOULLI) {
        p[n++] = (struct part){"decoder.logits", OUT_W, 0, x};
    } else {
        p[n++] = (struct part){"decoder.mean", OUT_W, 0, x};
        if (s->variance != VARIANCE_FIXED) p[n++] = (struct part){"decoder.logvar", OUT_W, x, x};
    }
    return n;
}

static const char *const stat_names[][VAE_MAX_STATS] = {
    [VAE_SGD] = {NULL, NULL},
    [VAE_ADAGRAD] = {"optimizer.sum.", NULL},
    [VAE_ADAM] = {"optimizer.exp_avg.", "optimizer.exp_avg_sq."},
};

/* Ours is input x output, in panels, theirs output x input. */
static void transpose_out(const float *arena, const struct vae_tensor *t, const struct part *p,
                          float *out)
{
    for (size_t j = 0; j < p->cols; j++)
        for (size_t i = 0; i < t->rows; i++)
            out[j * t->rows + i] = arena[vae_place(t, i, p->first + j)];
}
static void transpose_in(float *arena, const struct vae_tensor *t, const struct part *p,
                         const float *in)
{
    for (size_t j = 0; j < p->cols; j++)
        for (size_t i = 0; i < t->rows; i++)
            arena[vae_place(t, i, p->first + j)] = in[j * t->rows + i];
}

static void name_tensor(char name[ST_NAME], const char *prefix, const char *part,
                        const char *suffix)
{
    snprintf(name, ST_NAME, "%s%s.%s", prefix, part, suffix);
}

/* Appends one arena's tensors; weights are transposed into *room, which moves on. */
static size_t collect(const struct vae_model *m, const char *prefix, const float *arena,
                      float **room, struct st_tensor *out)
{
    struct part parts[MAX_PARTS];
    const size_t n = list_parts(&m->shape, parts);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct part *p = &parts[i];
        const struct vae_tensor *w = &m->tensor[p->weight], *b = &m->tensor[p->weight + 1];
        struct st_tensor *weight = &out[count++], *bias = &out[count++];
        *weight = (struct st_tensor){.dims = 2, .shape = {p->cols, w->rows}, .data = *room};
        *bias =
            (struct st_tensor){.dims = 1, .shape = {p->cols}, .data = arena + b->offset + p->first};
        name_tensor(weight->name, prefix, p->name, "weight");
        name_tensor(bias->name, prefix, p->name, "bias");
        transpose_out(arena, w, p, *room);
        *room += p->cols * w->rows;
    }
    return count;
}

/* --- settings --- */

enum { PAIRS = 20 + RUN_PAIRS };

static void put(struct st_pair *p, size_t *n, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    p[*n].key = key;
    vsnprintf(p[(*n)++].value, sizeof p->value, format, args);
    va_end(args);
}

static size_t put_run(const struct vae_run *r, struct st_pair *p)
{
    size_t n = 0;
    put(p, &n, "format", "vae 1"); /* get_run knows which it can read */
    put(p, &n, "likelihood", "%s", vae_likelihood_names[r->shape.likelihood]);
    put(p, &n, "image_rows", "%zu", r->shape.rows);
    put(p, &n, "image_cols", "%zu", r->shape.cols);
    put(p, &n, "hidden", "%zu", r->shape.hidden);
    put(p, &n, "latent", "%zu", r->shape.latent);
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
    if (r->seen.count) { /* a stop between two reports */
        put(p, &n, "unreported_samples", "%zu", r->seen.count);
        put(p, &n, "unreported_kl", "%.17g", r->seen.kl);
        put(p, &n, "unreported_recon", "%.17g", r->seen.recon);
    }
    if (r->shape.variance == VARIANCE_LIMITED)
        put(p, &n, "min_logvar", "%.9g", (double)r->shape.variance_at);
    if (r->shape.variance == VARIANCE_FIXED)
        put(p, &n, "sigma", "%.9g", (double)r->shape.variance_at);
    return n + run_pairs(r, p + n);
}

static bool get_number(const struct st_file *f, const char *key, uint64_t max, uint64_t *out,
                       struct vae_error *e)
{
    const char *text = st_metadata(f, key);
    if (!text)
        return vae_fail(e, "%s: no %s in its metadata; not a checkpoint of `vae train`", f->path,
                        key);
    return number_u64(text, max, out) ||
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
    const char *text = st_metadata(f, key);
    for (*out = 0; text && names[*out]; ++*out)
        if (!strcmp(text, names[*out])) return true;
    return vae_fail(e, "%s: no known %s in its metadata; not a checkpoint of `vae train`", f->path,
                    key);
}

static bool get_positive(const struct st_file *f, const char *key, float *out, struct vae_error *e)
{
    const char *text = st_metadata(f, key);
    if (!text) return vae_fail(e, "%s: no %s in its metadata", f->path, key);
    if (number_f32(text, out) && *out > 0) return true;
    return vae_fail(e, "%s: %s is \"%s\" in its metadata; no number above 0", f->path, key, text);
}

/* A finite number; what is absent is 0. */
static bool get_double(const struct st_file *f, const char *key, double *out, struct vae_error *e)
{
    const char *text = st_metadata(f, key);
    *out = 0;
    if (!text || number_f64(text, out)) return true;
    return vae_fail(e, "%s: %s is \"%s\" in its metadata; no number", f->path, key, text);
}

/* How far the run is: written where it is not 0. */
static bool get_progress(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    if ((r->step - r->past.steps) / run_steps_per_epoch(r) > RUN_MOST_STEPS / r->train_images)
        return vae_fail(e, "%s: step is beyond any run's in its metadata", f->path);
    if (st_metadata(f, "unreported_samples") && /* without these, the sums say nothing */
        (!get_size(f, "unreported_samples", 1, run_points(r), &r->seen.count, e) ||
         !get_double(f, "unreported_kl", &r->seen.kl, e) ||
         !get_double(f, "unreported_recon", &r->seen.recon, e)))
        return false;
    return get_double(f, "untrained_bound", &r->health.untrained, e);
}

/* A Gaussian's; checkpoints had neither before there was a limit. */
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
        if (!st_metadata(f, keys[i].key)) continue;
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

static bool get_run(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    static const char *const formats[] = {"vae 1", NULL};
    unsigned format, likelihood, optimizer, binarize;
    *r = (struct vae_run){0};
    if (!get_name(f, "format", formats, &format, e) ||
        !get_name(f, "likelihood", vae_likelihood_names, &likelihood, e) ||
        !get_name(f, "optimizer", vae_optimizer_names, &optimizer, e) ||
        !get_name(f, "binarize", vae_binarize_names, &binarize, e) ||
        !get_size(f, "image_rows", 1, VAE_MAX_SIDE, &r->shape.rows, e) ||
        !get_size(f, "image_cols", 1, VAE_MAX_SIDE, &r->shape.cols, e) ||
        !get_size(f, "hidden", 1, VAE_MAX_HIDDEN, &r->shape.hidden, e) ||
        !get_size(f, "latent", 1, VAE_MAX_LATENT, &r->shape.latent, e) ||
        !get_size(f, "batch", 1, VAE_MAX_BATCH, &r->batch, e) ||
        !get_size(f, "samples_per_x", 1, VAE_MAX_SAMPLES, &r->samples, e) ||
        !get_size(f, "train_images", 1, UINT32_MAX, &r->train_images, e) ||
        !get_number(f, "seed", INT64_MAX, &r->seed, e) ||
        !get_number(f, "step", RUN_MOST_STEPS, &r->step, e) || !run_past_read(f, r, e) ||
        !get_progress(f, r, e))
        return false;
    if (!get_positive(f, "lr", &r->lr, e)) return false;
    r->init_sd = 0.01f; /* what it was before checkpoints said it */
    if (st_metadata(f, "init_sd") && !get_positive(f, "init_sd", &r->init_sd, e)) return false;
    r->shape.likelihood = (enum vae_likelihood)likelihood;
    r->optimizer = (enum vae_optimizer)optimizer;
    r->binarize = (enum vae_binarize)binarize;
    return get_variance(f, &r->shape, e) && run_pairs_read(f, r, e);
}

/* --- the file --- */

/* One tensor of one arena; squares are never negative. */
static bool sound(const float *arena, const struct vae_tensor *t, const struct part *p,
                  bool squares, const char *name, struct vae_error *e)
{
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = p->first; j < p->first + p->cols; j++) {
            const float x = arena[vae_place(t, i, j)];
            if (!isfinite(x)) return vae_fail(e, "tensor %s holds NaN or infinity", name);
            if (squares && x < 0)
                return vae_fail(e, "tensor %s holds a negative sum of squares", name);
        }
    return true;
}

static bool arena_sound(const struct vae_model *m, const char *prefix, const float *arena,
                        bool squares, struct vae_error *e)
{
    struct part parts[MAX_PARTS];
    const size_t n = list_parts(&m->shape, parts);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct part *p = &parts[i / 2];
        char name[ST_NAME];
        name_tensor(name, prefix, p->name, i % 2 ? "bias" : "weight");
        if (!sound(arena, &m->tensor[p->weight + (int)(i % 2)], p, squares, name, e)) return false;
    }
    return true;
}

bool checkpoint_sound(const struct vae_model *m, struct vae_error *e)
{
    if (!arena_sound(m, "", m->w, false, e)) return false;
    for (size_t s = 0; s < m->stats; s++) /* the last is a sum, or mean, of squares */
        if (!arena_sound(m, stat_names[m->optimizer][s], m->stat[s], s + 1 == m->stats, e))
            return false;
    return true;
}

bool checkpoint_save(const char *path, const struct vae_model *m, const struct vae_run *run,
                     struct vae_error *e)
{
    struct st_pair pairs[PAIRS];
    struct st_tensor tensors[MAX_TENSORS];
    struct vae_error reason;
    if (!checkpoint_sound(m, &reason))
        return vae_fail(e, "%.1024s: not written: %.128s", path, reason.line);
    float *room = malloc(m->params * (1 + m->stats) * sizeof *room), *next = room;
    if (!room) return vae_fail(e, "%s: not enough memory", path);
    size_t count = collect(m, "", m->w, &next, tensors);
    for (size_t i = 0; i < m->stats; i++)
        count += collect(m, stat_names[m->optimizer][i], m->stat[i], &next, tensors + count);
    const bool ok = st_write(path, pairs, put_run(run, pairs), tensors, count, e);
    free(room);
    return ok;
}

/* Before memory is asked for by what the settings say. */
static bool check_parts(const struct st_file *f, const struct vae_shape *s, const char *prefix,
                        struct vae_error *e)
{
    struct part parts[MAX_PARTS];
    const size_t n = list_parts(s, parts);
    for (size_t i = 0; i < n; i++) {
        const int id = parts[i].weight;
        const size_t inputs = id == ENC_W ? vae_inputs(s) : id == DEC_W ? s->latent : s->hidden;
        const size_t shape[2] = {parts[i].cols, inputs};
        char name[ST_NAME];
        name_tensor(name, prefix, parts[i].name, "weight");
        if (!st_check(f, name, 2, shape, e)) return false;
        name_tensor(name, prefix, parts[i].name, "bias");
        if (!st_check(f, name, 1, shape, e)) return false;
    }
    return true;
}

static bool check_all(const struct st_file *f, const struct vae_run *r, struct vae_error *e)
{
    if (!check_parts(f, &r->shape, "", e)) return false;
    for (size_t i = 0; i < VAE_MAX_STATS && stat_names[r->optimizer][i]; i++)
        if (!check_parts(f, &r->shape, stat_names[r->optimizer][i], e)) return false;
    return true;
}

bool checkpoint_open(struct st_file *f, const char *path, struct vae_run *run, struct vae_error *e)
{
    if (!st_open(f, path, e)) return false;
    if (foreign(f))
        vae_fail(e,
                 "%s: no settings and no optimiser state of `vae train` in it, only weights; to "
                 "train, start anew",
                 path);
    else if (get_run(f, run, e) && check_all(f, run, e))
        return true;
    st_close(f);
    return false;
}

bool checkpoint_open_model(struct st_file *f, const char *path, const struct model_given *given,
                           struct vae_run *run, struct vae_error *e)
{
    if (!st_open(f, path, e)) return false;
    const bool known = foreign(f) ? foreign_run(f, given, run, e)
                                  : get_run(f, run, e) && given_agrees(f, given, run, e);
    if (known && check_parts(f, &run->shape, "", e)) return true;
    st_close(f);
    return false;
}

static bool load_part(const struct st_file *f, struct vae_model *m, const char *prefix,
                      const struct part *p, float *arena, struct vae_error *e)
{
    const struct vae_tensor *w = &m->tensor[p->weight], *b = &m->tensor[p->weight + 1];
    const size_t shape[2] = {p->cols, w->rows};
    char name[ST_NAME];
    float *room = malloc(p->cols * w->rows * sizeof *room);
    if (!room) return vae_fail(e, "%s: not enough memory", f->path);
    name_tensor(name, prefix, p->name, "weight");
    bool ok = st_read(f, name, 2, shape, room, e);
    if (ok) transpose_in(arena, w, p, room);
    free(room);
    name_tensor(name, prefix, p->name, "bias");
    return ok && st_read(f, name, 1, shape, arena + b->offset + p->first, e);
}

bool checkpoint_load(const struct st_file *f, struct vae_model *m, bool statistics,
                     struct vae_error *e)
{
    struct part parts[MAX_PARTS];
    const size_t n = list_parts(&m->shape, parts);
    for (size_t i = 0; i < n; i++) {
        if (!load_part(f, m, "", &parts[i], m->w, e)) return false;
        for (size_t s = 0; statistics && s < m->stats; s++)
            if (!load_part(f, m, stat_names[m->optimizer][s], &parts[i], m->stat[s], e))
                return false;
    }
    struct vae_error reason;
    return checkpoint_sound(m, &reason) ||
           vae_fail(e, "%.1024s: %.128s; use an earlier checkpoint", f->path, reason.line);
}
