#include "codes.h"
#include "../base/min.h"
#include "minibatch.h"

const char *const vae_codes_names[] = {"mean", "posterior", "draw", NULL};

/* Encodes a minibatch and draws its z. */
static void encode(void *arg, size_t thread)
{
    const struct vae_minibatch *b = arg;
    const struct vae_job j = {b->model, thread};
    vae_minibatch_gather(j, b);
    vae_encode(j, (struct vae_range){0, b->rows});
    vae_draw(j, (struct vae_range){0, b->rows}, b->eps);
}

bool vae_codes_of(struct vae_model *m, const struct vae_evaluation *of, enum vae_codes kind,
                  const struct vae_watch *watch, const volatile sig_atomic_t *stop, double *codes)
{
    const size_t count = of->images->count, columns = vae_codes_columns(&m->shape, kind);
    for (size_t first = 0; first < count; first += m->max_rows) {
        if (stop && *stop) return false;
        struct vae_minibatch b = {.model = m,
                                  .source = vae_evaluation_source(of, first),
                                  .rows = vae_min_size(m->max_rows, count - first),
                                  .eps = vae_evaluation_eps(of, first, m->samples)};
        vae_pool_run(m->pool, encode, &b);
        for (size_t i = 0; i < b.rows; i++) {
            const float *from = kind == CODES_DRAW ? m->work.z + i * m->samples * m->ld.z
                                                   : m->work.head + i * m->ld.head;
            for (size_t c = 0; c < columns; c++) *codes++ = (double)from[c];
        }
        if (watch) watch->see(watch->arg, m, first, b.rows);
    }
    return true;
}
