#include "../base/json.h"
#include "../base/pool.h"
#include "../data/dataset.h"
#include "../methods/train.h"
#include "commands.h"
#include "loaded.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool print_bound(bool as_json, const struct loaded *l, const struct vae_bound *b,
                        struct vae_error *e)
{
    const double n = (double)b->count, elbo = vae_bound_elbo(b);
    const char *binarize = vae_binarize_names[l->run.binarize];
    const bool weighed = l->run.estimator == VAE_ESTIMATOR_IWAE;
    if (!as_json) {
        printf(
            "test bound %.2f nats (reconstruction %.2f, KL %.2f; binarisation: %s) on %zu images\n",
            elbo, b->recon / n, b->kl / n, binarize, b->count);
        if (weighed)
            printf("IWAE bound %.2f nats, %zu draws each\n", b->log_mean / n, l->run.samples);
        return true;
    }
    bool ok = true;
    json_t *j = json_object();
    vae_json_put(&ok, j, "test_bound", vae_json_number(elbo));
    vae_json_put(&ok, j, "kl", vae_json_number(b->kl / n));
    vae_json_put(&ok, j, "recon", vae_json_number(b->recon / n));
    if (weighed) vae_json_put(&ok, j, "iwae_bound", vae_json_number(b->log_mean / n));
    vae_json_put(&ok, j, "images", json_integer((json_int_t)b->count));
    vae_json_put(&ok, j, "binarize", json_string(binarize));
    vae_json_put(&ok, j, "samples", json_integer((json_int_t)vae_run_points(&l->run)));
    vae_json_put(&ok, j, "seed", json_integer((json_int_t)l->run.seed));
    char *text = vae_json_text(ok, j, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!text) return vae_fail(e, "the bound as JSON: not enough memory");
    puts(text);
    free(text);
    return true;
}

static bool eval(const struct settings *s, struct loaded *l, const struct images *test,
                 struct vae_error *e)
{
    struct vae_bound bound;
    const uint64_t seed = s->seed_given ? s->seed : l->run.seed;
    if (!vae_loaded_fits(l, s->data, test, e)) return false;
    vae_evaluate(&l->model, test, &l->run, NOISE_TEST, seed, NULL, &bound);
    if (isfinite(vae_bound_elbo(&bound))) return print_bound(s->json, l, &bound, e);
    return vae_fail(e, "%s: its bound is no number; use an earlier checkpoint", s->file);
}

int vae_cmd_eval(struct settings *s, struct vae_error *e)
{
    struct dataset data;
    struct loaded l;
    bool ok = false;
    s->images.test_only = true;
    struct pool *pool = vae_pool_of_cpus(s->threads, e);
    if (pool && vae_loaded_open(&l, s, pool, e)) {
        if (vae_dataset_open(s->data, &s->images, &data, e)) {
            vae_loaded_draw(&l, &data);
            ok = eval(s, &l, &data.test, e);
            vae_dataset_free(&data);
        }
        vae_loaded_close(&l);
    }
    vae_pool_destroy(pool);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
