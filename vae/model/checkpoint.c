#include "checkpoint.h"
#include "../base/min.h"
#include "foreign.h"
#include "metadata.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- tensors --- */

/* A layer as the file names it: columns first ... first + cols - 1 of a weight and its bias. */
struct part {
    char name[CHECKPOINT_NAME];
    struct vae_tensor w, b;
    size_t first, cols;
};

enum { MAX_PARTS = VAE_MOST_LAYERS + 2, MAX_TENSORS = 4 * MAX_PARTS * (1 + VAE_MAX_STATS) + 1 };

struct parts {
    struct part part[MAX_PARTS];
    size_t count;
};

static void add_part(struct parts *p, const char *name, const struct vae_layer *l, size_t first,
                     size_t cols)
{
    struct part *to = &p->part[p->count++];
    *to = (struct part){.w = l->w, .b = l->b, .first = first, .cols = cols};
    snprintf(to->name, sizeof to->name, "%s", name);
}

void vae_checkpoint_hidden_name(char name[CHECKPOINT_NAME], const char *side, size_t depth,
                                size_t count)
{
    const int n = snprintf(name, CHECKPOINT_NAME, "%s.hidden", side);
    if (count > 1) snprintf(name + n, CHECKPOINT_NAME - (size_t)n, ".%zu", depth);
}

static void add_hidden(struct parts *p, const char *side, const struct vae_layer *l, size_t count)
{
    char name[CHECKPOINT_NAME];
    vae_checkpoint_hidden_name(name, side, l->depth, count);
    add_part(p, name, l, 0, l->w.cols);
}

static void add_layer(struct parts *p, const struct vae_shape *s, const struct vae_layer *l)
{
    const size_t x = vae_inputs(s), z = s->latent;
    switch (l->role) {
    case ROLE_ENC: add_hidden(p, "encoder", l, s->enc.count); break;
    case ROLE_HEAD:
        add_part(p, "encoder.mean", l, 0, z);
        add_part(p, "encoder.logvar", l, z, z);
        break;
    case ROLE_DEC: add_hidden(p, "decoder", l, s->dec.count); break;
    case ROLE_OUT:
        add_part(p, s->likelihood == VAE_GAUSSIAN ? "decoder.mean" : "decoder.logits", l, 0, x);
        if (l->w.cols > x) add_part(p, "decoder.logvar", l, x, x);
        break;
    case ROLE_NOISE:
        add_part(p, "decoder.logvar", l, 0, x);
        if (l->w.cols > x) add_part(p, "decoder.uniform", l, x, x);
    }
}

/* The parts of the layers from `first` on. */
static void list_parts(const struct vae_shape *s, size_t first, struct parts *p)
{
    struct vae_layer l[VAE_MOST_LAYERS];
    const size_t n = vae_layers(s, l);
    p->count = 0;
    for (size_t i = first; i < n; i++) add_layer(p, s, &l[i]);
}

static const char *const stat_names[][VAE_MAX_STATS] = {
    [VAE_SGD] = {NULL, NULL},
    [VAE_ADAGRAD] = {"optimizer.sum.", NULL},
    [VAE_ADAM] = {"optimizer.exp_avg.", "optimizer.exp_avg_sq."},
};

/* In memory a weight is [inputs][outputs], in panels; in the file it is [outputs][inputs]. */
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

static const char chain_name[] = "chain.z";

/* An arena as the file names it: its tensors of the layers from `first` on, behind a prefix. */
struct named_arena {
    char prefix[CHECKPOINT_NAME + 16];
    size_t first;
    bool squares; /* a sum or mean of squares: never negative */
    float *at;
};
enum { MAX_ARENAS = 2 * (1 + VAE_MAX_STATS) };

/* Parameters, their statistics; log-variances of the decoder's weights (full variational Bayes) and
 * theirs. Arenas of m, or none if that is NULL. */
static size_t list_arenas(const struct vae_shape *s, enum vae_optimizer o, bool theta,
                          const struct vae_model *m, struct named_arena a[MAX_ARENAS])
{
    size_t n = 0;
    for (int of_theta = 0; of_theta <= (theta ? 1 : 0); of_theta++) {
        const char *what = of_theta ? "posterior.logvar." : "";
        const size_t first = of_theta ? vae_decoder_at(s) : 0, stats = (size_t)o;
        a[n] = (struct named_arena){.first = first,
                                    .at = !m         ? NULL
                                          : of_theta ? m->theta.logvar
                                                     : m->w};
        snprintf(a[n++].prefix, sizeof a->prefix, "%s", what);
        for (size_t i = 0; i < stats; i++) {
            a[n] = (struct named_arena){.first = first,
                                        .squares = i + 1 == stats,
                                        .at = !m         ? NULL
                                              : of_theta ? m->theta.logvar_stat[i]
                                                         : m->stat[i]};
            snprintf(a[n++].prefix, sizeof a->prefix, "%s%s", stat_names[o][i], what);
        }
    }
    return n;
}

