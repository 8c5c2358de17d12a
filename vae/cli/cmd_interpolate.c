#include "../base/streams.h"
#include "../methods/gather.h"
#include "../methods/latent_path.h"
#include "../settings/option_table.h"
#include "commands.h"
#include "data_open.h"
#include "loaded.h"
#include "pictures.h"
#include "split_images.h"
#include <stdlib.h>
#include <string.h>

/* The strips under way: from image a of a pair to image b, `across` pictures with both in them. */
struct strips {
    size_t pairs, across;
    uint32_t *images; /* [pairs][2] */
    float *ends;      /* [pairs][2][latent]: mu of each */
    float *z;         /* [pairs][across][latent] */
    float *grid;      /* [pairs][across][inputs] */
};

static bool take(struct strips *t, const struct vae_shape *s)
{
    const size_t all = t->pairs * t->across;
    t->images = malloc(t->pairs * 2 * sizeof *t->images);
    t->ends = malloc(t->pairs * 2 * s->latent * sizeof *t->ends);
    t->z = malloc(all * s->latent * sizeof *t->z);
    t->grid = malloc(all * vae_inputs(s) * sizeof *t->grid);
    return t->images && t->ends && t->z && t->grid;
}

static void give(struct strips *t)
{
    free(t->images);
    free(t->ends);
    free(t->z);
    free(t->grid);
}

/* Two different images for each pair, or those given. */
static void choose(struct strips *t, const struct settings *s, const struct sv_kernels *k,
                   size_t count, uint64_t seed)
{
    for (size_t p = 0; p < t->pairs; p++) {
        struct sv_rng rng = sv_rng_at(seed, STREAM_PAIRS, 0);
        float u[2];
        rng.ctr[1] = (uint32_t)p;
        k->uniform(1, 2, rng, u, 2);
        const size_t a = (size_t)((double)u[0] * (double)count);
        const size_t step = 1 + (size_t)((double)u[1] * (double)(count - 1));
        t->images[2 * p] = (uint32_t)(s->ends_given ? s->from : a);
        t->images[2 * p + 1] = (uint32_t)(s->ends_given ? s->to : (a + step) % count);
    }
}

/* mu of the ends; and the images themselves, at the strips' ends. */
static void encode(struct strips *t, struct vae_model *m, const struct vae_run *run,
                   const struct images *images)
{
    const size_t n = vae_inputs(&m->shape);
    for (size_t i = 0; i < 2 * t->pairs; i++) {
        struct vae_source from = {.images = images,
                                  .first = t->images[i],
                                  .binarize = run->binarize,
                                  .rng = sv_rng_at(run->seed, STREAM_BINARIZE_TEST, 0)};
        from.rng.ctr[1] = t->images[i];
        vae_gather(m, &from, 0, 1);
        memcpy(t->grid + (i / 2 * t->across + i % 2 * (t->across - 1)) * n, m->work.x,
               n * sizeof *t->grid);
        vae_encode_mean(m, 1, t->ends + i * m->shape.latent);
    }
}

static void walk(struct strips *t, size_t latent, enum latent_path path)
{
    const size_t between = t->across - 2;
    for (size_t p = 0; p < t->pairs; p++) {
        const float *a = t->ends + 2 * p * latent, *b = a + latent;
        for (size_t i = 0; i < between; i++) {
            float *z = t->z + (p * between + i) * latent;
            double w[2];
            vae_path_weights(path, latent, a, b,
                             between > 1 ? (double)i / (double)(between - 1) : 0.5, w);
            for (size_t c = 0; c < latent; c++)
                z[c] = (float)(w[0] * (double)a[c] + w[1] * (double)b[c]);
        }
    }
}

static bool interpolate(const struct settings *s, struct loaded *l, const struct images *images,
                        struct vae_error *e)
{
    struct vae_model *m = &l->model;
    const struct vae_shape *shape = &m->shape;
    struct strips t = {.pairs = s->ends_given ? 1 : s->pairs, .across = s->steps + 2};
    const size_t n = vae_inputs(shape), between = s->steps;
    bool ok = take(&t, shape) || vae_fail(e, "%s: not enough memory", s->out);
    if (ok) {
        choose(&t, s, sv_for(&m->k, 1, 2, 0), images->count, s->seed_given ? s->seed : l->run.seed);
        encode(&t, m, &l->run, images);
        walk(&t, shape->latent, s->path);
        for (size_t p = 0; p < t.pairs; p++)
            vae_decode_all(m, t.z + p * between * shape->latent, between, NULL,
                           t.grid + (p * t.across + 1) * n);
        ok = vae_picture_grid(s->out, shape, t.across, t.pairs, t.grid, e);
    }
    give(&t);
    return ok;
}

/* --from and --to, of which neither is given alone, name images that are there. */
static bool ends_fit(struct settings *s, const struct images *images, struct vae_error *e)
{
    const bool from = vae_option_given(s, "from"), to = vae_option_given(s, "to");
    s->ends_given = from;
    if (from != to) return vae_fail(e, "give --from and --to, or neither");
    if (from && vae_option_given(s, "pairs"))
        return vae_fail(e, "--pairs is of images drawn at random; leave out --from and --to");
    const size_t most = from && s->from > s->to ? s->from : s->to;
    if (from && most >= images->count)
        return vae_fail(e, "%s: image %zu is not there; its %s images are 0 to %zu",
                        vae_data_name(s, s->split), most, vae_split_names[s->split],
                        images->count - 1);
    return from || images->count > 1 ||
           vae_fail(e, "%s: one image alone", vae_data_name(s, s->split));
}

int vae_cmd_interpolate(struct settings *s, struct vae_error *e)
{
    struct split_images o;
    if (!vae_split_open(&o, s, NULL, "vae interpolate", e)) return EXIT_FAILED;
    const bool ok = ends_fit(s, &o.images, e) && interpolate(s, &o.model, &o.images, e);
    vae_split_close(&o);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
