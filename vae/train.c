#include "train.h"
#include "streams.h"
#include <stdlib.h>

bool trainer_create(struct vae_trainer *t, const struct sv_choice *k, const struct vae_run *run,
                    const struct images *images, struct vae_error *e)
{
    *t = (struct vae_trainer){.run = *run, .images = images, .order_epoch = UINT64_MAX};
    if (!vae_create(&t->model, k, &run->shape, run->optimizer, run->batch, run->samples, e))
        return false;
    t->order = malloc(images->count * sizeof *t->order);
    if (!t->order) {
        vae_destroy(&t->model);
        return vae_fail(e, "not enough memory for the order of %zu images", images->count);
    }
    vae_init(&t->model, run->seed);
    return true;
}

void trainer_destroy(struct vae_trainer *t)
{
    vae_destroy(&t->model);
    free(t->order);
    *t = (struct vae_trainer){0};
}

/* Fisher-Yates; the word for position i picks among i + 1 by multiply and shift. */
static void shuffle(struct vae_trainer *t, uint64_t epoch)
{
    enum { BLOCK = 1024 };
    uint32_t words[BLOCK];
    const size_t n = t->images->count;
    struct sv_rng rng = sv_rng_at(t->run.seed, STREAM_SHUFFLE, (uint32_t)epoch);
    for (size_t i = 0; i < n; i++) {
        if (i % BLOCK == 0) {
            rng.ctr[1] = (uint32_t)(i / BLOCK);
            sv_for(&t->model.k, 1, BLOCK, 0)->philox(1, BLOCK, rng, words, BLOCK);
        }
        const size_t j = (size_t)(((uint64_t)words[i % BLOCK] * (i + 1)) >> 32);
        t->order[i] = t->order[j];
        t->order[j] = (uint32_t)i;
    }
    t->order_epoch = epoch;
}

void vae_gather(struct vae_model *m, const struct images *images, const uint32_t *order,
                size_t first, size_t rows, enum vae_binarize binarize, struct sv_rng rng)
{
    const size_t n = images_size(images);
    const struct sv_kernels *row = sv_for(&m->k, 1, n, 0);
    sv_pixels_fn *convert = binarize == BINARIZE_THRESHOLD ? row->binarize : row->u8_to_f32;
    for (size_t i = 0; i < rows; i++) {
        const size_t image = order ? order[first + i] : first + i;
        convert(n, images->pixels + image * n, m->work.x + i * n);
    }
    if (binarize == BINARIZE_DYNAMIC)
        sv_for(&m->k, rows, n, 0)->bernoulli(rows, n, rng, m->work.x, n, m->work.x, n);
}

/* The position in the epoch of the next step's first image. */
static size_t position(const struct vae_run *r)
{
    return (size_t)(r->step % run_steps_per_epoch(r)) * r->batch;
}

size_t trainer_next_rows(const struct vae_trainer *t)
{
    const size_t left = t->images->count - position(&t->run);
    return left < t->run.batch ? left : t->run.batch;
}

void trainer_step(struct vae_trainer *t, struct vae_bound *bound)
{
    struct vae_run *r = &t->run;
    const uint64_t epoch = r->step / run_steps_per_epoch(r);
    const size_t rows = trainer_next_rows(t);
    const uint32_t step = (uint32_t)r->step;
    if (t->order_epoch != epoch) shuffle(t, epoch);
    vae_gather(&t->model, t->images, t->order, position(r), rows, r->binarize,
               sv_rng_at(r->seed, STREAM_BINARIZE, step));
    vae_forward(&t->model, rows, sv_rng_at(r->seed, STREAM_EPS, step), bound);
    vae_backward(&t->model, rows);
    const float decay = (float)rows / (float)t->images->count;
    vae_update(&t->model, &(struct vae_step){r->lr, decay, ++r->step});
}

bool vae_evaluate(struct vae_model *m, const struct images *images, enum vae_binarize binarize,
                  uint64_t seed, const volatile sig_atomic_t *stop, struct vae_bound *bound)
{
    *bound = (struct vae_bound){0};
    for (size_t i = 0; i < images->count; i += m->max_rows) {
        if (stop && *stop) return false;
        const size_t left = images->count - i, rows = left < m->max_rows ? left : m->max_rows;
        struct sv_rng bits = sv_rng_at(seed, STREAM_BINARIZE_TEST, 0);
        struct sv_rng eps = sv_rng_at(seed, STREAM_EPS_TEST, 0);
        bits.ctr[1] = (uint32_t)i;
        eps.ctr[1] = (uint32_t)(i * m->samples);
        vae_gather(m, images, NULL, i, rows, binarize, bits);
        vae_forward(m, rows, eps, bound);
    }
    return true;
}
