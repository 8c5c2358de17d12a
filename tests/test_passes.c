/* Half-passes: the bits depend neither on the ranges of rows, nor on the threads, nor on how an
 * update is split. */
#include "../reference/verify/data.h"
#include "../reference/verify/verify.h"
#include "../vae/base/memory.h"
#include "../vae/base/streams.h"
#include "../vae/model/model.h"
#include "suites.h"
#include <stdlib.h>
#include <string.h>

/* Sizes that leave tails, with and without hidden layers. */
static const struct network {
    struct vae_shape shape;
    size_t samples;
} networks[] = {
    {{.rows = 7, .cols = 5, .enc = {1, {37}}, .dec = {1, {37}}, .latent = 5}, 1},
    {{.rows = 7,
      .cols = 5,
      .enc = {3, {37, 50, 7}},
      .dec = {2, {19, 33}},
      .activation = VAE_RELU,
      .latent = 3},
     3},
    {{.rows = 13,
      .cols = 11,
      .enc = {2, {20, 33}},
      .dec = {0},
      .activation = VAE_SIGMOID,
      .latent = 17,
      .likelihood = VAE_GAUSSIAN},
     2},
    {{.rows = 7, .cols = 5, .enc = {0}, .dec = {0}, .latent = 4}, 2},
    {{.rows = 13, .cols = 21, .enc = {1, {20}}, .dec = {1, {18}}, .latent = 3}, 1},
};
enum { NETWORKS = sizeof networks / sizeof *networks, OPTIMIZERS = 3, POINTS = 53, STEPS = 3 };

/* How a step is made. */
enum way { WAY_UPDATE, WAY_IN_PARTS, WAY_GRADIENT, WAY_TWO_BATCHES, WAY_DECODER, WAY_VALUE };

struct task {
    struct vae_model m;
    struct vae_step step;
    struct sv_rng eps;
    uint64_t ranges; /* seed of the ranges' lengths; 0: one range for all rows */
    size_t rows;
    enum way way;
    float *g; /* of WAY_GRADIENT and WAY_TWO_BATCHES */
    bool accumulate, last;
};

static size_t next_range(struct source *s, size_t left)
{
    return s->state ? 1 + (size_t)(source_next(s) % left) : left;
}

static void run_passes(struct vae_job j, const struct task *t)
{
    struct source s = {t->ranges}; /* the same ranges on each thread */
    const size_t l = t->m.samples;
    const bool to_z = t->way != WAY_DECODER, back = t->way != WAY_VALUE;
    for (struct vae_range p = {0, 0}; p.first < t->rows; p.first += p.rows) {
        p.rows = next_range(&s, t->rows - p.first);
        vae_encode(j, p);
        vae_draw(j, p, t->eps);
        const size_t end = (p.first + p.rows) * l;
        for (struct vae_range r = {p.first * l, 0}; r.first < end; r.first += r.rows) {
            r.rows = l == 1 ? p.rows : next_range(&s, end - r.first);
            if (!back) vae_log_likelihood(j, r);
            if (!back) continue;
            vae_likelihood(j, r, 1 / (float)l);
            vae_back_decoder(j, r, to_z);
        }
        if (!to_z || !back) continue;
        vae_back_head(j, p, &(struct vae_objective){.beta = 1});
        vae_back_encoder(j, p);
    }
}

static void run_task(void *arg, size_t thread)
{
    struct task *t = arg;
    const struct vae_job j = {&t->m, thread};
    const size_t middle = vae_decoder_at(&t->m.shape), end = t->m.layers;
    run_passes(j, t);
    switch (t->way) {
    case WAY_UPDATE: vae_update(j, t->rows, &t->step, 0, end); break;
    case WAY_IN_PARTS:
        vae_update(j, t->rows, &t->step, 0, middle);
        vae_update(j, t->rows, &t->step, middle, end);
        break;
    case WAY_DECODER: vae_update(j, t->rows, &t->step, middle, end); break;
    case WAY_VALUE: break;
    default:
        vae_gradient(j, t->rows, middle, end, t->accumulate, t->g);
        vae_gradient(j, t->rows, 0, middle, t->accumulate, t->g);
        if (t->last) vae_apply(j, &t->step, 0, end, t->g);
    }
}

/* Images first ... first + rows - 1 of a step; half of the pixels are 0. */
static void fill(struct task *t, size_t first, size_t rows)
{
    const size_t x = vae_inputs(&t->m.shape);
    struct source s = {99 + t->step.count};
    for (size_t i = 0; i < first + rows; i++)
        for (size_t c = 0; c < x; c++) {
            const float grey = (float)source_uniform(&s), at = grey < 0.5f ? 0 : grey;
            if (i >= first) t->m.work.x[(i - first) * t->m.ld.x + c] = at;
        }
    t->rows = rows;
    t->eps = sv_rng_at(5, STREAM_EPS, t->step.count);
    t->eps.ctr[1] = (uint32_t)(first * t->m.samples);
}

static void step(struct task *t)
{
    const size_t half = t->way == WAY_TWO_BATCHES ? POINTS / 3 : POINTS;
    t->step.count++;
    fill(t, 0, half);
    t->accumulate = false;
    t->last = half == POINTS;
    vae_pool_run(t->m.pool, run_task, t);
    if (t->last) return;
    fill(t, half, POINTS - half);
    t->accumulate = t->last = true;
    vae_pool_run(t->m.pool, run_task, t);
}

