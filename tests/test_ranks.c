/* Training by several processes gives the bits of one: here the processes are threads, each with a pool of
 * its own. tests/mpi.sh has real ones. */
#include "../vae/data/images_share.h"
#include "../vae/methods/serve.h"
#include "each.h"
#include "odd_runs.h"
#include "picks.h"
#include "suites.h"
#include "thread_ranks.h"
#include <stdlib.h>
#include <string.h>

/* What is trained, and what came of it. */
struct task {
    struct vae_run run;
    const struct images *images;
    bool shares; /* each rank has one of the images */
    size_t threads;
    uint64_t steps, options[THREAD_RANKS];
    struct vae_bound trained, tested;
    float *w, *stat[VAE_MAX_STATS]; /* with room for them, or NULL */
    size_t params;
    struct vae_error e;
};

static struct pool *pool_of(const struct task *t)
{
    struct vae_error e = {""};
    struct pool *pool = vae_pool_create(t->threads, &e);
    ck_assert_msg(pool != NULL, "%s", e.line);
    return pool;
}

/* Once the trainer is made, which may need all images. */
static void share(struct images *i, const struct task *task, const struct vae_ranks *ranks)
{
    if (task->shares && ranks && ranks->count > 1)
        ck_assert(vae_images_share(i, task->run.batch, ranks->rank, ranks->count));
}

static void release(struct images *i)
{
    if (i->share.block) vae_images_free(i);
}

static void create(struct vae_trainer *t, const struct images *images, const struct vae_run *run,
                   struct pool *pool)
{
    struct sv_choice k;
    struct vae_error e = {""};
    ck_assert_int_eq(sv_choice_default(NULL, &k), SV_OK);
    ck_assert_msg(vae_trainer_create(t, &k, run, images, pool, &e), "%s", e.line);
}

static float *copy(const float *from, size_t n)
{
    float *to = malloc(n * sizeof *to);
    ck_assert_ptr_nonnull(to);
    return memcpy(to, from, n * sizeof *to);
}

/* Half of the steps, a bound, the other half. */
static void work(struct vae_trainer *t, struct task *task)
{
    struct vae_model *m = &t->model;
    struct images part = *t->images; /* its last minibatch ends within a block of shares */
    part.count = 2 * t->run.batch < 90 ? 90 : 101;
    while (t->run.step < task->steps / 2) vae_trainer_step(t, &task->trained);
    ck_assert(vae_evaluate(m, &part, &t->run, NOISE_POINTS, t->run.seed, NULL, &task->tested));
    while (t->run.step < task->steps) vae_trainer_step(t, &task->trained);
    vae_serve_collect(m);
    task->params = m->params;
    task->w = copy(m->w, m->params);
    for (size_t i = 0; i < m->stats; i++) task->stat[i] = copy(m->stat[i], m->params);
}

static void lead(struct task *task, struct vae_ranks *ranks)
{
    struct vae_trainer t;
    struct images images = *task->images;
    struct pool *pool = pool_of(task);
    create(&t, &images, &task->run, pool);
    share(&images, task, ranks);
    if (!ranks || ranks->count == 1 || vae_serve_begin(&t, ranks, 0, &task->e)) work(&t, task);
    if (ranks) vae_serve_end(ranks);
    vae_trainer_destroy(&t);
    vae_pool_destroy(pool);
    release(&images);
}

static void follow(struct task *task, const struct vae_ranks *ranks)
{
    struct images images = *task->images;
    const struct images *const sets[] = {
        [NOISE_TEST] = NULL, [NOISE_POINTS] = &images, [NOISE_VALIDATION] = NULL};
    struct vae_trainer t;
    struct vae_run run;
    struct vae_error e = {""};
    uint64_t sum;
    struct pool *pool = pool_of(task);
    ck_assert(vae_serve_join(ranks, &run, &sum, &e));
    create(&t, &images, &run, pool);
    share(&images, task, ranks);
    if (vae_serve_answer(&t, ranks, &e)) vae_serve(&t, ranks, sets);
    vae_trainer_destroy(&t);
    vae_pool_destroy(pool);
    release(&images);
}