static size_t arenas_of(const struct vae_model *m, struct named_arena a[MAX_ARENAS])
{
    return list_arenas(&m->shape, m->optimizer, m->theta.memory != NULL, m, a);
}

static void name_tensor(char name[ST_NAME], const char *prefix, const char *part,
                        const char *suffix)
{
    snprintf(name, ST_NAME, "%.40s%.31s.%s", prefix, part, suffix);
}

/* Appends one arena's tensors; weights are transposed into *room, which advances. */
static size_t collect(const struct vae_model *m, const struct named_arena *a, float **room,
                      struct st_tensor *out)
{
    struct parts parts;
    size_t count = 0;
    list_parts(&m->shape, a->first, &parts);
    for (size_t i = 0; i < parts.count; i++) {
        const struct part *p = &parts.part[i];
        const struct vae_tensor *w = &p->w;
        if (w->rows) {
            struct st_tensor *weight = &out[count++];
            *weight = (struct st_tensor){.dims = 2, .shape = {p->cols, w->rows}, .data = *room};
            name_tensor(weight->name, a->prefix, p->name, "weight");
            transpose_out(a->at, w, p, *room);
            *room += p->cols * w->rows;
        }
        struct st_tensor *bias = &out[count++];
        *bias = (struct st_tensor){
            .dims = 1, .shape = {p->cols}, .data = a->at + p->b.offset + p->first};
        name_tensor(bias->name, a->prefix, p->name, "bias");
    }
    return count;
}

/* --- the file --- */

/* Checks one tensor of one arena; squares must not be negative. */
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

static bool arena_sound(const struct vae_model *m, const struct named_arena *a, struct vae_error *e)
{
    struct parts parts;
    list_parts(&m->shape, a->first, &parts);
    for (size_t i = 0; i < 2 * parts.count; i++) {
        const struct part *p = &parts.part[i / 2];
        char name[ST_NAME];
        name_tensor(name, a->prefix, p->name, i % 2 ? "bias" : "weight");
        if (!sound(a->at, i % 2 ? &p->b : &p->w, p, a->squares, name, e)) return false;
    }
    return true;
}

bool vae_checkpoint_sound(const struct vae_model *m, struct vae_error *e)
{
    struct named_arena a[MAX_ARENAS];
    const size_t n = arenas_of(m, a);
    for (size_t i = 0; i < n; i++)
        if (!arena_sound(m, &a[i], e)) return false;
    for (size_t i = 0; i < m->chains * m->shape.latent; i++)
        if (!isfinite(m->chain[i]))
            return vae_fail(e, "tensor %s holds NaN or infinity", chain_name);
    return true;
}

bool vae_checkpoint_save(const char *path, const struct vae_model *m, const struct vae_run *run,
                         struct vae_error *e)
{
    struct st_pair pairs[METADATA_PAIRS];
    struct st_tensor tensors[MAX_TENSORS];
    struct named_arena a[MAX_ARENAS];
    struct vae_error reason;
    const size_t arenas = arenas_of(m, a);
    if (!vae_checkpoint_sound(m, &reason))
        return vae_fail(e, "%.1024s: not written: %.128s", path, reason.line);
    float *room = malloc(m->params * arenas * sizeof *room), *next = room;
    if (!room) return vae_fail(e, "%s: not enough memory", path);
    size_t count = 0;
    for (size_t i = 0; i < arenas; i++) count += collect(m, &a[i], &next, tensors + count);
    if (m->chains) {
        tensors[count] =
            (struct st_tensor){.dims = 2, .shape = {m->chains, m->shape.latent}, .data = m->chain};
        snprintf(tensors[count++].name, ST_NAME, "%s", chain_name);
    }
    const bool ok = vae_st_write(path, pairs, vae_metadata_put(run, pairs), tensors, count, e);
    free(room);
    return ok;
}