static void open_task(struct task *t, int network, int optimizer, const char *isa, size_t threads)
{
    static const float lr[] = {[VAE_SGD] = 1e-4f, [VAE_ADAGRAD] = 1e-2f, [VAE_ADAM] = 1e-3f};
    const struct network *n = &networks[network];
    struct sv_choice k;
    struct vae_error e = {""};
    struct pool *pool = vae_pool_create(threads, &e);
    *t = (struct task){.step = {.lr = lr[optimizer], .decay = 0.25f}};
    ck_assert(pool && sv_choice_default(isa, &k) == SV_OK);
    ck_assert(vae_create(&t->m, &k, &n->shape, (enum vae_optimizer)optimizer, POINTS, n->samples,
                         pool, &e));
    vae_init(&t->m, 3, 0.3f);
    t->g = vae_memory_get(t->m.params * sizeof *t->g);
    ck_assert_ptr_nonnull(t->g);
}

static void close_task(struct task *t)
{
    struct pool *pool = t->m.pool;
    vae_memory_give(t->g);
    vae_destroy(&t->m);
    vae_pool_destroy(pool);
}

/* Compares parameters and statistics, padding included. */
static bool same_model(const struct vae_model *a, const struct vae_model *b)
{
    const size_t bytes = a->params * sizeof *a->w;
    bool same = !memcmp(a->w, b->w, bytes);
    for (size_t i = 0; i < a->stats; i++) same = same && !memcmp(a->stat[i], b->stat[i], bytes);
    return same;
}

static const struct {
    enum way way;
    uint64_t ranges;
    const char *name;
} ways[] = {
    {WAY_UPDATE, 7, "other ranges"},
    {WAY_IN_PARTS, 0, "encoder and decoder updated apart"},
    {WAY_GRADIENT, 0, "gradient, then step"},
    {WAY_GRADIENT, 8, "gradient, then step, other ranges"},
    {WAY_TWO_BATCHES, 9, "gradient of two minibatches, then step"},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* _i % 3: optimiser; _i / 3: network. Every way, on every instruction set and 1 to 3 threads, ends
 * in the same weights and statistics as the fused update on one thread. */
START_TEST(test_same_bits)
{
    struct task want, have;
    open_task(&want, _i / OPTIMIZERS, _i % OPTIMIZERS, NULL, 1);
    for (int i = 0; i < STEPS; i++) step(&want);
    for (size_t isa = 0; sv_isa_name(isa); isa++)
        for (size_t w = 0; w < WAYS && sv_isa_supported(isa); w++) {
            const size_t threads = 1 + (w + isa) % 3;
            open_task(&have, _i / OPTIMIZERS, _i % OPTIMIZERS, sv_isa_name(isa), threads);
            have.way = ways[w].way;
            have.ranges = ways[w].ranges;
            for (int i = 0; i < STEPS; i++) step(&have);
            ck_assert_msg(same_model(&have.m, &want.m), "%s, %zu threads: %s: other bits",
                          sv_isa_name(isa), threads, ways[w].name);
            close_task(&have);
        }
    close_task(&want);
}
END_TEST

static bool same_weights(const struct task *a, const struct task *b, size_t first, size_t end)
{
    return !memcmp(a->m.w + first, b->m.w + first, (end - first) * sizeof *a->m.w);
}

/* _i as above, on two threads: gradients that stop before z give the decoder the same step and
 * leave the encoder as it was. */
START_TEST(test_decoder_alone)
{
    struct task whole, decoder, first;
    open_task(&whole, _i / OPTIMIZERS, _i % OPTIMIZERS, NULL, 2);
    open_task(&decoder, _i / OPTIMIZERS, _i % OPTIMIZERS, NULL, 2);
    open_task(&first, _i / OPTIMIZERS, _i % OPTIMIZERS, NULL, 2);
    const size_t middle = whole.m.layer[vae_decoder_at(&whole.m.shape)].w.offset;
    decoder.way = WAY_DECODER;
    step(&whole);
    step(&decoder);
    ck_assert(same_weights(&decoder, &whole, middle, whole.m.params));
    ck_assert(!same_weights(&decoder, &first, middle, whole.m.params));
    ck_assert(same_weights(&decoder, &first, 0, middle));
    ck_assert(!same_weights(&whole, &first, 0, middle));
    close_task(&whole);
    close_task(&decoder);
    close_task(&first);
}
END_TEST

/* _i: network. The log-likelihoods have the same bits with and without the gradient. */
START_TEST(test_value_alone)
{
    struct task want, have;
    open_task(&want, _i, VAE_SGD, NULL, 1);
    step(&want);
    const struct vae_model *m = &want.m;
    const size_t sums = vae_groups(&m->shape) * m->max_rows * m->samples;
    for (size_t i = 0; i < sums; i++) ck_assert_float_lt(m->work.ll[i], 0);
    for (size_t isa = 0; sv_isa_name(isa); isa++)
        for (size_t threads = 1; threads <= 3 && sv_isa_supported(isa); threads++) {
            open_task(&have, _i, VAE_SGD, sv_isa_name(isa), threads);
            have.way = WAY_VALUE;
            have.ranges = threads - 1;
            step(&have);
            ck_assert_msg(!memcmp(have.m.work.ll, m->work.ll, sums * sizeof *m->work.ll),
                          "%s, %zu threads: other bits", sv_isa_name(isa), threads);
            close_task(&have);
        }
    close_task(&want);
}
END_TEST

Suite *suite_passes(void)
{
    Suite *s = suite_create("passes");
    TCase *t = tcase_create("passes");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads training");
    tcase_add_loop_test(t, test_same_bits, 0, OPTIMIZERS * NETWORKS);
    tcase_add_loop_test(t, test_decoder_alone, 0, OPTIMIZERS * NETWORKS);
    tcase_add_loop_test(t, test_value_alone, 0, NETWORKS);
    suite_add_tcase(s, t);
    return s;
}
