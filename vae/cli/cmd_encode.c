#include "../base/memory.h"
#include "../base/pool.h"
#include "../base/table_file.h"
#include "../base/text.h"
#include "../methods/codes.h"
#include "commands.h"
#include "progress.h"
#include "split_images.h"
#include "stop.h"
#include <math.h>
#include <stdio.h>

/* Column names: mu_0, mu_1 ..., logvar_0 ..., or z_0 .... */
struct code {
    enum vae_codes kind;
    size_t latent;
};
static void name_column(const void *about, size_t j, char text[TABLE_NAME])
{
    const struct code *c = about;
    const char *what = c->kind == CODES_DRAW ? "z" : j < c->latent ? "mu" : "logvar";
    snprintf(text, TABLE_NAME, "%s_%zu", what, j % c->latent);
}

/* The file is begun first: one that cannot be written fails at once. */
static bool encode(const struct settings *s, struct loaded *l, const struct images *images,
                   struct vae_error *e)
{
    const struct vae_evaluation of = {images, l->run.binarize, VAE_ESTIMATOR_B,
                                      vae_split_noise(s->split),
                                      s->seed_given ? s->seed : l->run.seed};
    const size_t columns = vae_codes_columns(&l->model.shape, s->codes);
    struct replace_file r;
    double *codes = vae_memory_get(images->count * columns * sizeof *codes);
    if (!codes) return vae_fail(e, "%s: not enough memory", s->out);
    vae_stop_on_signals();
    bool ok = vae_replace_begin(&r, s->out, e);
    if (ok) {
        struct progress p = vae_progress_start(s, "encoding", 0, images->count, 1);
        const struct vae_watch watch = {vae_progress_watch, &p};
        ok = vae_codes_of(&l->model, &of, s->codes, &watch, vae_stop_signal(), codes);
        vae_progress_end(&p);
        ok = ok || vae_stop_failed(e);
        if (ok) {
            vae_table_write(
                &r, s->out,
                &(struct table){.name = name_column,
                                .about = &(struct code){s->codes, l->model.shape.latent},
                                .columns = columns,
                                .rows = images->count,
                                .values = codes});
            ok = vae_replace_commit(&r, e);
        } else {
            vae_replace_abort(&r);
        }
    }
    vae_memory_give(codes);
    if (ok)
        printf("wrote %s: %zu codes of %zu numbers\n", vae_text_shown(s->out).s, images->count,
               columns);
    return ok;
}

int vae_cmd_encode(struct settings *s, struct vae_error *e)
{
    struct split_images o;
    bool ok = false;
    struct pool *pool = vae_pool_of_cpus(s->threads, e);
    if (pool && vae_split_open(&o, s, pool, "vae encode", e)) {
        ok = encode(s, &o.model, &o.images, e);
        vae_split_close(&o);
    }
    vae_pool_destroy(pool);
    return vae_stop_status(ok);
}