static void rank(void *arg, struct vae_ranks *ranks)
{
    struct task *task = arg;
    ranks->options = task->options[ranks->rank];
    if (ranks->rank)
        follow(task, ranks);
    else
        lead(task, ranks);
}

static void forget(struct task *t)
{
    free(t->w);
    for (size_t i = 0; i < VAE_MAX_STATS; i++) free(t->stat[i]);
}

static bool same_bound(const struct vae_bound *a, const struct vae_bound *b)
{
    return a->kl == b->kl && a->recon == b->recon && a->log_mean == b->log_mean &&
           a->count == b->count;
}

static void must_agree(const struct task *a, const struct task *b, size_t ranks)
{
    const size_t bytes = a->params * sizeof(float);
    ck_assert_msg(!*a->e.line, "%s", a->e.line);
    ck_assert_uint_eq(a->params, b->params);
    ck_assert_msg(!memcmp(a->w, b->w, bytes), "%zu ranks of %zu threads: other weights", ranks,
                  a->threads);
    for (size_t i = 0; i < VAE_MAX_STATS; i++)
        ck_assert_msg(!b->stat[i] || !memcmp(a->stat[i], b->stat[i], bytes),
                      "%zu ranks of %zu threads: other statistics", ranks, a->threads);
    ck_assert(same_bound(&a->trained, &b->trained) && same_bound(&a->tested, &b->tested));
}

/* With 101 images minibatches are partial, some of fewer rows than ranks. */
START_TEST(test_same_bits)
{
    struct task alone = {.run = odd_run(_i), .threads = 1, .steps = slow_run() ? 8 : 100};
    const struct vae_run *r = &alone.run;
    struct images images = random_images(r->train_images, r->shape.rows, r->shape.cols);
    alone.images = &images;
    struct task task = alone;
    lead(&alone, NULL);
    for (size_t ranks = 1; ranks <= THREAD_RANKS; ranks += quick_run() ? 2 : 1) {
        struct task many = task;
        many.threads = 1 + (ranks + (size_t)_i) % 3;
        many.shares = (ranks / 2 + (size_t)_i) % 2;
        thread_ranks_run(ranks, rank, &many);
        must_agree(&many, &alone, ranks);
        forget(&many);
    }
    forget(&alone);
    vae_images_free(&images);
}
END_TEST

START_TEST(test_other_options)
{
    struct task task = {.run = odd_run(0), .threads = 1, .steps = 1, .options = {7, 7, 8}};
    struct images images = random_images(101, 7, 5);
    task.images = &images;
    thread_ranks_run(3, rank, &task);
    ck_assert_str_eq(task.e.line, "rank 2: other options than rank 0; --data, --test, --isa and "
                                  "--threads alone may differ");
    ck_assert_ptr_null(task.w);
    vae_images_free(&images);
}
END_TEST

/* Every image has one owner and a place of its own within the owner's room; the last block is short. */
START_TEST(test_room_of_shares)
{
    const size_t block = (size_t)_i;
    for (size_t ranks = 1; ranks <= 40; ranks++)
        for (size_t count = 1; count <= 3 * block; count++) {
            size_t has[40] = {0};
            for (size_t image = 0; image < count; image++) {
                struct images of = {.count = count, .share = {block, count, 0, ranks}};
                const size_t rank = vae_images_owner(&of, image);
                each(rank < ranks);
                of.share.rank = rank;
                each(vae_images_place(&of.share, image) == has[rank]++);
            }
            for (size_t r = 0; r < ranks; r++)
                each(has[r] == vae_images_share_count(count, block, r, ranks));
        }
}
END_TEST

Suite *suite_ranks(void)
{
    Suite *s = suite_create("ranks");
    TCase *t = tcase_create("ranks");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "training threads");
    tcase_add_loop_test(t, test_same_bits, 0, ODD_RUNS);
    tcase_add_loop_test(t, test_room_of_shares, 1, 20);
    tcase_add_test(t, test_other_options);
    suite_add_tcase(s, t);
    return s;
}
