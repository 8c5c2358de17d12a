#include "../base/memory.h"
#include "../base/pool.h"
#include "../base/table_file.h"
#include "../base/text.h"
#include "../methods/codes.h"
#include "commands.h"
#include "split_images.h"
#include "stop.h"
#include <stdio.h>
#include <stdlib.h>

/* Column names: mu_0, mu_1 ..., logvar_0 ..., or z_0 .... */
enum { COLUMN_NAME = 32 };
struct names {
    char (*text)[COLUMN_NAME];
    const char **of;
};

static bool name_columns(struct names *n, size_t latent, size_t columns, enum vae_codes kind)
{
    n->text = malloc(columns * sizeof *n->text);
    n->of = malloc(columns * sizeof *n->of);
    if (!n->text || !n->of) return false;
    for (size_t c = 0; c < columns; c++) {
        const char *what = kind == CODES_DRAW ? "z" : c < latent ? "mu" : "logvar";
        snprintf(n->text[c], COLUMN_NAME, "%s_%zu", what, c % latent);
        n->of[c] = n->text[c];
    }
    return true;
}

static bool write_codes(const struct settings *s, const struct vae_model *m, size_t images,
                        const double *codes, struct replace_file *r, struct vae_error *e)
{
    const size_t columns = vae_codes_columns(&m->shape, s->codes);
    struct names n = {NULL, NULL};
    const bool ok = name_columns(&n, m->shape.latent, columns, s->codes) ||
                    vae_fail(e, "%s: not enough memory", s->out);
    if (ok)
        vae_table_write(
            r, s->out,
            &(struct table){.names = n.of, .columns = columns, .rows = images, .values = codes});
    free(n.text);
    free(n.of);
    return ok;
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
        ok = vae_codes_of(&l->model, &of, s->codes, vae_stop_signal(), codes) ||
             vae_fail(e, "stopped by signal %d; nothing was written", (int)*vae_stop_signal());
        ok = ok && write_codes(s, &l->model, images->count, codes, &r, e);
        if (ok)
            ok = vae_replace_commit(&r, e);
        else
            vae_replace_abort(&r);
    }
    vae_memory_give(codes);
    if (ok)
        printf("wrote %s: %zu codes of %zu numbers\n", vae_text_shown(s->out).s, images->count,
               columns);
    return ok;
}

int vae_cmd_encode(struct settings *s, struct vae_error *e)
{
    struct dataset data;
    struct loaded l;
    bool ok = false;
    s->images.test_only = s->split == SPLIT_TEST;
    struct pool *pool = vae_pool_of_cpus(s->threads, e);
    if (pool && vae_loaded_open(&l, s, pool, e)) {
        if (vae_dataset_open(s->data, &s->images, &data, e)) {
            struct images images;
            ok = vae_loaded_encodes(&l, s->file, "vae encode", e) &&
                 vae_split_images(s, &l, &data, &images, e) && encode(s, &l, &images, e);
            vae_dataset_free(&data);
        }
        vae_loaded_close(&l);
    }
    vae_pool_destroy(pool);
    if (ok) return EXIT_DONE;
    return *vae_stop_signal() ? 128 + (int)*vae_stop_signal() : EXIT_FAILED;
}