/* To be called before memory is allocated as the settings say. */
static bool check_parts(const struct st_file *f, const struct vae_shape *s,
                        const struct named_arena *a, struct vae_error *e)
{
    struct parts parts;
    list_parts(s, a->first, &parts);
    for (size_t i = 0; i < parts.count; i++) {
        const struct part *p = &parts.part[i];
        const size_t shape[2] = {p->cols, p->w.rows};
        char name[ST_NAME];
        name_tensor(name, a->prefix, p->name, "weight");
        if (p->w.rows && !vae_st_check(f, name, 2, shape, e)) return false;
        name_tensor(name, a->prefix, p->name, "bias");
        if (!vae_st_check(f, name, 1, shape, e)) return false;
    }
    return true;
}

static bool check_all(const struct st_file *f, const struct vae_run *r, struct vae_error *e)
{
    struct named_arena a[MAX_ARENAS];
    const size_t n = list_arenas(&r->shape, r->optimizer, r->method == VAE_FULL_VB, NULL, a);
    for (size_t i = 0; i < n; i++)
        if (!check_parts(f, &r->shape, &a[i], e)) return false;
    const size_t shape[2] = {r->train_images, r->shape.latent};
    return r->method != VAE_MCEM || vae_st_check(f, chain_name, 2, shape, e);
}

bool vae_checkpoint_open(struct st_file *f, const char *path, struct vae_run *run,
                         struct vae_error *e)
{
    if (!vae_st_open(f, path, e)) return false;
    if (vae_foreign(f))
        vae_fail(e,
                 "%s: no settings and no optimiser state of `vae train` in it, only weights; to "
                 "train, start anew",
                 path);
    else if (vae_metadata_get(f, run, e) && check_all(f, run, e))
        return true;
    vae_st_close(f);
    return false;
}

bool vae_checkpoint_open_model(struct st_file *f, const char *path, const struct model_given *given,
                               struct vae_run *run, struct vae_error *e)
{
    if (!vae_st_open(f, path, e)) return false;
    const bool known = vae_foreign(f)
                           ? vae_foreign_run(f, given, run, e)
                           : vae_metadata_get(f, run, e) && vae_given_agrees(f, given, run, e);
    const struct named_arena weights = {.prefix = ""};
    if (known && check_parts(f, &run->shape, &weights, e)) return true;
    vae_st_close(f);
    return false;
}

static bool load_part(const struct st_file *f, const struct named_arena *a, const struct part *p,
                      struct vae_error *e)
{
    const struct vae_tensor *w = &p->w;
    const size_t shape[2] = {p->cols, w->rows};
    char name[ST_NAME];
    float *room = w->rows ? malloc(p->cols * w->rows * sizeof *room) : NULL;
    if (w->rows && !room) return vae_fail(e, "%s: not enough memory", f->path);
    name_tensor(name, a->prefix, p->name, "weight");
    const bool ok = !w->rows || vae_st_read(f, name, 2, shape, room, e);
    if (ok) transpose_in(a->at, w, p, room);
    free(room);
    name_tensor(name, a->prefix, p->name, "bias");
    return ok && vae_st_read(f, name, 1, shape, a->at + p->b.offset + p->first, e);
}

bool vae_checkpoint_load(const struct st_file *f, struct vae_model *m, bool statistics,
                         struct vae_error *e)
{
    struct named_arena a[MAX_ARENAS];
    const size_t n = statistics ? arenas_of(m, a) : list_arenas(&m->shape, VAE_SGD, false, m, a);
    for (size_t i = 0; i < n; i++) {
        struct parts parts;
        list_parts(&m->shape, a[i].first, &parts);
        for (size_t p = 0; p < parts.count; p++)
            if (!load_part(f, &a[i], &parts.part[p], e)) return false;
    }
    const size_t shape[2] = {m->chains, m->shape.latent};
    if (statistics && m->chains && !vae_st_read(f, chain_name, 2, shape, m->chain, e)) return false;
    struct vae_error reason;
    return vae_checkpoint_sound(m, &reason) ||
           vae_fail(e, "%.1024s: %.128s; use an earlier checkpoint", f->path, reason.line);
}

bool vae_checkpoint_read_model(const char *path, const struct model_given *given,
                               const struct sv_choice *k, struct pool *pool, struct vae_model *m,
                               struct vae_run *run, struct vae_error *e)
{
    struct st_file f;
    if (!vae_checkpoint_open_model(&f, path, given, run, e)) return false;
    const size_t rows =
        vae_min_size(run->batch, 256); /* of a batch to train on there may be more */
    const bool made = vae_create(m, k, &run->shape, VAE_SGD, rows, run->samples, pool, e);
    const bool ok = made && vae_checkpoint_load(&f, m, false, e);
    if (made && !ok) vae_destroy(m);
    vae_st_close(&f);
    return ok;
}
